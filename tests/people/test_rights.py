"""What a family may ask: to see everything, to have it corrected, to have it go."""

import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from python_calamine import CalamineWorkbook

from fangxian.foundation.people import actions as people
from fangxian.foundation.people.models import Guardian, Membership, Person
from fangxian.foundation.people.rights import actions
from fangxian.foundation.people.rights.models import Correction
from fangxian.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fangxian.kernel.models import AuditEvent
from tests.cast import AT, DAY, PEOPLE, Cast
from tests.checks.test_api import body, post

pytestmark = pytest.mark.usefixtures("at_eight")
WHY = {"asked_by": "guardian", "reason": "母亲到校查阅，已核对身份证"}


def ask(client: Client, cast: Cast, who: str = "head", **said: str) -> Any:
    client.force_login(cast.users[who])
    address = f"/people/person/{cast.persons[0]}/held/"
    return client.post(address, WHY | said)


def ill(cast: Cast) -> None:
    """The first of the class has stayed at home with a fever."""
    absent = [{"reason": "ill", "person": cast.persons[0], "symptoms": ["fever"]}]
    told = body(cast, unit=cast.named_group.code, enrolled=5, present=4, absences=absent)
    assert post(told, cast.tokens["teacher"]).status_code == 201


def test_everything_is_in_the_file_and_who_looked_too(client: Client, cast: Cast) -> None:
    ill(cast)
    client.force_login(cast.users["teacher"])
    assert client.get(f"/people/person/{cast.persons[0]}/").status_code == 200
    held = json.loads(ask(client, cast, form="json").content)["held"]
    assert held["person"][0]["name"] == PEOPLE[0]
    assert held["guardians"][0]["phone"] == "00000000001"
    assert [one["group"] for one in held["groups"]] == ["三年级1班"]
    assert held["roll_calls"][0]["day"] == str(DAY)
    assert held["roll_calls"][0]["symptoms"]
    assert "teacher" in {one["by"] for one in held["looked_at"]}
    assert PEOPLE[1] not in json.dumps(held, ensure_ascii=False), "of nobody else"


def test_handing_out_says_why_in_the_trail(client: Client, cast: Cast) -> None:
    page = ask(client, cast, form="page")
    assert PEOPLE[0] in page.content.decode()
    event = AuditEvent.objects.get(event="rights.handed_out")
    assert (event.persons, event.purpose) == ([cast.persons[0]], WHY["reason"])
    assert event.detail == {"asked_by": "guardian", "form": "page"}


def test_the_spreadsheet_has_a_sheet_for_each_and_no_formula(client: Client, cast: Cast) -> None:
    Guardian.objects.filter(person_id=cast.persons[0]).update(name="=1+1")
    book = CalamineWorkbook.from_filelike(io.BytesIO(ask(client, cast, form="xlsx").content))
    rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
    assert any("=1+1" in row for row in rows)
    assert len(book.sheet_names) == 8


@pytest.mark.parametrize("missing", ["reason", "asked_by"])
def test_nothing_is_handed_out_without_a_reason(client: Client, cast: Cast, missing: str) -> None:
    answer = ask(client, cast, form="json", **{missing: ""})
    assert answer.status_code == 422
    assert not AuditEvent.objects.filter(event="rights.handed_out").exists()


@pytest.mark.parametrize(
    ("who", "error"), [("unit_admin", Forbidden), ("teacher", NotFound), ("outsider", NotFound)]
)
def test_it_is_for_those_who_look_after_the_people_of_the_school(
    cast: Cast, who: str, error: type[Exception]
) -> None:
    said: dict[str, Any] = {"person_id": cast.persons[0], "by": cast.actor(who), "at": AT, **WHY}
    with pytest.raises(error):
        actions.hand_out(form="json", **said)
    with pytest.raises(error):
        actions.correct(name="改名", **said)
    with pytest.raises(error):
        actions.erase(**said)


def test_a_correction_keeps_what_was_wrong_sealed(cast: Cast) -> None:
    said: dict[str, Any] = {"person_id": cast.persons[0], "by": cast.actor("head"), "at": AT, **WHY}
    made = actions.correct(name="安安安", phone="00099990000", **said)
    assert [one.name for one in made] == ["name", "phone"]
    kept = Correction.objects.get(name="name")
    assert (kept.before, kept.after, kept.reason) == (PEOPLE[0], "安安安", WHY["reason"])
    assert Person.objects.get(pk=cast.persons[0]).name == "安安安"
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(c::text, ' ') FROM rights_correction c")
        assert PEOPLE[0].encode().hex() not in cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(e::text, ' ') FROM audit_event e")
        trail = cursor.fetchone()[0]
    assert PEOPLE[0] not in trail and "00099990000" not in trail
    event = AuditEvent.objects.get(event="rights.corrected")
    assert (event.detail["fields"], event.purpose) == (["name", "phone"], WHY["reason"])
    with pytest.raises(Conflict):
        actions.correct(name="安安安", **said)
    with pytest.raises(Invalid):
        actions.correct(name="", **said)


def test_erasing_waits_until_no_duty_holds(client: Client, cast: Cast) -> None:
    head, gone = cast.actor("head"), cast.persons[0]
    said: dict[str, Any] = {"person_id": gone, "by": head, "at": AT, **WHY}
    with pytest.raises(Conflict):
        actions.erase(**said)
    people.end_person(person_id=gone, day=DAY, by=head, at=AT)
    client.force_login(cast.users["head"])
    assert client.post(f"/people/person/{gone}/erasure/", WHY).status_code == 302
    assert not Person.objects.filter(pk=gone).exists()
    assert not Guardian.objects.filter(person_id=gone).exists()
    assert not Membership.objects.filter(person_id=gone).exists()
    assert Person.objects.filter(pk=cast.persons[1]).exists()
    assert AuditEvent.objects.get(event="rights.erased").persons == [gone]
    assert client.get(f"/people/person/{gone}/held/").status_code == 404


def test_the_page_shows_what_was_corrected_and_why_nothing_is_erased_yet(
    client: Client, cast: Cast
) -> None:
    actions.correct(
        person_id=cast.persons[0], by=cast.actor("head"), at=AT, name="安安安", **WHY
    )  # fmt: skip
    client.force_login(cast.users["head"])
    page = client.get(f"/people/person/{cast.persons[0]}/held/").content.decode()
    assert PEOPLE[0] in page and WHY["reason"] in page
    assert "/erasure/" not in page
    answer = client.get(f"/people/person/{cast.persons[0]}/erasure/")
    assert answer.status_code == 302
