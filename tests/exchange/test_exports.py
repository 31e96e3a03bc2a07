"""What is taken out: right in its cells, marked with who took it, for them alone, gone again."""

import io
import stat
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from fangxian.exchange.exports import actions, files
from fangxian.exchange.exports.actions import Wish
from fangxian.exchange.exports.models import Export
from fangxian.exchange.exports.rules import (
    AT_ONCE,
    GIVEN_UP,
    GOOD_FOR,
    MOST_DOWNLOADS,
    MOVES,
    Form,
    Kind,
    State,
)
from fangxian.exchange.exports.work import make
from fangxian.foundation.people.models import Person
from fangxian.kernel.access import system
from fangxian.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from fangxian.kernel.models import AuditEvent
from fangxian.watch.reporting import actions as reporting
from tests.cast import AT, DAY, PEOPLE, Cast, Place
from tests.checks.test_api import body, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_eight")]
MORNING = "check.morning"
REASON = "开学体检名单"


def wish(kind: Kind, place: Place, **more: Any) -> Wish:
    said: dict[str, Any] = {"form": Form.XLSX, "first": DAY, "last": DAY, "what": MORNING, **more}
    return Wish(kind=kind, unit=place.version, **said)


def taken(cast: Cast, who: str, kind: Kind, place: Place, **more: Any) -> tuple[Export, bytes]:
    """The export and its file."""
    by = cast.actor(who)
    made = actions.ask(wish(kind, place, **more), by=by, at=AT)
    assert made.state == State.READY, made.message
    return made, files.file_of(made).read_bytes()


def rows_of(content: bytes) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_index(0).to_python()


def row_with(rows: list[list[Any]], word: str) -> list[Any]:
    return next(row for row in rows if word in row)


@pytest.fixture
def told(cast: Cast) -> None:
    assert post(body(cast), cast.tokens["reporter"]).status_code == 201


def test_a_boards_table_says_x_of_y_and_what_nobody_knows(cast: Cast, told: None) -> None:
    _made, content = taken(cast, "county_officer", Kind.BOARD, cast.county)
    rows = rows_of(content)
    heads = row_with(rows, "应报")
    school = dict(zip(heads, row_with(rows, cast.school.code), strict=True))
    assert (school["应报"], school["已报"], school["未报"]) == (3.0, 1.0, 2.0)
    total = dict(zip(heads, row_with(rows, "合计"), strict=True))
    assert (total["应报"], total["已报"]) == (4.0, 1.0)


def test_the_silent_are_named_by_their_schools_and_with_a_reason_by_who_is_in_charge(
    cast: Cast,
) -> None:
    _made, content = taken(cast, "county_officer", Kind.SILENT, cast.county)
    assert "00012345678" not in str(rows_of(content))
    assert row_with(rows_of(content), cast.tiny_school.code)
    more = {"names": True, "reason": REASON}
    _made, content = taken(cast, "county_officer", Kind.SILENT, cast.county, **more)
    assert "00012345678" in row_with(rows_of(content), cast.tiny_school.code)


def test_a_report_is_taken_out_once_it_is_signed(cast: Cast, told: None) -> None:
    by = cast.actor("head")
    made = actions.ask(wish(Kind.REPORT, cast.school), by=by, at=AT)
    assert (made.state, bool(made.message)) == (State.FAILED, True)
    reporting.sign(unit=cast.school.version, day=DAY, revision=0, by=cast.actor("head"), at=AT)
    _made, content = taken(cast, "head", Kind.REPORT, cast.school)
    text = str(rows_of(content))
    assert "第 1 版" in text
    assert "应报班组 3 个" in text


def test_checks_are_counts_and_tell_of_nobody(cast: Cast) -> None:
    absent = [{"reason": "ill", "person": cast.persons[0], "symptoms": ["fever"]}]
    post(body(cast, unit=cast.named_group.code, enrolled=5, present=4, absences=absent),
         cast.tokens["teacher"])  # fmt: skip
    more = {"first": DAY - timedelta(days=6)}
    made, content = taken(cast, "health_officer", Kind.CHECKS, cast.school, **more)
    rows = rows_of(content)
    found = dict(zip(row_with(rows, "在册"), row_with(rows, "三年级1班"), strict=True))
    assert (found["在册"], found["出勤"], found["因病缺勤"], found["发热"]) == (5.0, 4.0, 1.0, 1.0)
    assert not any(name in str(rows) for name in PEOPLE)
    assert AuditEvent.objects.get(event="exports.made", subject=made.mark).persons is None


def test_a_roster_is_counts_unless_names_are_asked_for_with_a_reason(cast: Cast) -> None:
    _made, content = taken(cast, "head", Kind.ROSTER, cast.school)
    assert not any(name in str(rows_of(content)) for name in PEOPLE)
    with pytest.raises(Invalid) as refused:
        taken(cast, "head", Kind.ROSTER, cast.school, names=True, reason=" ab ")
    assert "reason" in refused.value.fields
    made, content = taken(cast, "head", Kind.ROSTER, cast.school, names=True, reason=REASON)
    assert all(row_with(rows_of(content), name) for name in PEOPLE)
    noted = AuditEvent.objects.get(event="exports.made", subject=made.mark)
    assert (noted.persons, noted.purpose) == (sorted(cast.persons), REASON)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("health_officer", Forbidden), ("unit_admin", Forbidden), ("county_officer", Forbidden),
     ("teacher", NotFound), ("outsider", NotFound), ("auditor", Forbidden)],
)  # fmt: skip
def test_names_are_for_who_runs_the_school(
    cast: Cast, who: str, refusal: type[DomainError]
) -> None:
    with pytest.raises((Forbidden, NotFound)) as refused:
        taken(cast, who, Kind.ROSTER, cast.school, names=True, reason=REASON)
    assert isinstance(refused.value, refusal)
    assert not Export.objects.exists()


@pytest.mark.parametrize("word", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "=HYPERLINK(1)"])
def test_no_cell_becomes_a_formula(cast: Cast, word: str) -> None:
    Person.objects.filter(pk=cast.persons[0]).update(name=word, number=word)
    _made, content = taken(cast, "head", Kind.ROSTER, cast.school, names=True, reason=REASON)
    assert word in str(rows_of(content)) or word.strip() in str(rows_of(content))
    import zipfile

    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


def test_every_sheet_and_page_bears_who_when_and_the_mark(cast: Cast) -> None:
    import zipfile

    made, content = taken(cast, "head", Kind.ROSTER, cast.school, names=True, reason=REASON)
    assert any("head 于 2026-11-23 08:00 导出" in str(cell) and made.mark in str(cell)
               for row in rows_of(content) for cell in row)  # fmt: skip
    parts = zipfile.ZipFile(io.BytesIO(content))
    assert made.mark in parts.read("docProps/core.xml").decode()
    assert made.mark in parts.read("docProps/custom.xml").decode()
    footer = parts.read("xl/worksheets/sheet1.xml").decode()
    assert f"<oddFooter>&amp;L{made.mark}" in footer
    Person.objects.bulk_create(
        Person(school_id=cast.school.id, path=cast.school.path, kind="staff", number=f"T{number}",
               name=f"职工{number}", created_at=AT, updated_at=AT)
        for number in range(120)
    )  # fmt: skip
    more = {"names": True, "reason": REASON, "form": Form.PDF}
    made, content = taken(cast, "head", Kind.ROSTER, cast.school, **more)
    document = PdfReader(io.BytesIO(content))
    assert len(document.pages) > 1
    for page in document.pages:
        text = page.extract_text()
        assert made.mark in text
        assert "2026-11-23 08:00" in text
    facts: dict[str, Any] = dict(document.metadata or {})
    assert (facts["/Author"], made.mark in facts["/Subject"]) == ("head", True)
    assert made.mark in facts["/Keywords"]
    assert "安安" in document.pages[0].extract_text()


def test_each_export_has_a_mark_of_its_own(cast: Cast) -> None:
    marks = {taken(cast, "head", Kind.ROSTER, cast.school)[0].mark for _again in range(3)}
    assert len(marks) == 3


def test_the_file_is_for_its_person_alone_a_few_times_and_for_a_while(
    client: Client, cast: Cast
) -> None:
    made, content = taken(cast, "head", Kind.ROSTER, cast.school)
    path = files.file_of(made)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    url = f"/exports/{made.pk}/file/"
    client.force_login(cast.users["reporter"])
    assert client.post(url).status_code == 404
    assert client.get(f"/exports/{made.pk}/").status_code == 404
    client.force_login(cast.users["head"])
    for _time in range(MOST_DOWNLOADS):
        answer = client.post(url)
        assert answer.content == content
        assert made.mark in answer["Content-Disposition"]
    assert client.post(url).status_code == 409
    assert AuditEvent.objects.filter(event="exports.downloaded").count() == MOST_DOWNLOADS


def test_what_is_past_its_time_is_gone_and_that_it_is_gone_is_kept(cast: Cast) -> None:
    made, _content = taken(cast, "head", Kind.ROSTER, cast.school)
    late = AT + GOOD_FOR
    with pytest.raises(Conflict):
        actions.fetch(export_id=made.pk, by=cast.actor("head"), at=late)
    by = system("exports", [])
    assert actions.expire(by=by, at=late - timedelta(seconds=1)) == 0
    assert files.file_of(made).exists()
    assert actions.expire(by=by, at=late) == 1
    assert not files.file_of(made).exists()
    assert actions.expire(by=by, at=late) == 0
    events = AuditEvent.objects.filter(subject=made.mark).order_by("id")
    assert [one.event for one in events] == ["exports.made", "exports.expired"]


def test_who_may_no_longer_see_it_may_no_longer_fetch_it(cast: Cast) -> None:
    made, _content = taken(cast, "head", Kind.ROSTER, cast.school)
    stranger = system("nobody", [])
    with pytest.raises(NotFound):
        actions.fetch(export_id=made.pk, by=stranger, at=AT)


def test_a_large_one_is_made_by_the_worker_and_made_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.setattr(actions, "size_of", lambda _asked: AT_ONCE + 1)
    made = actions.ask(wish(Kind.ROSTER, cast.school), by=cast.actor("head"), at=AT)
    assert made.state == State.WAITING
    client.force_login(cast.users["head"])
    assert "正在生成" in client.get(f"/exports/{made.pk}/").content.decode()
    assert client.get(f"/exports/{made.pk}/progress/").status_code == 200
    done = make(made.pk, at=AT)
    assert done.state == State.READY
    assert make(made.pk, at=AT + timedelta(hours=1)).ready_at == AT
    assert client.get(f"/exports/{made.pk}/progress/")["HX-Refresh"] == "true"
    assert AuditEvent.objects.filter(event="exports.made").count() == 1


def test_the_worker_asks_again_whether_one_may(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "size_of", lambda _asked: AT_ONCE + 1)
    made = actions.ask(wish(Kind.ROSTER, cast.school, names=True, reason=REASON),
                       by=cast.actor("head"), at=AT)  # fmt: skip
    cast.users["head"].is_active = False
    cast.users["head"].save()
    assert make(made.pk, at=AT).state == State.FAILED
    assert not files.file_of(made).exists()


def test_what_nobody_makes_is_given_up(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "size_of", lambda _asked: AT_ONCE + 1)
    made = actions.ask(wish(Kind.ROSTER, cast.school), by=cast.actor("head"), at=AT)
    actions.expire(by=system("exports", []), at=AT + GIVEN_UP + timedelta(seconds=1))
    made.refresh_from_db()
    assert made.state == State.FAILED


@pytest.mark.parametrize(
    ("more", "field"),
    [({"first": DAY + timedelta(days=1)}, "last"), ({"first": DAY - timedelta(days=92)}, "first"),
     ({"last": DAY + timedelta(days=1)}, "last")],
)  # fmt: skip
def test_days_that_do_not_hold_together_are_refused(
    cast: Cast, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        taken(cast, "head", Kind.CHECKS, cast.school, **more)
    assert field in refused.value.fields


def test_the_auditor_finds_whose_copy_a_mark_was(client: Client, cast: Cast) -> None:
    made, _content = taken(cast, "head", Kind.ROSTER, cast.school, names=True, reason=REASON)
    client.force_login(cast.users["auditor"])
    page = client.get("/exports/find/", {"mark": made.mark.lower()}).content.decode()
    assert "head" in page and REASON in page
    assert "没有这个编号" in client.get("/exports/find/?mark=FX-0000-0000").content.decode()
    trail = client.get("/audit/", {"code": made.mark}).context["slice"]
    assert [line.event.event for line in trail.lines] == ["exports.made"]
    client.force_login(cast.users["head"])
    assert client.get("/exports/find/").status_code == 403


@pytest.mark.parametrize(
    ("who", "path", "kind"),
    [("county_officer", "/board/510104/?kind=check.morning", "board"),
     ("county_officer", "/board/510104/silent/?kind=check.morning", "silent"),
     ("head", "/people/5101040001/roster/", "roster"),
     ("county_officer", f"/reports/510104/{DAY}/", "board")],
)  # fmt: skip
def test_a_button_leads_to_the_form_and_the_form_to_the_file(
    client: Client, cast: Cast, who: str, path: str, kind: str
) -> None:
    import re
    from html import unescape

    client.force_login(cast.users[who])
    page = client.get(path).content.decode()
    found = re.search(rf'href="(/exports/new/{kind}/[^"]*)"', page)
    assert found is not None
    url = unescape(found[1])
    form = client.get(url)
    assert form.status_code == 200
    made = client.post(url, {"last": DAY.isoformat(), "form": "xlsx"})
    assert made.status_code == 302, made.content.decode()[-3000:]
    assert "下载" in client.get(made["Location"]).content.decode()
    assert "可下载" in client.get("/exports/").content.decode()


def test_every_state_is_in_the_table_of_moves() -> None:
    assert set(MOVES) == set(State)
