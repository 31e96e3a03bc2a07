"""What a person does with an import: bring a file, say its columns, write it, give it up."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from fangxian.kernel.intake import sources, tables
from fangxian.kernel.intake.heads import Heads
from fangxian.kernel.intake.holding import nobody_works
from fangxian.kernel.intake.kinds import kind_by_code
from fangxian.kernel.intake.models import Intake, RememberedColumns
from fangxian.kernel.intake.rules import ENDED, RIGHT, IntakeEvent, Outcome, State, check_move

MOST_BYTES: Final = 300 << 20
KEPT: Final = timedelta(days=7)  # an import that nobody goes on with is given up
PIECE: Final = 1 << 20
WORK: Final = "fangxian.kernel.intake.tasks.work"


@transaction.atomic
def upload(
    *,
    kind: str,
    unit_id: int,
    file_name: str,
    file: BinaryIO,
    options: Mapping[str, bool],
    by: Actor,
    at: datetime,
) -> Intake:
    """Keep an uploaded file for reading; nothing is written to the tables it is about."""
    what = kind_by_code(kind)
    if by.user_id is None or by.token_id is not None:
        raise Forbidden(_("Sign in yourself for that."))
    place = what.place_by_id(unit_id, at.date())
    by.require(what.permission, place.path)
    made = Intake.objects.create(
        kind=kind, unit_id=unit_id, path=place.path, by_id=by.user_id, at=at, changed_at=at,
        language=get_language() or "zh-hans", file_name=file_name[-200:], size=0,
        options={one.code: bool(options.get(one.code)) for one in what.before_reading},
    )  # fmt: skip
    made.size = _keep(file, sources.upload_of(made.pk))
    made.save(update_fields=["size"])
    _work_later(made.pk)
    return made


def _keep(file: BinaryIO, target: Path) -> int:
    size = 0
    with target.open("wb") as kept:
        target.chmod(0o600)
        while piece := file.read(PIECE):
            size += len(piece)
            if size > MOST_BYTES:
                kept.close()
                target.unlink()
                raise TooLarge(_("The file is larger than 300 MB: please split it."))
            kept.write(piece)
    return size


def _work_later(intake_id: int) -> None:
    """By its name, as the task itself ends imports by the actions here."""
    app.configure_task(WORK, queue="heavy").defer(intake_id=intake_id)


def own(intake_id: int, *, by: Actor) -> Intake:
    """An import; only who uploaded it sees it, while they may still bring such a file."""
    found = Intake.objects.visible_to(by).filter(pk=intake_id, by_id=by.user_id or 0).first()
    if found is None or by.token_id is not None:
        raise NotFound(_("There is no such import."))
    by.require(kind_by_code(found.kind).permission, found.path)
    return found


def _locked(intake_id: int, by: Actor, then: State) -> Intake:
    own(intake_id, by=by)
    found = Intake.objects.select_for_update().get(pk=intake_id)
    check_move(found.state, then)
    return found


def _go_on(intake: Intake, to: State, at: datetime, *also: str) -> None:
    intake.state, intake.changed_at, intake.attempts = to, at, 0
    intake.phase, intake.done, intake.total, intake.message = "", 0, 0, ""
    intake.save(update_fields=["state", "changed_at", "attempts", "phase", "done", "total",
                               "message", *also])  # fmt: skip


@transaction.atomic
def say_columns(*, intake_id: int, mapping: Mapping[str, int], by: Actor, at: datetime) -> Intake:
    """Say which column is what, remember it for such files, and read."""
    intake = _locked(intake_id, by, State.READING)
    kind = kind_by_code(intake.kind)
    heads = Heads.of_json(intake.headers)
    problems: dict[str, list[str]] = {}
    for field in kind.needed(kind.place_by_id(intake.unit_id, at.date())):
        if field.code not in mapping:
            problems[field.code] = [_("Say which column this is.")]
    taken: dict[int, str] = {}
    for code, column in mapping.items():
        if not 0 <= column < len(heads.names):
            problems[code] = [_("There is no such column.")]
        if column in taken:
            problems[code] = [_("This column has been chosen already.")]
        taken[column] = code
    if problems:
        raise Invalid(_("Some columns are not said yet."), problems)
    RememberedColumns.objects.update_or_create(
        kind=intake.kind, unit_id=intake.unit_id, signature=heads.signature,
        defaults={"mapping": dict(mapping), "by_id": intake.by_id, "at": at},
    )  # fmt: skip
    intake.mapping = dict(mapping)
    _go_on(intake, State.READING, at, "mapping")
    _work_later(intake.pk)
    return intake


@transaction.atomic
def change_columns(*, intake_id: int, by: Actor, at: datetime) -> None:
    """Go back from the review to saying the columns."""
    intake = _locked(intake_id, by, State.MAPPING)
    _go_on(intake, State.MAPPING, at)


@transaction.atomic
def commit(
    *, intake_id: int, only_right: bool, options: Mapping[str, bool], by: Actor, at: datetime
) -> None:
    """Have the rows written: all of them, or where the person says so just the right ones."""
    intake = _locked(intake_id, by, State.WRITING)
    if not tables.are_there(intake_id):
        _go_on(intake, State.READING, at)
        intake.message = _("The server was started anew meanwhile: the file is read again.")
        intake.save(update_fields=["message"])
        _work_later(intake.pk)
        return
    kind = kind_by_code(intake.kind)
    chosen = {one.code: bool(options.get(one.code)) for one in kind.before_writing}
    asked = [one.outcome for one in kind.before_writing if chosen[one.code] and one.outcome]
    wrong = intake.counts.get(Outcome.WRONG, 0)
    if wrong and not only_right:
        raise Conflict(_("%(count)s rows cannot be imported; nothing was written.")
                       % {"count": wrong})  # fmt: skip
    if not any(intake.counts.get(outcome) for outcome in (*RIGHT, *asked)):
        raise Conflict(_("There is nothing to import in this file."))
    intake.options = {**intake.options, **chosen}
    _go_on(intake, State.WRITING, at, "options")
    _work_later(intake.pk)


@transaction.atomic
def cancel(*, intake_id: int, by: Actor, at: datetime) -> Intake:
    """Give an import up: its rows and its file go; what a worker has begun is rolled back."""
    own(intake_id, by=by)
    return _cancel(intake_id, at)


def _cancel(intake_id: int, at: datetime) -> Intake:
    alone = nobody_works(intake_id)
    intake = Intake.objects.select_for_update().get(pk=intake_id)
    check_move(intake.state, State.CANCELLED)
    intake.cancel_asked = True
    intake.save(update_fields=["cancel_asked"])
    if alone:
        end(intake, State.CANCELLED, at=at)
    return intake


@transaction.atomic
def give_up_forgotten(*, at: datetime) -> int:
    """Take away what nobody has gone on with for a week."""
    old = Intake.objects.filter(changed_at__lt=at - KEPT)
    for intake in old.exclude(result=""):
        sources.remove(intake.pk)
        Intake.objects.filter(pk=intake.pk).update(result="")
    ids = list(old.filter(state__in=[State.MAPPING, State.REVIEW]).values_list("pk", flat=True))
    for intake_id in ids:
        _cancel(intake_id, at)
    return len(ids)


def end(intake: Intake, state: State, *, at: datetime, message: str = "", result: str = "") -> None:
    """An import ends: its tables go now, its files when that is certain."""
    tables.close_tables(intake.pk)
    intake.state, intake.changed_at, intake.message, intake.result = state, at, message, result
    intake.headers, intake.cancel_asked = {}, False
    intake.save(update_fields=["state", "changed_at", "message", "result", "headers",
                               "cancel_asked", "counts"])  # fmt: skip
    transaction.on_commit(lambda: sources.remove(intake.pk, result=not result))


def ended(intake: Intake) -> bool:
    """Whether nothing more will come of it."""
    return intake.state in ENDED


def take_result(*, intake_id: int, by: Actor, at: datetime) -> tuple[str, bytes]:
    """What an import made, once: its name and contents; then it is gone."""
    with transaction.atomic():
        own(intake_id, by=by)
        intake = Intake.objects.select_for_update().get(pk=intake_id)
        path = sources.folder() / f"{intake_id}.result"
        if not intake.result or not path.exists():
            raise Conflict(_("This file has been downloaded already; it can be had only once."))
        name, content = intake.result, path.read_bytes()
        intake.result = ""
        intake.save(update_fields=["result"])
        audit.record(IntakeEvent.RESULT_TAKEN, by=by, at=at, unit_id=intake.unit_id,
                     path=intake.path, subject=name)  # fmt: skip
    path.unlink(missing_ok=True)
    return name, content
