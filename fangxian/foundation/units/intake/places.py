"""For which unit a sheet is."""

from collections.abc import Callable
from datetime import date
from typing import Final

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel.access import Actor, Permission
from fangxian.kernel.errors import NotFound
from fangxian.kernel.intake.kinds import Place

CODES: Final = ("单位代码", "代码", "学校代码", "班组代码")


def place_for(permission: Permission) -> Callable[[str, date, Actor], Place]:
    """Finds the unit with a code, else the top of what one may use the permission in."""

    def find(code: str, day: date, by: Actor) -> Place:
        if code:
            return as_place(resolve(code, day, by=by))
        ranges = by.ranges(permission)
        if not ranges:
            raise NotFound(_("There is no such unit within your scope."))
        low = ranges[0][0]
        tops = UnitVersion.objects.as_of(day).order_by("path")
        return as_place((tops.filter(path=low) if low else tops)[0])

    return find


def by_id(unit_id: int, day: date) -> Place:
    """The unit as of a day."""
    found = UnitVersion.objects.as_of(day).filter(unit_id=unit_id).first()
    if found is None:
        raise NotFound(_("There is no such unit within your scope."))
    return as_place(found)


def as_place(version: UnitVersion) -> Place:
    """A unit as an import knows it."""
    english = (get_language() or "").startswith("en") and version.name_en
    return Place(version.unit_id, version.code, version.path, english or version.name_zh,
                 reverse("units:unit", args=[version.code]))  # fmt: skip
