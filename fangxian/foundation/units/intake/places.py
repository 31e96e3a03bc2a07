"""For which unit a sheet is."""

from collections.abc import Callable
from datetime import date

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel.access import Actor, Permission
from fangxian.kernel.errors import NotFound
from fangxian.kernel.intake.kinds import Place

Page = Callable[[UnitVersion], str]


def _own_page(unit: UnitVersion) -> str:
    return reverse("units:unit", args=[unit.code])


def place_for(
    permission: Permission, page: Page = _own_page
) -> Callable[[str, date, Actor], Place]:
    """Finds the unit with a code, else the top of what one may use the permission in.

    `page` is where an import of the unit leads back to.
    """

    def find(code: str, day: date, by: Actor) -> Place:
        if code:
            return as_place(resolve(code, day, by=by), page)
        ranges = by.ranges(permission)
        if not ranges:
            raise NotFound(_("There is no such unit within your scope."))
        low = ranges[0][0]
        tops = UnitVersion.objects.as_of(day).order_by("path")
        return as_place((tops.filter(path=low) if low else tops)[0], page)

    return find


def by_id(unit_id: int, day: date, page: Page = _own_page) -> Place:
    """The unit as of a day."""
    found = UnitVersion.objects.as_of(day).filter(unit_id=unit_id).first()
    if found is None:
        raise NotFound(_("There is no such unit within your scope."))
    return as_place(found, page)


def as_place(version: UnitVersion, page: Page) -> Place:
    """A unit as an import knows it."""
    english = (get_language() or "").startswith("en") and version.name_en
    name = english or version.name_zh
    return Place(version.unit_id, version.code, version.path, name, page(version))
