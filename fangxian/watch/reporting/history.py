"""What was signed, revision by revision, with the differences and the decisions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from fangxian.foundation.accounts.models import User
from fangxian.kernel.access import Actor
from fangxian.watch.reporting.drafts import School, dictionary_by_number
from fangxian.watch.reporting.indicators import Cell, Indicator, indicators
from fangxian.watch.reporting.models import Decision as Decided
from fangxian.watch.reporting.models import ReportRevision
from fangxian.watch.reporting.rules import Cover, ReportPermission


@dataclass(frozen=True)
class Difference:
    """A figure that differs between two revisions."""

    indicator: Indicator | None
    code: str
    population: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class HistoryEntry:
    """A signed revision: who signed what, what changed, and what was decided on it."""

    revision: ReportRevision
    cover: Cover
    signed_by: str
    decided: Decided | None
    decided_by: str
    differences: Sequence[Difference]


def history(school: School, day: date, by: Actor) -> list[HistoryEntry]:
    """Every revision, the latest first."""
    revisions = list(
        ReportRevision.objects.filter(day=day, school_id=school.school_id).order_by("revision")
    )
    decided = {
        row.revision: row for row in Decided.objects.filter(day=day, school_id=school.school_id)
    }
    exact = by.may(ReportPermission.EXACT, school.path)
    names = _names([*(r.signed_by for r in revisions), *(d.decided_by for d in decided.values())])
    entries = []
    for before, revision in zip([None, *revisions], revisions, strict=False):
        decision = decided.get(revision.revision)
        entries.append(
            HistoryEntry(
                revision=revision,
                cover=cover_of(revision),
                signed_by=names.get(revision.signed_by or 0, ""),
                decided=decision,
                decided_by=names.get(decision.decided_by or 0, "") if decision else "",
                differences=differences(before, revision) if before and exact else [],
            )
        )
    return entries[::-1]


def cover_of(revision: ReportRevision) -> Cover:
    """For whom a revision speaks."""
    return Cover(
        revision.groups_expected,
        revision.groups_answered,
        revision.people_total,
        revision.people_accounted,
    )


def differences(before: ReportRevision, after: ReportRevision) -> list[Difference]:
    """Every figure that two revisions tell differently."""
    known = indicators()
    old, new = signed_values(before), signed_values(after)
    return [
        Difference(known.get(cell.code), cell.code, cell.population, old.get(cell), value)
        for cell, value in new.items()
        if old.get(cell) != value
    ]


def _names(ids: Iterable[int | None]) -> dict[int, str]:
    found = User.objects.filter(pk__in={pk for pk in ids if pk is not None})
    return {user.pk: str(user) for user in found}


def signed_values(signed: ReportRevision | None) -> dict[Cell, int | None]:
    """Every figure of a revision as it was signed."""
    if signed is None:
        return {}
    cells = dictionary_by_number(signed.dictionary_version).cells
    return dict(zip(cells, signed.figures, strict=True))
