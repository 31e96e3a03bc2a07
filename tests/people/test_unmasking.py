"""Numbers are masked until somebody says why; without the permission others hear of it at once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from fangxian.foundation.notices.models import Notice
from fangxian.foundation.people import actions
from fangxian.foundation.people.models import Guardian, Person, Unmasking
from fangxian.foundation.people.unmasked import sees_in_full
from fangxian.kernel import clock
from fangxian.kernel.audit.models import AuditEvent
from fangxian.kernel.errors import Forbidden, Invalid, NotFound
from tests.cast import AT, Cast

CARD = "11010519491231002X"
HOME = "00000000001"
SCHOOL = "5101040001"
WHY = "派出所协助寻人，电话核实"
pytestmark = pytest.mark.django_db


@pytest.fixture
def person(cast: Cast) -> Person:
    return actions.change_person(
        person_id=cast.persons[0], id_number=CARD, by=cast.actor("reporter"), at=AT
    )


def page(
    client: Client, cast: Cast, who: str, path: str, said: dict[str, str] | None = None
) -> Any:
    client.force_login(cast.users[who])
    return client.get(path) if said is None else client.post(path, said)


def ask(cast: Cast, who: str, person: Person, at: datetime = AT) -> Unmasking:
    return actions.unmask_person(person_id=person.pk, reason=WHY, by=cast.actor(who), at=at)


def test_with_the_permission_a_reason_opens_one_record_for_a_while(
    client: Client, cast: Cast, person: Person
) -> None:
    record = f"/people/person/{person.pk}/"
    before = page(client, cast, "head", record).content.decode()
    assert CARD not in before and HOME not in before and "11•" in before
    assert page(client, cast, "head", f"{record}unmask/").status_code == 200
    assert page(client, cast, "head", f"{record}unmask/", {"reason": "x"}).status_code == 422
    assert page(client, cast, "head", f"{record}unmask/", {"reason": WHY}).status_code == 302
    after = page(client, cast, "head", record).content.decode()
    assert CARD in after and f"tel:{HOME}" in after
    other = page(client, cast, "head", f"/people/person/{cast.persons[1]}/").content.decode()
    assert "00000000002" not in other
    asked = AuditEvent.objects.get(event="people.unmasked")
    assert (asked.purpose, asked.persons, asked.by_id) == (WHY, [person.pk], cast.users["head"].pk)
    read = AuditEvent.objects.filter(event="people.person_read", purpose=WHY)
    assert read.count() == 1
    assert not Notice.objects.filter(kind="people.glass_broken").exists()


def test_it_ends_by_itself_and_is_of_who_asked(cast: Cast, person: Person) -> None:
    made = ask(cast, "head", person)
    assert made.until - AT == timedelta(minutes=10)

    def sees(who: str, at: datetime) -> str:
        return sees_in_full(cast.actor(who), person.path, at, person_id=person.pk)

    assert sees("head", made.until - timedelta(seconds=1)) == WHY
    assert sees("head", made.until) == ""
    assert sees("reporter", AT) == ""


def test_breaking_glass_is_told_to_the_head_and_who_sees_to_security(
    cast: Cast, person: Person
) -> None:
    made = ask(cast, "teacher", person)
    assert made.broke_glass and made.until - AT == timedelta(minutes=30)
    told = Notice.objects.filter(kind="people.glass_broken")
    readers = set(told.values_list("user_id", flat=True))
    assert cast.users["head"].pk in readers and cast.users["unit_admin"].pk in readers
    assert cast.users["teacher"].pk not in readers
    assert WHY in str(told.first() and told[0].context)
    assert AuditEvent.objects.get(event="people.glass_broken").purpose == WHY


@pytest.mark.parametrize("reason", ["", "  ", "x", " a b "])
def test_no_reason_no_number(cast: Cast, person: Person, reason: str) -> None:
    with pytest.raises(Invalid):
        actions.unmask_person(person_id=person.pk, reason=reason, by=cast.actor("head"), at=AT)
    assert not Unmasking.objects.exists()


def test_nobody_opens_what_they_may_not_read(cast: Cast, person: Person) -> None:
    for who, refused in (("other_reporter", NotFound), ("outsider", NotFound),
                         ("county_officer", (NotFound, Forbidden))):  # fmt: skip
        with pytest.raises(refused):
            ask(cast, who, person)
    with pytest.raises(Forbidden):  # above the school nobody sees everybody's
        actions.unmask_school(school_id=cast.school.id, reason=WHY, by=cast.actor("unit_admin"),
                              at=AT)  # fmt: skip
    with pytest.raises(NotFound):
        actions.unmask_school(school_id=cast.school.id, reason=WHY, by=cast.actor("teacher"), at=AT)


def test_a_whole_school_in_full_is_every_record_of_it(
    client: Client, cast: Cast, person: Person
) -> None:
    def record(person_id: int) -> str:
        text: str = page(client, cast, "reporter", f"/people/person/{person_id}/").content.decode()
        return text

    assert CARD not in record(person.pk)
    answer = page(client, cast, "reporter", f"/people/{SCHOOL}/unmask/", {"reason": WHY})
    assert answer.status_code == 302
    assert CARD in record(person.pk) and "00000000002" in record(cast.persons[1])
    assert Notice.objects.filter(kind="people.glass_broken").exists()


def test_who_watches_sees_it_and_ends_it(client: Client, cast: Cast, person: Person) -> None:
    made = ask(cast, "teacher", person, at=clock.now())
    shown = page(client, cast, "head", "/people/unmasked/").content.decode()
    assert WHY in shown and person.name in shown
    above = page(client, cast, "unit_admin", "/people/unmasked/").content.decode()
    assert WHY in above and person.name not in above
    elsewhere = page(client, cast, "tiny_head", "/people/unmasked/").content.decode()
    assert WHY not in elsewhere
    end = f"/people/unmasked/{made.pk}/end/"
    assert page(client, cast, "head", end, {}).status_code == 302
    now = clock.now()
    assert sees_in_full(cast.actor("teacher"), person.path, now, person_id=person.pk) == ""
    made.refresh_from_db()
    assert made.ended_by_id == cast.users["head"].pk


def test_what_is_masked_in_a_form_stays_as_it_is(
    client: Client, cast: Cast, person: Person
) -> None:
    record = f"/people/person/{person.pk}/"
    said = {"name": "安安安", "number": "1", "id_kind": "id_card", "sex": "female",
            "id_number": "11•••••••••••••02X", "born": "1949-12-31", "phone": ""}  # fmt: skip
    assert page(client, cast, "reporter", f"{record}edit/", said).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.id_number) == ("安安安", CARD)
    calls = {"phone1": "13800000009", "name1": "妈妈", "relation1": "mother",
             "phone2": "000••••0001", "name2": "爸爸", "relation2": "father"}  # fmt: skip
    assert page(client, cast, "reporter", f"{record}calls/", calls).status_code == 302
    rows = Guardian.objects.filter(person=person).order_by("position")
    assert [one.phone for one in rows] == ["13800000009", HOME]
    made_up = {"phone1": "999••••9999", "name1": "", "relation1": ""}
    assert page(client, cast, "reporter", f"{record}calls/", made_up).status_code == 422


def test_a_program_gets_numbers_in_full_for_a_reason_only(
    client: Client, cast: Cast, person: Person
) -> None:
    def people(who: str, **asked: str) -> Any:
        bearer = {"HTTP_AUTHORIZATION": f"Bearer {cast.tokens[who]}"}
        return client.get(f"/api/v1/units/{SCHOOL}/people", asked, **bearer)  # type: ignore[arg-type]

    first = people("head").json()["people"][0]
    assert CARD not in str(first) and first["guardians"][0]["phone"] == "000••••0001"
    assert people("head", reason="x").status_code == 422
    assert people("reporter", reason=WHY).status_code == 403
    assert people("head", reason=WHY).json()["people"][0]["id_number"] == CARD
    assert AuditEvent.objects.filter(event="people.exported", purpose=WHY).count() == 1
