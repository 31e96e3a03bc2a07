"""Asking for an export, fetching its file, letting go of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from fangxian.exchange.exports import files
from fangxian.exchange.exports.content.reading import size_of
from fangxian.exchange.exports.content.tables import Asked
from fangxian.exchange.exports.models import Export
from fangxian.exchange.exports.rules import (
    AT_ONCE,
    GIVEN_UP,
    MOST_DAYS,
    MOST_DOWNLOADS,
    MOST_PDF,
    NAMED_WITH,
    OF_A_SCHOOL,
    SEEN_WITH,
    SHORTEST_REASON,
    ExportEvent,
    ExportPermission,
    Form,
    Kind,
    State,
    check_move,
    new_mark,
)
from fangxian.exchange.exports.work import make
from fangxian.foundation.obligations.kinds import kind_by_code
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, Forbidden, Invalid, NotFound

WORK: Final = "fangxian.exchange.exports.tasks.make_export"


@dataclass(frozen=True)
class Wish:
    """What somebody wants to take out."""

    kind: Kind
    form: Form
    unit: UnitVersion
    first: date
    last: date
    what: str = ""
    names: bool = False
    reason: str = ""


def may_name(kind: Kind, unit: UnitVersion, *, by: Actor) -> bool:
    """Whether names can be asked for: for rosters, only inside the school."""
    permission = NAMED_WITH.get(kind)
    if permission is None or not by.may(permission, unit.path):
        return False
    return kind is not Kind.ROSTER or by.inside(unit.path)


def require(kind: Kind, unit: UnitVersion, *, by: Actor) -> None:
    """Whoever may look at the page, and may take tables out there, in person."""
    if by.user_id is None or by.token_id is not None:
        raise Forbidden(_("Sign in yourself for that."))
    by.require(SEEN_WITH[kind], unit.path)
    by.require(ExportPermission.MAKE, unit.path)
    if kind in OF_A_SCHOOL and unit.school_id != unit.unit_id:
        raise NotFound(_("There is no such school within your scope."))


def ask(wish: Wish, *, by: Actor, at: datetime) -> Export:
    """Take something out: made now where it is small, else by the worker.

    Raises NotFound, Forbidden, or Invalid naming each field.
    """
    require(wish.kind, wish.unit, by=by)
    _check(wish, by, at)
    asked = Asked(wish.kind, wish.unit, wish.first, wish.last, wish.what, wish.names, by, at)
    expected = size_of(asked)
    if wish.form is Form.PDF and expected > MOST_PDF:
        text = _("More than %(most)s rows: take a spreadsheet, or fewer days.") % {"most": MOST_PDF}
        raise Invalid(text, {"form": [text]})
    made = _kept(wish, expected, by, at)
    if expected <= AT_ONCE:
        return make(made.pk, at=at)
    app.configure_task(WORK, queue="heavy").defer(export_id=made.pk)
    return made


def _check(wish: Wish, by: Actor, at: datetime) -> None:
    problems: dict[str, list[str]] = {}
    if wish.first > wish.last:
        problems["last"] = [_("The last day comes before the first.")]
    elif (wish.last - wish.first).days >= MOST_DAYS:
        problems["first"] = [_("At most %(most)s days at once.") % {"most": MOST_DAYS}]
    if wish.last > at.date():
        problems["last"] = [_("This day has not come yet.")]
    if wish.kind in (Kind.BOARD, Kind.SILENT):
        kind_by_code(wish.what)
    if wish.names and not may_name(wish.kind, wish.unit, by=by):
        raise Forbidden(_("Your role does not allow this here."))
    if wish.names and len(wish.reason.strip()) < SHORTEST_REASON:
        problems["reason"] = [_("Say what the names are needed for; it stays in the audit trail.")]
    if problems:
        raise Invalid(_("Some fields cannot be accepted."), problems)


def _kept(wish: Wish, expected: int, by: Actor, at: datetime) -> Export:
    return Export.objects.create(
        mark=new_mark(), kind=wish.kind, form=wish.form, unit_id=wish.unit.unit_id,
        path=wish.unit.path, code=wish.unit.code, first=wish.first, last=wish.last,
        what=wish.what, names=wish.names, reason=wish.reason.strip() if wish.names else "",
        expected=expected, by_id=by.user_id or 0, by_name=by.name,
        language=get_language() or "zh-hans", asked_at=at,
    )  # fmt: skip


def own(export_id: int, *, by: Actor) -> Export:
    """An export; only who asked for it sees it, while they may still see what is in it."""
    found = Export.objects.filter(pk=export_id, by_id=by.user_id or 0).first()
    if found is None or by.token_id is not None:
        raise NotFound(_("There is no such export."))
    by.require(SEEN_WITH[Kind(found.kind)], found.path)
    return found


@transaction.atomic
def fetch(*, export_id: int, by: Actor, at: datetime) -> tuple[Export, Path]:
    """The file, for its own person, while it is good and as often as is allowed."""
    own(export_id, by=by)
    found = Export.objects.select_for_update().get(pk=export_id)
    if found.names and not by.may(NAMED_WITH[Kind(found.kind)], found.path):
        raise Forbidden(_("Your role does not allow this here."))
    if not is_good(found, at):
        raise Conflict(_("This file is no longer there: make it anew."))
    path = files.file_of(found)
    if not path.exists():
        raise Conflict(_("This file is no longer there: make it anew."))
    found.downloads += 1
    found.save(update_fields=["downloads"])
    _note(ExportEvent.DOWNLOADED, found, by=by, at=at, detail={"count": found.downloads})
    return found, path


def is_good(export: Export, at: datetime) -> bool:
    """Whether its file may still be fetched."""
    timely = export.expires_at is not None and at < export.expires_at
    return export.state == State.READY and timely and export.downloads < MOST_DOWNLOADS


def expire(*, by: Actor, at: datetime) -> int:
    """Remove what is past its time or fetched as often as is allowed; how many went."""
    ready = Export.objects.filter(state=State.READY)
    gone = [pk for (pk,) in ready.values_list("pk") if _expire(pk, by=by, at=at)]
    stuck = Export.objects.filter(state=State.WAITING, asked_at__lt=at - GIVEN_UP)
    for one in stuck:
        files.remove(one)
    stuck.update(state=State.FAILED)
    return len(gone)


@transaction.atomic
def _expire(export_id: int, *, by: Actor, at: datetime) -> bool:
    found = Export.objects.select_for_update().get(pk=export_id)
    if found.state != State.READY or is_good(found, at):
        return False
    check_move(found.state, State.EXPIRED)
    files.remove(found)
    found.state = State.EXPIRED
    found.save(update_fields=["state"])
    _note(ExportEvent.EXPIRED, found, by=by, at=at, detail={"count": found.downloads})
    return True


def _note(
    event: ExportEvent, export: Export, *, by: Actor, at: datetime, detail: Mapping[str, object]
) -> None:
    audit.record(event, by=by, at=at, unit_id=export.unit_id, path=export.path,
                 subject=export.mark, detail=detail, purpose=export.reason)  # fmt: skip
