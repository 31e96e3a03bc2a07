"""Whoever is shown somebody's name leaves a trace that names them: every address is walked.

Two nets: a name of the cast in an answer has to stand in an event of the same request, and an
address whose statements read the tables of persons has to say which of the two marks it bears.
"""

import json
import re
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from fangxian.foundation.people.models import Person
from fangxian.kernel.audit.showing import showing_events, whole_events
from fangxian.kernel.models import AuditEvent
from tests import test_access_matrix as matrix
from tests.cast import DAY, PEOPLE, Cast
from tests.checks.test_api import body, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_eight")]

READS = re.compile(r'\b(?:FROM|JOIN)\s+"?(?:people_person|people_guardian|check_line)\b')
ESCAPED = re.compile(r"\\u([0-9a-f]{4})")
#: who is asked to look: a teacher, who runs the school, who sees records from above it
LOOKERS = ("teacher", "head", "unit_admin")


def marks() -> dict[str, str]:
    """What each address says of persons."""
    declared: dict[str, Any] = {f"api:{one.view_func.__name__}": one.view_func
                                for one in matrix._operations()}  # fmt: skip
    for name, _pattern, view in matrix._patterns(get_resolver().url_patterns):
        declared.setdefault(name, view)
    return {name: getattr(view, "persons", "") for name, view in declared.items()}


MARKS = marks()


def ill(cast: Cast) -> None:
    """The first of the class has stayed at home with a fever."""
    absent = [{"reason": "ill", "person": cast.persons[0], "symptoms": ["fever"]}]
    told = body(cast, unit=cast.named_group.code, enrolled=5, present=4, absences=absent)
    assert post(told, cast.tokens["teacher"]).status_code == 201


def look(cast: Cast, address: matrix.Address, who: str, path: str) -> tuple[str, bool]:
    """The text of the answer, and whether rows about persons were read for it."""
    client = Client(raise_request_exception=False)
    headers = {}
    if address.is_api:
        headers = {"authorization": f"Bearer {cast.tokens[who]}"}
    else:
        client.force_login(cast.users[who])
        session = client.session
        session["purpose"] = "investigation"
        session.save()
    with CaptureQueriesContext(connection) as captured:
        if address.is_api and address.method == "GET":
            query = {"search": PEOPLE[0], "unit": cast.school.code}
            answer = client.get(path, query, headers=headers)
        elif address.is_api:
            sent = matrix._sent(cast, address)
            answer = client.generic(address.method, path, json.dumps(sent),
                                    content_type="application/json", headers=headers)  # fmt: skip
        else:
            answer = client.get(path, {"q": PEOPLE[0]} if address.name == "people:search" else {})
    text = "" if answer.streaming else answer.content.decode(errors="replace")
    text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)  # as scripts and programs read
    reads = any(READS.search(one["sql"]) for one in captured.captured_queries)
    return text, reads


def untold(text: str, names: dict[int, str], since: int) -> list[str]:
    """The names in an answer that no event since then accounts for."""
    events = list(AuditEvent.objects.filter(id__gt=since, event__in=showing_events()))
    told = {one for event in events for one in event.persons or []}
    whole = any(event.event in whole_events() for event in events)
    return [] if whole else [name for pk, name in names.items() if name in text and pk not in told]


def test_every_name_that_is_shown_is_in_the_trail(cast: Cast) -> None:
    ill(cast)
    names = dict(Person.objects.filter(pk__in=cast.persons).values_list("pk", "name"))
    wrong, shown = [], set()
    for address in matrix.ADDRESSES:
        with transaction.atomic():
            arguments = matrix._arguments(cast, address) | {"figure": "absent_ill"}
            path = matrix._path(address, arguments)
            for who in LOOKERS:
                with transaction.atomic():
                    last = AuditEvent.objects.order_by("-id").values_list("id", flat=True)[0]
                    text, reads = look(cast, address, who, path)
                    if any(name in text for name in names.values()):
                        shown.add(address.name)
                        if MARKS[address.name] != "shown":
                            wrong.append(f"{address.name} shows persons: mark it")
                    if reads and not MARKS[address.name]:
                        wrong.append(f"{address.name} reads rows about persons: mark it")
                    wrong += [f"{address.name} shows {name} to {who} without a trace"
                              for name in untold(text, names, last)]  # fmt: skip
                    transaction.set_rollback(True)
            transaction.set_rollback(True)
    assert not sorted(set(wrong))
    assert {"people:person", "people:group", "people:roster", "people:search", "checks:check",
            "checks:history", "reporting:behind", "people:transfers", "api:list_people",
            "api:find_people"} <= shown  # fmt: skip


def test_a_health_line_names_the_child_and_the_rest_of_the_class_by_its_group(
    client: Client, cast: Cast
) -> None:
    ill(cast)
    client.force_login(cast.users["teacher"])
    client.get(f"/checks/{cast.named_group.code}/{DAY}/morning/")
    told = AuditEvent.objects.get(event="checks.sheet_read")
    assert (told.persons, told.unit_id) == ([cast.persons[0]], cast.named_group.id)
    assert told.acting == f"group_teacher@{cast.named_group.id}"


def test_names_behind_a_figure_say_whose(client: Client, cast: Cast) -> None:
    ill(cast)
    client.force_login(cast.users["head"])
    client.get(f"/reports/{cast.school.code}/{DAY}/absent_ill/students/")
    assert AuditEvent.objects.get(event="report.names_read").persons == [cast.persons[0]]


def test_from_elsewhere_one_says_why_once(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["unit_admin"])
    path = f"/people/person/{cast.persons[0]}/"
    asked = client.get(path)
    assert PEOPLE[0] not in asked.content.decode()
    assert not AuditEvent.objects.filter(event="people.person_read").exists()
    answer = client.post("/purpose/", {"purpose": "correction", "next": path})
    assert answer["Location"] == path
    assert PEOPLE[0] in client.get(path).content.decode()
    assert PEOPLE[1] in client.get(f"/people/person/{cast.persons[1]}/").content.decode()
    told = AuditEvent.objects.filter(event="people.person_read").order_by("id")
    assert [(one.purpose, one.persons) for one in told] == [
        ("correction", [cast.persons[0]]), ("correction", [cast.persons[1]]),
    ]  # fmt: skip


@pytest.mark.parametrize("said", ["", "curiosity"])
def test_a_purpose_is_one_of_the_list(client: Client, cast: Cast, said: str) -> None:
    client.force_login(cast.users["unit_admin"])
    client.post("/purpose/", {"purpose": said, "next": "https://example.com/"})
    page = client.get(f"/people/person/{cast.persons[0]}/").content.decode()
    assert PEOPLE[0] not in page


def test_at_ones_own_school_nobody_is_asked_why(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["health_officer"])
    assert PEOPLE[0] in client.get(f"/people/person/{cast.persons[0]}/").content.decode()
    assert AuditEvent.objects.get(event="people.person_read").purpose == ""


def test_a_search_above_the_schools_stands_in_each_schools_own_trail(
    client: Client, cast: Cast
) -> None:
    other = Person.objects.get(pk=cast.persons[1])
    Person.objects.filter(pk=other.pk).update(
        school_id=cast.tiny_school.id, path=cast.tiny_school.path, name=PEOPLE[0]
    )
    client.force_login(cast.users["unit_admin"])
    client.get("/people/search/", {"q": PEOPLE[0]})
    told = AuditEvent.objects.filter(event="people.searched").order_by("path")
    assert {(one.path, tuple(one.persons or [])) for one in told} == {
        (cast.school.path, (cast.persons[0],)), (cast.tiny_school.path, (other.pk,)),
    }  # fmt: skip


def test_who_reads_the_staff_with_their_telephones_is_kept(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["unit_admin"])
    client.get("/accounts/")
    listed = AuditEvent.objects.filter(event="accounts.staff_read").latest("id")
    head = cast.users["head"].pk
    assert head in listed.detail["users"]
    client.get(f"/accounts/people/{head}/")
    alone = AuditEvent.objects.filter(event="accounts.staff_read").latest("id")
    assert (alone.detail["users"], alone.path) == ([head], cast.school.path)


def test_whose_telephones_a_bureau_read_is_kept(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["county_officer"])
    client.get(f"/board/{cast.county.code}/silent/?kind=check.morning")
    told = AuditEvent.objects.get(event="situation.contacts_read")
    assert (told.unit_id, told.detail["kind"]) == (cast.county.id, "check.morning")
    client.force_login(cast.users["province_officer"])
    client.get(f"/board/{cast.province.code}/silent/?kind=check.morning")
    assert AuditEvent.objects.filter(event="situation.contacts_read").count() == 1
