"""What a signature writes, as values: the same for one school and for many."""

from datetime import datetime
from typing import Any

from fangxian.kernel.access import Actor
from fangxian.watch.reporting.drafts import Draft
from fangxian.watch.reporting.indicators import Cell
from fangxian.watch.reporting.models import ReportRevision
from fangxian.watch.reporting.rules import State


def revision_from(
    draft: Draft, number: int, by: Actor, at: datetime, *, kept: ReportRevision | None = None
) -> ReportRevision:
    """The revision that a signature makes of a draft; `kept` is one whose window is closed."""
    cover = draft.cover
    return ReportRevision(
        day=draft.day,
        school_id=draft.school.school_id,
        revision=number,
        bureau_id=draft.school.bureau_id,
        path=draft.school.path,
        signed_by=by.user_id,
        signed_at=at,
        cutoff_from=kept.cutoff_from if kept else draft.window.since,
        cutoff_at=kept.cutoff_at if kept else max(at, draft.window.since),
        dictionary_version=draft.dictionary.number,
        groups_expected=cover.groups_expected,
        groups_answered=cover.groups_answered,
        people_total=cover.people_total,
        people_accounted=cover.people_accounted,
        zero_total=draft.zero_total,
        is_full_zero=draft.is_full_zero,
        figures=list(draft.figures),
        entered=_entered(draft),
    )


def _entered(draft: Draft) -> list[dict[str, Any]]:
    position = draft.dictionary.position
    return [
        {
            "code": one.code,
            "population": one.population,
            "value": one.value,
            "derived": draft.derived[position[Cell(one.code, one.population)]],
            "reason": one.reason.strip(),
        }
        for one in draft.entered
    ]


def report_values(made: ReportRevision) -> dict[str, Any]:
    """Where the report stands once this revision is signed."""
    return {
        "bureau_id": made.bureau_id,
        "path": made.path,
        "state": State.SIGNED,
        "revision": made.revision,
        "signed_by": made.signed_by,
        "signed_at": made.signed_at,
        "decided_by": None,
        "decided_at": None,
        "comment": "",
    }
