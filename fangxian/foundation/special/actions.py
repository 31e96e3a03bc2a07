"""A collection is opened, written into, read, and destroyed by two people; all of it recorded.

What the trail says of a line is sealed with the collection's key too.
"""

import base64
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fangxian.foundation.special import halves
from fangxian.foundation.special.models import Collection, Line
from fangxian.foundation.special.rules import SpecialEvent, may_destroy, may_open
from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.rules import UnitPermission
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, NotFound
from fangxian.kernel.secrets import collections as keys

FIELD: Final = "special_line.sealed"
TRAIL: Final = "audit_event.detail"


@transaction.atomic
def open_collection(
    *, unit: UnitVersion, name: str, purpose: str, ground: str, destroy_by: date, by: Actor,
    at: datetime,
) -> Collection:  # fmt: skip
    """Open a collection with a key of its own; a name is used once, even after its end."""
    by.require(UnitPermission.CONTACTS, unit.path)
    decision = may_open(purpose=purpose, ground=ground, opened_on=at.date(), destroy_by=destroy_by)
    if not decision.allowed:
        raise Conflict(decision.reason)
    try:
        with transaction.atomic():
            keys.make_collection_key(name, at=at)
    except IntegrityError:
        raise Conflict(_("There was a collection of this name already.")) from None
    made = Collection.objects.create(
        unit_id=unit.unit_id, path=unit.path, name=name, purpose=purpose, ground=ground,
        opened_on=at.date(), destroy_by=destroy_by, opened_by_id=by.user_id or 0,
    )  # fmt: skip
    audit.record(SpecialEvent.OPENED, by=by, at=at, unit_id=unit.unit_id, path=unit.path,
                 subject=name, purpose=purpose)  # fmt: skip
    halves.make(name)  # last: a rolled back opening leaves no half behind
    return made


def _locked(name: str, by: Actor) -> Collection:
    found = Collection.objects.visible_to(by).select_for_update().filter(name=name).first()
    if found is None:
        raise NotFound(_("There is no such collection within your scope."))
    by.require(UnitPermission.CONTACTS, found.path)
    return found


def _key(found: Collection) -> keys.Collection:
    return halves.joined(keys.collection_key(found.name))


@transaction.atomic
def write(*, name: str, texts: Sequence[str], by: Actor, at: datetime) -> list[Line]:
    """Add lines; raises Destroyed where the key is gone."""
    found = _locked(name, by)
    key = _key(found)
    made = [
        Line.objects.create(
            collection=found, path=found.path, by_id=by.user_id or 0, at=at,
            sealed=key.seal(text, FIELD, found.pk),
        )
        for text in texts
    ]  # fmt: skip
    _record(SpecialEvent.WRITTEN, found, key, [one.pk for one in made], texts, by, at)
    return made


@transaction.atomic
def revise(*, name: str, line_id: int, text: str, by: Actor, at: datetime) -> Line:
    """Say a line anew; the one before stays, sealed with the same key."""
    found = _locked(name, by)
    key = _key(found)
    before = found.lines.filter(pk=line_id, revised_by__isnull=True).first()
    if before is None:
        raise NotFound(_("There is no such line, or it was revised already."))
    made = Line.objects.create(
        collection=found, path=found.path, by_id=by.user_id or 0, at=at, revises=before,
        sealed=key.seal(text, FIELD, found.pk),
    )  # fmt: skip
    _record(SpecialEvent.WRITTEN, found, key, [made.pk], [text], by, at)
    return made


@transaction.atomic
def read(*, name: str, reason: str, by: Actor, at: datetime) -> list[tuple[int, str]]:
    """The lines as they hold now, with their ids; recorded with the reason."""
    found = _locked(name, by)
    key = _key(found)
    lines = found.lines.filter(revised_by__isnull=True).order_by("pk")
    told = [(one.pk, key.open_(bytes(one.sealed), FIELD, found.pk)) for one in lines]
    audit.record(SpecialEvent.READ, by=by, at=at, unit_id=found.unit_id, path=found.path,
                 subject=name, detail={"count": len(told)}, purpose=reason)  # fmt: skip
    return told


def _record(
    event: SpecialEvent, found: Collection, key: keys.Collection, ids: Sequence[int],
    texts: Sequence[str], by: Actor, at: datetime,
) -> None:  # fmt: skip
    said = [base64.b64encode(key.seal(text, TRAIL, found.pk)).decode() for text in texts]
    audit.record(event, by=by, at=at, unit_id=found.unit_id, path=found.path, subject=found.name,
                 detail={"lines": list(ids), "sealed": said})  # fmt: skip


@transaction.atomic
def destroy(*, name: str, reason: str, by: Actor, second: Actor, at: datetime) -> Collection:
    """Destroy a collection's key: two people, one reason, no way back. Its lines stay, unreadable.

    The half outside of the database goes last: what was committed cannot be undone by a crash,
    and doing it again finishes it.
    """
    found = _locked(name, by)
    second.require(UnitPermission.CONTACTS, found.path)
    decision = may_destroy(first=by.user_id, second=second.user_id, reason=reason)
    if not decision.allowed:
        raise Conflict(decision.reason)
    transaction.on_commit(lambda: halves.destroy(name))
    if not keys.destroy_collection_key(name, at=at):
        return found
    found.destroyed_at, found.reason = at, reason
    found.destroyed_by_id, found.second_id = by.user_id, second.user_id
    found.save(update_fields=["destroyed_at", "reason", "destroyed_by_id", "second_id"])
    audit.record(SpecialEvent.DESTROYED, by=by, at=at, unit_id=found.unit_id, path=found.path,
                 subject=name, detail={"user": second.user_id}, purpose=reason)  # fmt: skip
    return found
