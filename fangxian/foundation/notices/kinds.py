"""The kinds of notice, declared by the rooms at start-up: how each reads, and what it is about."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language

from fangxian.foundation.notices.rules import Category

logger = logging.getLogger(__name__)

UNKNOWN = "—"


@dataclass(frozen=True)
class Template:
    """How notices of a kind read.

    `title` and `body` are lazy translations with named placeholders (`%(unit)s`); a value of the
    context that is given per language, `{"zh": …, "en": …}`, is put in as the reader reads it.
    `facts` may make the placeholders from the context, in the reader's language. Where
    `acknowledge` is set, the reader may say "I am on it": it is called with `notice`, `by` and
    `at`, in the same transaction.
    """

    code: str
    label: "str | Promise"
    title: "str | Promise"
    body: "str | Promise"
    category: Category
    urgent: bool = False
    facts: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    acknowledge: Callable[..., None] | None = None
    acknowledge_label: "str | Promise | None" = None


@dataclass(frozen=True)
class Told:
    """A notice as its reader reads it."""

    title: str
    body: str


class _Context(dict[str, Any]):
    """The values of a text; what was not given is shown as unknown, never as an error."""

    def __missing__(self, key: str) -> str:
        return UNKNOWN


_templates: dict[str, Template] = {}


def register(template: Template) -> None:
    """Make a kind of notice known; called from a room's `AppConfig.ready`."""
    _templates[template.code] = template


def all_templates() -> list[Template]:
    """Every kind in the order of declaration."""
    return list(_templates.values())


def template_of(code: str) -> Template | None:
    """The template of a notice; None when the room that made it is no more."""
    return _templates.get(code)


def template_by_code(code: str) -> Template:
    """The template of that code; KeyError where no room declared it."""
    return _templates[code]


def told(code: str, context: Mapping[str, Any]) -> Told:
    """The notice in the language now active.

    A kind that is no more keeps its code for a title, and a text that cannot be put together its
    label: one bad notice must not take an inbox, or a lane, with it.
    """
    template = _templates.get(code)
    if template is None:
        return Told(code, "")
    try:
        facts = template.facts(context) if template.facts else context
        values = _Context({key: _read(value) for key, value in facts.items()})
        return Told(str(template.title % values), str(template.body % values))
    except Exception:
        logger.exception("the notice %s cannot be read", code)
        return Told(str(template.label), "")


def _read(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    english = (get_language() or "").startswith("en")
    return (value.get("en") if english else None) or value.get("zh") or value.get("en") or UNKNOWN
