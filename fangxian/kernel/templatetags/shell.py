"""Components of the page frame. docs/frontend.md shows each with an example."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from fangxian.kernel.shell.icons import ICONS

register = template.Library()

UNKNOWN = "—"
TONES = {"ok", "late", "overdue", "waiting", "excused", "unknown", "info"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A line icon; decorative, so the text beside it must say the same."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>',
        ICONS.get(name, ICONS["circle"]),
    )


@register.filter
def count(value: int | None) -> str:
    """A number in groups of three, as in China's statistics; not known is a dash, never 0."""
    return UNKNOWN if value is None else f"{value:,}"


def share(part: int | None, whole: int | None) -> float | None:
    """part ÷ whole in percent; None where either is unknown or nothing is expected."""
    return None if part is None or not whole else 100 * part / whole


@register.simple_tag
def percent(part: int | None, whole: int | None) -> str:
    """ "87.5 %"; 100 is shown only when nothing is missing, 0 only when there is nothing."""
    value = share(part, whole)
    if value is None or part is None or whole is None:
        return UNKNOWN
    rounded = round(value, 1)
    if rounded >= 100 and part < whole:
        rounded = 99.9
    if rounded == 0 and part > 0:
        rounded = 0.1
    return f"{rounded:.{0 if rounded in (0, 100) else 1}f} %"


@register.inclusion_tag("shell/of.html", name="of")
def x_of_y(
    part: int | None, whole: int | None, label: str = "", url: str = "", bar: bool = True
) -> dict[str, Any]:
    """ "x of y" with its share as a bar: the shape every total is shown in."""
    return {
        "part": part,
        "whole": whole,
        "share": share(part, whole),
        "label": label,
        "url": url,
        "bar": bar,
    }


@register.inclusion_tag("shell/change.html")
def change(now: int | None, before: int | None) -> dict[str, Any]:
    """The difference to before; a dash where either side is not known."""
    difference = None if now is None or before is None else now - before
    return {"difference": difference, "size": None if difference is None else abs(difference)}


@register.simple_tag
def badge(tone: str, text: object) -> SafeString:
    """A status as coloured text with a mark, so that it never rests on colour alone."""
    chosen = tone if tone in TONES else "unknown"
    return format_html('<span class="fx-badge fx-badge-{}">{}</span>', chosen, text)


@register.inclusion_tag("shell/stat.html")
def stat(
    label: object, value: object = None, note: object = "", url: str = "", unit: object = ""
) -> dict[str, Any]:
    """A figure on a tile; `value` None is a dash."""
    shown = count(value) if value is None or isinstance(value, int) else value
    return {"label": label, "value": shown, "note": note, "url": url, "unit": unit}


@register.inclusion_tag("shell/facts.html")
def facts(pairs: Iterable[tuple[object, object]]) -> dict[str, Any]:
    """A definition list of (term, value); an empty value is a dash."""
    return {"pairs": [(term, UNKNOWN if value in (None, "") else value) for term, value in pairs]}


@register.inclusion_tag("shell/strip.html")
def strip(days: Iterable[Mapping[str, Any]], label: str = "") -> dict[str, Any]:
    """One square a day, filled by the share answered; a day that nobody knows is hatched.

    Each day: {day: date, answered: int|None, expected: int|None, url?: str}.
    """
    return {"days": [_strip_day(day) for day in days], "label": label}


def _strip_day(day: Mapping[str, Any]) -> dict[str, Any]:
    answered, expected = day.get("answered"), day.get("expected")
    value = share(answered, expected)
    not_due = expected == 0
    level = "unknown" if value is None else str(_step(value))
    return {
        "day": day["day"],
        "answered": answered,
        "expected": expected,
        "url": day.get("url", ""),
        "level": "none" if not_due else level,
        "not_due": not_due,
    }


def _step(value: float) -> int:
    """0 to 4: below 50, 80, 95, below 100, all."""
    return sum(value >= bound for bound in (50, 80, 95, 100))


@register.inclusion_tag("shell/pager.html", takes_context=True)
def pager(context: Mapping[str, Any], page: Page[Any], parameter: str = "page") -> dict[str, Any]:
    """Links to the pages of a list that keep the rest of the query."""
    paginator = page.paginator
    numbers = paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    links = [
        (number, _query(context["request"], **{parameter: number}), number == page.number)
        if isinstance(number, int)
        else (None, "", False)
        for number in numbers
    ]
    steps = {
        "previous": page.has_previous()
        and _query(context["request"], **{parameter: page.number - 1}),
        "next": page.has_next() and _query(context["request"], **{parameter: page.number + 1}),
    }
    return {"page": page, "links": links, **steps}


@register.inclusion_tag("shell/sort_header.html", takes_context=True)
def sort_header(
    context: Mapping[str, Any], key: str, label: object, numeric: bool = False
) -> dict[str, Any]:
    """A column's head that sorts by `?sort=key`, then by `?sort=-key`."""
    request: HttpRequest = context["request"]
    current = request.GET.get("sort", "")
    direction = {key: "ascending", f"-{key}": "descending"}.get(current, "none")
    wanted = f"-{key}" if direction == "ascending" else key
    return {
        "label": label,
        "numeric": numeric,
        "direction": direction,
        "query": _query(request, sort=wanted, page=None),
    }


def _query(request: HttpRequest, **changes: object) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.inclusion_tag("shell/field.html")
def field(bound: BoundField, help: object = "") -> dict[str, Any]:
    """A form's field with label, help and errors, tied together for screen readers."""
    widget = bound.field.widget
    group = isinstance(widget, CheckboxSelectMultiple | RadioSelect)
    single = isinstance(widget, CheckboxInput)
    # Django gives a group's class to the box around it too, so a group goes without.
    classes = "" if group else _widget_class(widget)
    attrs: dict[str, str | bool] = {}
    if classes:
        attrs["class"] = f"{classes} is-invalid" if bound.errors else classes
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attrs),
        "group": group,
        "single": single,
        "help": help or bound.help_text,
        "optional": _("optional") if not bound.field.required and not single else "",
    }


def _widget_class(widget: object) -> str:
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    if isinstance(widget, Select):
        return "form-select"
    return "form-control"
