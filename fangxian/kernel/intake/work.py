"""What a worker does with an import: look into the file, read and judge its rows, write them.

Every step can be broken off anywhere and begun again: looking and reading begin anew, writing is
one transaction together with the import's own end.
"""

import logging
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from fangxian.kernel import audit
from fangxian.kernel.errors import Conflict, DomainError
from fangxian.kernel.intake import frames, heads, sources, tables
from fangxian.kernel.intake.actions import end
from fangxian.kernel.intake.holding import Cancelled, Progress, held, writing_alone
from fangxian.kernel.intake.kinds import IntakeKind, Job, actor, kind_by_code
from fangxian.kernel.intake.models import Intake, RememberedColumns
from fangxian.kernel.intake.rules import WORKING, Outcome, State, check_move

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 3
LOST = (OperationalError, InterfaceError)  # the database is away: another attempt will do it


def run(intake_id: int, *, at: datetime) -> None:
    """Take an import as far as it goes without a person."""
    with held(intake_id) as progress:
        intake = Intake.objects.filter(pk=intake_id).first()
        if progress is None or intake is None:
            return
        with override(intake.language):
            while intake.state in WORKING and _step(intake, progress, at):
                intake.refresh_from_db()


def _step(intake: Intake, progress: Progress, at: datetime) -> bool:
    """One step; whether another may follow."""
    Intake.objects.filter(pk=intake.pk).update(attempts=intake.attempts + 1)
    try:
        if intake.attempts >= MOST_ATTEMPTS:
            _fail(intake, at, _("This import was broken off three times. Please try again later."))
            return False
        STEPS[State(intake.state)](intake, progress, at)
    except Cancelled:
        intake.refresh_from_db()
        with transaction.atomic():
            end(intake, State.CANCELLED, at=at)
        return False
    except LOST:
        raise
    except DomainError as error:
        _fail(intake, at, error.message)
        return False
    except Exception:
        logger.exception("import %s failed", intake.pk)
        _fail(intake, at, _("Something went wrong here, not with your file. It is on record."))
        raise
    return True


def _fail(intake: Intake, at: datetime, message: str) -> None:
    with transaction.atomic():
        end(intake, State.FAILED, at=at, message=message[:500])


def _move(intake: Intake, to: State, at: datetime, **also: object) -> None:
    check_move(intake.state, to)
    Intake.objects.filter(pk=intake.pk).update(state=to, changed_at=at, attempts=0, phase="",
                                               done=0, total=0, **also)  # fmt: skip


def _job(intake: Intake, progress: Progress, at: datetime) -> Job:
    kind = kind_by_code(intake.kind)
    by = actor(intake.by_id, at.date())
    place = kind.place_by_id(intake.unit_id, at.date())
    by.require(kind.permission, place.path)
    return Job(intake, kind, place, by, at, progress)


def look(intake: Intake, progress: Progress, at: datetime) -> None:
    """Find the headings; go on by oneself where every column is known."""
    progress.phase("looking")
    job = _job(intake, progress, at)
    found = heads.find(sources.head(sources.open_table(intake.pk)), job.kind.fields)
    kept = RememberedColumns.objects.filter(kind=intake.kind, unit_id=intake.unit_id,
                                            signature=found.signature).first()  # fmt: skip
    proposed = heads.propose(found, job.kind.fields)
    needed = job.kind.needed(job.place)
    sure = kept is not None or heads.all_known(found, proposed, needed)
    _move(intake, State.READING if sure else State.MAPPING, at,
          mapping=kept.mapping if kept else proposed, headers=found.as_json())  # fmt: skip


def read(intake: Intake, progress: Progress, at: datetime) -> None:
    """Stage every row and judge it against what is there."""
    progress.phase("reading")
    job = _job(intake, progress, at)
    table = sources.open_table(intake.pk)
    with transaction.atomic():
        tables.open_tables(intake.pk, job.kind.table)
        _stage(job, table, progress)
        progress.phase("comparing")
        tables.analyze(intake.pk)
        job.kind.judge(job)
        counts = tables.counts(intake.pk)
        progress.phase("comparing")  # the last moment to give up
        _move(intake, State.REVIEW, at, counts=counts)


def _stage(job: Job, table: sources.Table, progress: Progress) -> None:
    size = table.size
    pieces = frames.understood_pieces(
        table, job.kind.fields, after=job.intake.headers["line"], mapping=job.intake.mapping,
        most=job.kind.most_rows,
    )  # fmt: skip
    for piece, done in pieces:
        examine = job.kind.examine
        said = frames.as_said(piece) if examine is None else examine(piece, job)
        tables.fill(said, job.table(job.kind.table))
        progress.at(done, size)


def write(intake: Intake, progress: Progress, at: datetime) -> None:
    """Write what was judged, all in one transaction with the import's own end."""
    progress.phase("writing")
    try:
        with transaction.atomic():
            writing_alone(intake.pk)
            job = _job(intake, progress, at)
            told = dict(job.kind.commit(job))
            progress.phase("finishing")
            _record(job, job.kind, told)
            intake.counts = {**intake.counts, "told": told}
            check_move(Intake.objects.get(pk=intake.pk).state, State.DONE)
            path = sources.folder() / f"{intake.pk}.result"
            end(intake, State.DONE, at=at, result=job.intake.result if path.exists() else "")
    except Conflict as conflict:
        _move(intake, State.READING, at, message=conflict.message[:500])


def _record(job: Job, kind: IntakeKind, told: dict[str, int]) -> None:
    left_out = job.intake.counts.get(Outcome.WRONG, 0)
    audit.record(kind.event, by=job.by, at=job.at, unit_id=job.place.unit_id, path=job.place.path,
                 subject=job.intake.file_name, detail={**told, "left_out": left_out})  # fmt: skip


STEPS = {State.UPLOADED: look, State.READING: read, State.WRITING: write}
