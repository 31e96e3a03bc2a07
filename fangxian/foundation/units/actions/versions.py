"""The dated rows of the tree: locking them, and splitting them at a day."""

from datetime import date
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from fangxian.foundation.units.models import (
    OPEN_END,
    TREE_LOCK,
    UnitVersion,
    UnitVersionQuerySet,
)
from fangxian.kernel.access import Actor, Decision
from fangxian.kernel.errors import Conflict, Invalid, NotFound

_CARRIED: Final = ", ".join(
    str(field.column)
    for field in UnitVersion._meta.concrete_fields
    if field.name not in ("id", "valid_from", "valid_to")
)
# The earlier part is copied out, the row itself becomes the later part: one statement, so that
# no unit is without a version, or has two, at any moment that a trigger or a reader could see.
_SPLIT: Final = f"""
WITH earlier AS (
    INSERT INTO units_unitversion ({_CARRIED}, valid_from, valid_to)
    SELECT {_CARRIED}, valid_from, %(day)s FROM units_unitversion WHERE id = ANY(%(ids)s)
)
UPDATE units_unitversion SET valid_from = %(day)s WHERE id = ANY(%(ids)s)
"""  # noqa: S608 (columns of our own model)


def lock_tree() -> None:
    """Wait for everybody else who writes versions; held until commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TREE_LOCK])


def standing(unit_id: int, day: date, *, by: Actor) -> UnitVersion:
    """The unit as of a day, or NotFound for who does not see it."""
    found = UnitVersion.objects.as_of(day).select_related("unit").filter(unit_id=unit_id).first()
    if found is None or not by.sees(found.path):
        raise NotFound(_("There is no such unit within your scope."))
    return found


def refuse_planned(unit_id: int, day: date) -> None:
    """Refuse a change where a later one is already entered: it would be half undone by it."""
    later = UnitVersion.objects.filter(unit_id=unit_id, valid_from__gt=day).order_by("valid_from")
    first = later.first()
    if first is not None:
        text = _("Another change of this unit is already entered for %(day)s.")
        raise Conflict(text % {"day": first.valid_from})


def refuse_ending(version: UnitVersion) -> None:
    """Refuse to hang something below a unit whose end is already entered."""
    refuse_planned(version.unit_id, version.valid_from)
    if version.valid_to != OPEN_END:
        text = _("%(name)s is to be closed on %(day)s.")
        raise Conflict(text % {"name": version.name_zh, "day": version.valid_to})


def split(versions: UnitVersionQuerySet, day: date) -> UnitVersionQuerySet:
    """Cut the versions that began before a day in two at it; returns those from the day on."""
    spanning = versions.filter(valid_from__lt=day, valid_to__gt=day)
    ids = list(spanning.values_list("pk", flat=True))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_SPLIT, {"day": day, "ids": ids})
    return versions.filter(valid_from__gte=day)


def enforce(decision: Decision, field: str) -> None:
    """Turn a rule's no into an error at a field."""
    if not decision.allowed:
        raise Invalid(decision.reason, {field: [decision.reason]})
