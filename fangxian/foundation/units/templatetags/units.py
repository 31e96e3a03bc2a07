"""How a unit is named on a page."""

from typing import Protocol

from django import template
from django.utils.translation import get_language

from fangxian.foundation.units.models import Stage, UnitKind
from fangxian.foundation.units.rules import grade_label

register = template.Library()


class Named(Protocol):
    """Whatever bears a name in both languages."""

    name_zh: str
    name_en: str


@register.filter
def unit_name(unit: Named) -> str:
    """The name in the reader's language; Chinese where there is no English one."""
    return unit.name_en if get_language() == "en" and unit.name_en else unit.name_zh


@register.filter
def kind_name(kind: str) -> str:
    """The kind in the reader's language."""
    return str(UnitKind(kind).label) if kind in UnitKind.values else ""


@register.filter
def stage_name(stage: str) -> str:
    """The stage in the reader's language."""
    return str(Stage(stage).label) if stage and stage in Stage.values else ""


@register.filter
def grade_name(grade: int | None) -> str:
    """The grade in the reader's language."""
    return grade_label(grade)


@register.filter
def above_name(found: object) -> str:
    """The units above something found, in the reader's language."""
    name = "above_en" if get_language() == "en" else "above_zh"
    return str(getattr(found, name))
