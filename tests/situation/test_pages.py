"""The boards as their readers meet them."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from fangxian.foundation.obligations.models import Chase, Obligation
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import shared
from fangxian.kernel.access.requests import Request
from fangxian.situation import views
from tests.cast import AT, DAY, Cast

MORNING = "check.morning"
Q = f"?day={DAY}&kind={MORNING}"


def client(cast: Cast, who: str, language: str = "en") -> Client:
    found = Client()
    found.force_login(cast.users[who])
    found.cookies["language"] = language
    return found


def text(response: Any) -> str:
    """What a reader reads, without tags."""
    content = re.sub(r"<(script|template)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content))


def answer(place: Any, at: datetime = AT, accounted: int | None = 40) -> None:
    Obligation.objects.filter(kind=MORNING, unit_id=place.id).update(
        told_at=at, received_at=at, accounted=accounted, channel="web"
    )
    shared.forget_all()


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("province_officer", "510000"),
        ("city_officer", "510100"),
        ("county_officer", "510104"),
        ("head", "5101040001"),
        ("teacher", "5101040001-0301"),
    ],
)
def test_everyone_starts_at_their_own_unit(
    cast: Cast, at_eight: datetime, who: str, code: str
) -> None:
    response = client(cast, who).get("/board/")
    assert response["Location"] == f"/board/{code}/"
    assert client(cast, who).get(response["Location"]).status_code == 200


def test_one_s_own_board_keeps_what_was_asked(cast: Cast, at_eight: datetime) -> None:
    response = client(cast, "county_officer").get(f"/board/{Q}")
    assert response["Location"] == f"/board/510104/{Q}"


PAGES = ["", "now/", "days/", "figures/", "silent/"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("who", "code", "status"),
    [
        ("county_officer", "510104", 200),
        ("county_officer", "5101040001", 200),
        ("county_officer", "510105", 404),
        ("county_officer", "510100", 404),
        ("county_officer", "nowhere", 404),
        ("outsider", "510104", 404),
        ("unit_admin", "510104", 403),
    ],
)
def test_a_unit_outside_is_not_there(
    cast: Cast, at_eight: datetime, page: str, who: str, code: str, status: int
) -> None:
    assert client(cast, who).get(f"/board/{code}/{page}").status_code == status


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_signs_in_first(cast: Cast, at_eight: datetime, page: str) -> None:
    response = Client().get(f"/board/510104/{page}")
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("query", ["?day=yesterday", "?day=2026-02-31", "?kind=nonsense"])
def test_a_question_that_makes_no_sense(cast: Cast, at_eight: datetime, query: str) -> None:
    assert client(cast, "county_officer").get(f"/board/510104/{query}").status_code == 422


def test_the_county_s_board_says_x_of_y_and_n_of_n(cast: Cast, at_eight: datetime) -> None:
    answer(cast.plain_group)
    page = text(client(cast, "county_officer").get(f"/board/510104/{Q}"))
    assert "1 of 4" in page
    assert "40 of 71 people accounted for" in page
    assert "25" in page  # per cent


def test_unknown_is_a_dash_and_says_what_to_do(cast: Cast, at_eight: datetime) -> None:
    response = client(cast, "county_officer").get(f"/board/510104/?day=2026-11-20&kind={MORNING}")
    page = text(response)
    assert "No list was made for this day" in page
    assert "Choose another day" in page
    assert "0 of" not in page


def test_nobody_accounted_for_yet_is_not_zero_people(cast: Cast, at_eight: datetime) -> None:
    page = text(client(cast, "county_officer").get(f"/board/510104/{Q}"))
    assert "— of 71 people accounted for" in page


def test_least_known_comes_first(cast: Cast, at_eight: datetime) -> None:
    for place in (cast.named_group, cast.plain_group, cast.point_group):
        answer(place)
    page = text(client(cast, "county_officer", "zh-hans").get(f"/board/510104/now/{Q}"))
    table = page[page.index("完整率低的在前") :]
    assert table.index("示例小规模学校") < table.index("示例中心校")


def test_the_level_directly_above_sees_whom_to_call(cast: Cast, at_eight: datetime) -> None:
    for who, code, seen in [
        ("county_officer", "510104", True),
        ("city_officer", "510104", False),
        ("province_officer", "510000", False),
        ("inspector", "510104", False),
    ]:
        for page in ("", "silent/"):
            response = client(cast, who).get(f"/board/{code}/{page}{Q}")
            assert response.status_code == 200
            assert (b"tel:" in response.content) == seen, (who, page)


def test_no_phone_leaks_from_one_reader_to_the_next(cast: Cast, at_eight: datetime) -> None:
    for _again in range(2):
        for who, seen in [("county_officer", True), ("city_officer", False)]:
            response = client(cast, who).get(f"/board/510104/{Q}")
            assert (b"00012345678" in response.content) == seen


def test_the_moving_part_answers_only_when_something_moved(cast: Cast, at_eight: datetime) -> None:
    browser = client(cast, "county_officer")
    first = browser.get(f"/board/510104/{Q}").content.decode()
    found = re.search(r'hx-get="([^"]*/now/[^"]*)"', first)
    assert found
    url = found[1].replace("&amp;", "&")
    assert browser.get(url).status_code == 204
    answer(cast.plain_group)
    moved = browser.get(url)
    assert moved.status_code == 200
    assert "1 of 4" in text(moved)
    assert b"<html" not in moved.content


def test_each_tenth_is_announced_once(cast: Cast, at_eight: datetime) -> None:
    browser = client(cast, "county_officer")
    answer(cast.plain_group)
    told = browser.get(f"/board/510104/now/{Q}&seen=x&said=0").content.decode()
    quiet = browser.get(f"/board/510104/now/{Q}&seen=x&said=20").content.decode()
    assert "20% have answered." in told
    assert "board-said" not in quiet
    assert "seen=x" not in re.sub(r'hx-get="[^"]*"', "", told)


def test_a_day_that_is_over_does_not_move(cast: Cast, at_eight: datetime) -> None:
    yesterday = DAY - timedelta(days=1)
    page = client(cast, "county_officer").get(f"/board/510104/?day={yesterday}&kind={MORNING}")
    assert b"every 2s" not in page.content


def test_chasing_says_how_many_and_when(cast: Cast, at_eight: datetime) -> None:
    browser = client(cast, "county_officer")
    form = {"day": str(DAY), "kind": MORNING}
    page = browser.post("/board/510104/chase/", form, follow=True)
    assert "4 silent units were asked again" in text(page)
    assert "Last asked at 08:00: 4 units." in text(page)
    again = browser.post("/board/510104/chase/", form, follow=True)
    assert "Nobody was asked" in text(again)
    assert Chase.objects.count() == 4


@pytest.mark.parametrize(
    ("who", "code", "status"),
    [("outsider", "510104", 404), ("inspector", "510104", 403), ("county_officer", "510105", 404)],
)
def test_who_may_not_chase(
    cast: Cast, at_eight: datetime, who: str, code: str, status: int
) -> None:
    response = client(cast, who).post(f"/board/{code}/chase/", {"day": str(DAY), "kind": MORNING})
    assert response.status_code == status
    assert not Chase.objects.exists()


def test_the_silent_are_listed_by_school_above_and_by_group_inside(
    cast: Cast, at_eight: datetime
) -> None:
    answer(cast.plain_group)
    above = text(client(cast, "county_officer", "zh-hans").get(f"/board/510104/silent/{Q}"))
    inside = text(client(cast, "head", "zh-hans").get(f"/board/5101040001/silent/{Q}"))
    assert "示例中心校 5101040001 2 / 3" in above
    assert "三年级1班" not in above
    assert "三年级1班" in inside
    assert "三年级2班" not in inside


def test_only_the_overdue(cast: Cast, at_eight: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = client(cast, "county_officer")
    page = text(browser.get(f"/board/510104/silent/{Q}&only=overdue"))
    assert "Nobody is overdue" in page
    late = AT + timedelta(hours=3)
    monkeypatch.setattr("fangxian.kernel.clock.now", lambda: late)
    assert "5101040002" in text(browser.get(f"/board/510104/silent/{Q}&only=overdue"))


def test_when_all_have_answered_the_list_says_so(cast: Cast, at_eight: datetime) -> None:
    answer(cast.tiny_group)
    page = text(client(cast, "county_officer").get(f"/board/5101040002/silent/{Q}"))
    assert "Everyone has answered or is excused" in page


@pytest.mark.parametrize("page", ["2", "999999", "9" * 5000, "0", "-1", "²", "x"])
@pytest.mark.parametrize("code", ["510104", "5101040001"])
def test_a_page_that_is_no_longer_there_shows_who_is_silent(
    cast: Cast, at_eight: datetime, code: str, page: str
) -> None:
    response = client(cast, "county_officer").get(f"/board/{code}/silent/{Q}&page={page}")
    assert response.status_code == 200
    assert "Everyone has answered" not in text(response)
    assert response.context["page"].number == 1
    assert response.context["page"].paginator.count > 0


def excuse(cast: Cast, who: str, reason: str) -> Any:
    form = {"day": str(DAY), "kind": MORNING, "unit": "5101040001-0302", "reason": reason}
    return client(cast, who).post("/board/5101040001/excuse/", form, follow=True)


def test_excusing_a_group_with_its_reason(cast: Cast, at_eight: datetime) -> None:
    page = excuse(cast, "county_officer", "流感停课")
    assert "is excused" in text(page)
    row = Obligation.objects.get(kind=MORNING, unit_id=cast.plain_group.id)
    assert (row.excused_at, row.reason) == (AT, "流感停课")


def test_the_reasons_of_the_excused_are_told(cast: Cast, at_eight: datetime) -> None:
    browser = client(cast, "county_officer")
    assert b'id="excused"' not in browser.get(f"/board/510104/silent/{Q}").content
    excuse(cast, "county_officer", "流感停课")
    for place in (cast.point_group, cast.tiny_group):
        Obligation.objects.filter(kind=MORNING, unit_id=place.id).update(
            excused_at=AT, reason="大雪"
        )
    shared.forget_all()
    page = text(browser.get(f"/board/510104/silent/{Q}"))
    told = page[page.index("Excused, with the reason") :]
    assert "大雪 2 2 schools 流感停课 1 5101040001 · 5101040001-0302" in told
    assert b"#excused" in browser.get(f"/board/510104/{Q}").content
    inside = text(client(cast, "head").get(f"/board/5101040002/silent/{Q}"))
    assert "流感停课" not in inside
    answer(cast.plain_group)
    assert "流感停课" not in text(browser.get(f"/board/510104/silent/{Q}"))


def test_who_is_excused_is_named_in_the_reader_s_language(cast: Cast, at_eight: datetime) -> None:
    UnitVersion.objects.filter(unit_id=cast.plain_group.id).update(name_en="Class 2, Grade 3")
    assert "Class 2, Grade 3 is excused." in text(excuse(cast, "county_officer", "停课"))


def test_an_excuse_without_a_reason_is_asked_for_one(cast: Cast, at_eight: datetime) -> None:
    page = excuse(cast, "county_officer", "  ")
    assert page.status_code == 422
    assert 'role="alert"' in page.content.decode()


def test_a_school_does_not_excuse_itself(cast: Cast, at_eight: datetime) -> None:
    assert excuse(cast, "head", "停课").status_code == 403


def test_a_group_that_answered_meanwhile(cast: Cast, at_eight: datetime) -> None:
    answer(cast.plain_group)
    assert excuse(cast, "county_officer", "停课").status_code == 409


def test_the_map_shows_counties_by_their_latest_code(cast: Cast, at_eight: datetime) -> None:
    response = client(cast, "city_officer").get(f"/board/510100/{Q}")
    areas = response.context["map"]["areas"]
    assert [(area["code"], area["answered"], area["expected"]) for area in areas] == [
        ("510104", 0, 4),
        ("510105", 0, 1),
    ]
    assert areas[0]["url"] == f"/board/510104/{Q}"
    assert client(cast, "county_officer").get(f"/board/510104/{Q}").context["map"] is None


def test_a_county_that_changed_its_code_keeps_its_place_on_the_map() -> None:
    from fangxian.situation.queries import _map_codes

    assert _map_codes()["510132"] == _map_codes()["510118"] == "510118"
    assert _map_codes()["513425"] == "513402"


def test_the_strip_has_fourteen_days(cast: Cast, at_eight: datetime) -> None:
    response = client(cast, "county_officer").get(f"/board/510104/days/{Q}")
    assert len(response.context["strip"]) == 14
    assert response.context["strip"][-1]["expected"] == 4


@pytest.mark.parametrize(
    ("path", "most"),
    [("", 22), ("now/", 18), ("silent/", 22)],
)
def test_a_board_asks_few_questions(
    cast: Cast, at_eight: datetime, path: str, most: int, django_assert_max_num_queries: Any
) -> None:
    browser = client(cast, "county_officer")
    with django_assert_max_num_queries(most):
        assert browser.get(f"/board/510104/{path}{Q}").status_code == 200


def test_both_languages_are_complete() -> None:
    from pathlib import Path

    from django.apps import apps

    for label in ("situation", "obligations"):
        locale = Path(apps.get_app_config(label).path) / "locale"
        entries = (locale / "zh_Hans/LC_MESSAGES/django.po").read_text("utf-8").split("\n\n")
        untranslated = [entry for entry in entries[1:] if entry.rstrip().endswith('msgstr ""')]
        assert untranslated == []
    with translation.override("zh-hans"):
        assert translation.gettext("Call first") == "优先电话催报"


def test_a_drawing_is_shared_by_those_with_the_same_roles_only(
    cast: Cast, at_eight: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    draw = views._drawn

    def counted(request: Request, asked: views.Asked, said: str, language: str) -> str:
        drawn.append(f"{request.actor.name} {language}")
        return draw(request, asked, said, language)

    monkeypatch.setattr(views, "_drawn", counted)
    monkeypatch.setattr(views._drawings, "_times", 1_000_000)  # as if drawing took its time
    readers = ["county_officer", "county_officer", "city_officer", "inspector"]
    pages = [client(cast, who).get(f"/board/510104/now/{Q}").content for who in readers]
    chinese = client(cast, "county_officer", "zh-hans").get(f"/board/510104/now/{Q}").content
    assert pages[0] == pages[1]
    assert [b"00012345678" in page for page in pages] == [True, True, False, False]
    assert "完整率" in chinese.decode()
    assert len(drawn) == len(set(drawn)) == 4
