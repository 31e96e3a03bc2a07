"""Taking what has expired; a run that was broken off is gone on with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F

from fangxian.foundation.retention import expiring
from fangxian.foundation.retention.expiring import Batch, Due
from fangxian.foundation.retention.models import Run, Taken
from fangxian.foundation.retention.rules import RetentionEvent
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.privacy import expiries
from fangxian.norms import Retention, Term, retention_on
from fangxian.norms.retention import BY_THE_JOB


@dataclass(frozen=True)
class Counted:
    """What a term takes: rows, whole days, and the first day that stays."""

    code: str
    term: Term
    before: object
    rows: int
    days: int


def all_due(*, at: datetime, real: datetime) -> tuple[Retention, list[Due]]:
    """The document in force, and what each of its terms reaches now, in the order of taking."""
    today = at.date()
    document = retention_on(today, settings.FANGXIAN.norms)
    found = [
        expiring.due(one, document.terms[one.code], today=today, real=real)
        for one in expiries()
        if document.terms[one.code].then in BY_THE_JOB
    ]
    return document, found


def rehearse(*, at: datetime, real: datetime) -> list[Counted]:
    """What a run would take now; nothing is changed."""
    document, found = all_due(at=at, real=real)
    return [_counted(one, expiring.count(one), document.terms) for one in found]


def run(*, at: datetime, real: datetime, by: Actor) -> list[Counted]:
    """Take everything that has expired. It may stop anywhere; the next call of the day goes on.

    `at` is the domain's time, `real` the machine's, for what goes by it. Returns what the whole
    run took, what was taken before a break included.
    """
    document, found = all_due(at=at, real=real)
    one_run = _begun(document, at)
    for one in found:
        _take(one_run, one)
    with transaction.atomic():
        Run.objects.filter(pk=one_run.pk).update(ended_at=at)
        rows = {row.code: row for row in one_run.taken.all()}
        counts = {code: row.count for code, row in sorted(rows.items()) if row.count}
        audit.record(RetentionEvent.RUN, by=by, at=at, detail={"run": one_run.pk, **counts})
    return [
        _counted(
            one, Batch(rows[one.expiry.code].count, rows[one.expiry.code].days), document.terms
        )
        for one in found
    ]


def _begun(document: Retention, at: datetime) -> Run:
    found, _made = Run.objects.get_or_create(
        day=at.date(),
        ended_at=None,
        defaults={"document": document.title.en[:200], "began_at": at},
    )
    return found


def _take(one_run: Run, one: Due) -> None:
    taken, _made = Taken.objects.get_or_create(
        run=one_run, code=one.expiry.code, defaults={"before": one.before}
    )
    stuck = False
    for batch in expiring.take(one):
        stuck = stuck or batch.stuck
        Taken.objects.filter(pk=taken.pk).update(
            count=F("count") + batch.rows, days=F("days") + batch.days
        )
    Taken.objects.filter(pk=taken.pk).update(done=not stuck)


def _counted(one: Due, batch: Batch, terms: Mapping[str, Term]) -> Counted:
    code = one.expiry.code
    return Counted(code, terms[code], one.before, batch.rows, batch.days)
