"""The runs as they are shown, and the terms in force."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings

from fangxian.foundation.retention.models import Run, Taken
from fangxian.norms import Retention, Term, retention_on

RUNS_SHOWN = 30


@dataclass(frozen=True)
class Line:
    """What one term took in a run; `term` is None for one that is no longer in force."""

    code: str
    term: Term | None
    taken: Taken


@dataclass(frozen=True)
class Report:
    """One run with what it took; terms that took nothing are left out."""

    run: Run
    lines: list[Line]
    rows: int
    left: bool


def in_force(today: date) -> Retention:
    """The document that says how long everything is kept today."""
    return retention_on(today, settings.FANGXIAN.norms)


def reports(*, today: date) -> list[Report]:
    """The latest runs, the newest first."""
    terms = in_force(today).terms
    runs = Run.objects.order_by("-pk").prefetch_related("taken")[:RUNS_SHOWN]
    return [_report(run, {**terms}) for run in runs]


def _report(run: Run, terms: dict[str, Term]) -> Report:
    rows = sorted(run.taken.all(), key=lambda one: one.code)
    lines = [Line(one.code, terms.get(one.code), one) for one in rows if one.count or one.days]
    return Report(run, lines, sum(one.count for one in rows), any(not one.done for one in rows))
