"""A school sees who looked at its own people, and nobody else's; the auditor reads days at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from fangxian.foundation.people.rules import PeopleEvent
from fangxian.kernel import audit
from fangxian.kernel.audit import Event
from fangxian.watch.checks.rules import CheckEvent
from tests.cast import AT, DAY, PEOPLE, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_eight")]
PAGE = "/audit/people/"
#: a day's events that name nobody
MANY = """INSERT INTO audit_event (day, at, event, path)
SELECT %s, %s, 'tests.many', '9/' || n || '/' FROM generate_series(1, 5000) n"""


def looked(cast: Cast, who: str, event: Event = PeopleEvent.PERSON_READ, **more: Any) -> None:
    """Somebody looked at the first of the class, unless it is said otherwise."""
    said: dict[str, Any] = {
        "persons": [cast.persons[0]], "at": AT, "unit_id": cast.school.id,
        "path": cast.school.path, **more,
    }  # fmt: skip
    audit.record(event, by=cast.actor(who), **said)


def page_of(cast: Cast, who: str, **query: str) -> str:
    client = Client()
    client.force_login(cast.users[who])
    answer = client.get(PAGE, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_head_reads_who_what_whose_and_why(cast: Cast) -> None:
    looked(cast, "unit_admin", purpose="investigation")
    page = page_of(cast, "head")
    for word in ("unit_admin", "锦江区", PEOPLE[0], "疫情调查处置"):
        assert word in page


def test_another_school_reads_nothing_of_it(cast: Cast) -> None:
    looked(cast, "unit_admin")
    page = page_of(cast, "tiny_head")
    assert PEOPLE[0] not in page
    assert "没有人查看过" in page


def test_a_name_of_another_school_is_never_resolved(cast: Cast) -> None:
    looked(cast, "unit_admin", unit_id=cast.tiny_school.id, path=cast.tiny_school.path)
    page = page_of(cast, "tiny_head")
    assert "unit_admin" in page
    assert PEOPLE[0] not in page


@pytest.mark.parametrize("who", ["reporter", "teacher", "county_officer", "auditor"])
def test_it_is_for_who_runs_the_school(client: Client, cast: Cast, who: str) -> None:
    client.force_login(cast.users[who])
    assert client.get(PAGE).status_code == 403


def test_a_teacher_at_the_own_class_is_left_out_until_asked_for(cast: Cast) -> None:
    group = cast.named_group
    looked(cast, "teacher", CheckEvent.SHEET_READ, persons=[], unit_id=group.id, path=group.path)
    assert ">teacher" not in page_of(cast, "head")
    assert ">teacher" in page_of(cast, "head", everyday="on")
    looked(cast, "reporter", CheckEvent.SHEET_READ, persons=[], unit_id=group.id, path=group.path)
    assert ">reporter" in page_of(cast, "head")


def test_looks_at_one_person_are_found_by_name_and_by_the_whole_class(cast: Cast) -> None:
    group = cast.named_group
    looked(cast, "unit_admin", persons=[cast.persons[1]])
    looked(cast, "reporter", CheckEvent.SHEET_READ, persons=[], unit_id=group.id, path=group.path)
    page = page_of(cast, "head", q=PEOPLE[0])
    assert ">reporter" in page
    assert ">unit_admin" not in page
    assert ">unit_admin" in page_of(cast, "head", q=PEOPLE[1])


def test_days_bound_what_is_seen(cast: Cast) -> None:
    looked(cast, "unit_admin", at=AT - timedelta(days=3))
    assert "unit_admin" in page_of(cast, "head")
    today = DAY.isoformat()
    assert "unit_admin" not in page_of(cast, "head", first=today, last=today)
    assert "最多" in page_of(cast, "head", first="2026-01-01", last=today)
    assert "早于" in page_of(cast, "head", first=today, last="2026-11-01")


def test_the_auditor_reads_several_days_page_by_page(client: Client, cast: Cast) -> None:
    for step in range(3):
        for number in range(30):
            looked(cast, "head", at=AT - timedelta(days=step), subject=f"mark {step}-{number:02}")
    client.force_login(cast.users["auditor"])
    days = f"first={DAY - timedelta(days=2)}&last={DAY}"
    page = client.get(f"/audit/?{days}").context["slice"]
    subjects = [line.event.subject for line in page.lines]
    assert (subjects[0], subjects[-1], page.newer) == ("mark 0-29", "mark 1-10", None)
    older = client.get(f"/audit/?{days}&before={page.older}").context["slice"]
    subjects = [line.event.subject for line in older.lines]
    assert (subjects[0], subjects[-1], older.older) == ("mark 1-09", "mark 2-00", None)
    newer = client.get(f"/audit/?{days}&after={older.newer}").context["slice"]
    assert [line.event for line in newer.lines] == [line.event for line in page.lines]
    only = client.get(f"/audit/?{days}&code=mark 2-07").context["slice"]
    assert [line.event.subject for line in only.lines] == ["mark 2-07"]


def test_facts_are_told_in_words(client: Client, cast: Cast) -> None:
    detail = {"kind": "check.morning", "rungs": ["soon", "head"], "by": "number"}
    looked(cast, "head", detail=detail)
    client.force_login(cast.users["auditor"])
    page = client.get("/audit/").content.decode()
    for word in ("晨检", "到期前", "校长", "编号或电话"):
        assert word in page
    assert "check.morning" not in page


def test_whoever_was_looked_at_is_found_by_an_index(cast: Cast) -> None:
    looked(cast, "head")
    with connection.cursor() as cursor:
        cursor.execute(MANY, [DAY, AT])
        cursor.execute("ANALYZE audit_event")
        cursor.execute(
            "EXPLAIN SELECT * FROM audit_event WHERE day = %s AND persons IS NOT NULL "
            "AND path >= '1/2/' AND path < '1/20'",
            [DAY],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "path_id_idx" in plan, plan
