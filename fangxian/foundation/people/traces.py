"""What stays in the trail when people of a school are shown, and how the trail names them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from django.db.models import Q

from fangxian.foundation.people.models import Membership, Person
from fangxian.foundation.people.rules import PeopleEvent
from fangxian.foundation.people.search import Answer
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.audit import Concerning

FOUND = 50


class Shown(Protocol):
    """Somebody who was shown: the id, and the school's place."""

    @property
    def pk(self) -> Any: ...

    @property
    def path(self) -> str: ...


def note_seen(
    event: PeopleEvent, people: Iterable[Shown], *, by: Actor, at: datetime, subject: str = "",
    detail: Mapping[str, Any] | None = None, purpose: str = "",
) -> None:  # fmt: skip
    """Keep who was shown, one event for each school whose people they are; nobody: nothing."""
    by_school: dict[str, list[int]] = {}
    for one in people:
        by_school.setdefault(one.path, []).append(one.pk)
    told = [
        Concerning(_unit_id(path), path, subject, detail, ids, purpose)
        for path, ids in by_school.items()
    ]
    if told:
        audit.record_each(event, told, by=by, at=at)


def note_search(answer: Answer, unit: UnitVersion | None, *, by: Actor, at: datetime) -> None:
    """Keep who was brought up to whom; not what was typed, which may be somebody's number."""
    detail = {"by": answer.by, "count": len(answer.found)}
    if answer.found:
        note_seen(PeopleEvent.SEARCHED, answer.found, by=by, at=at, detail=detail)
    else:
        audit.record(PeopleEvent.SEARCHED, by=by, at=at, unit_id=unit.unit_id if unit else None,
                     path=unit.path if unit else "", detail=detail, persons=[])  # fmt: skip


def _unit_id(path: str) -> int:
    return int(path.rstrip("/").rpartition("/")[2])


def names(school_path: str, ids: Iterable[int]) -> dict[int, str]:
    """The names of those of the ids that stand in a school's records."""
    rows = Person.objects.filter(pk__in=set(ids), path=school_path)
    return dict(rows.values_list("pk", "name"))


def find(school_path: str, text: str) -> Sequence[int]:
    """Whom a part of a name, or a school number, may mean at a school."""
    plain = " ".join(text.replace("\0", " ").split())
    if not plain:
        return []
    rows = Person.objects.filter(Q(name__contains=plain) | Q(number=plain.upper()))
    return list(rows.filter(path=school_path).order_by("pk").values_list("pk", flat=True)[:FOUND])


def groups(person_id: int, first: date, last: date) -> Sequence[int]:
    """The groups that a person was in on some day of a span."""
    rows = Membership.objects.filter(person_id=person_id, valid_from__lte=last, valid_to__gt=first)
    return list(rows.values_list("group_id", flat=True).distinct())
