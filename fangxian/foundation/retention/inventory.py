"""Every field of every table with its class, purpose, ground, term and who sees it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from django.apps import apps

from fangxian.foundation.retention.others import OTHERS, TABLES
from fangxian.kernel.privacy import Classified, Handling, Sensitivity


@dataclass(frozen=True)
class Entry:
    """Some fields of a table that are handled alike."""

    room: str
    table: str
    about: str
    names: tuple[str, ...]
    sensitivity: Sensitivity
    handling: Handling


def classified() -> Iterator[tuple[str, str, str, Classified]]:
    """Every table, our rooms' first: room, name, what it holds in one sentence, fields.

    A model of which nothing is said comes with no fields.
    """
    nothing = Classified({}, Handling(), {})
    rooms = sorted(apps.get_app_configs(), key=lambda app: not app.name.startswith("fangxian."))
    for app in rooms:
        for model in app.get_models():
            label = model._meta.label_lower
            ours = app.name.startswith("fangxian.")
            said = OTHERS.get(label, nothing)
            if ours:
                said = cast("Classified", getattr(model, "classified", nothing))
            room = app.name.removeprefix("fangxian.") if ours else app.name
            about = (model.__doc__ or "").strip().split("\n")[0] if ours else ""
            yield room, model._meta.db_table, about, said
    for table, said in TABLES.items():
        yield "(SQL)", table, "", said


def entries() -> Iterator[Entry]:
    """The inventory, by table: what is most sensitive first, fields handled alike together."""
    for room, table, about, said in classified():
        groups: dict[tuple[Sensitivity, Handling], list[str]] = {}
        for name, sensitivity in said.items():
            groups.setdefault((sensitivity, said.of(name)), []).append(name)
        order = [Sensitivity.HEALTH, Sensitivity.PERSONAL, Sensitivity.PUBLIC]
        for sensitivity, handling in sorted(groups, key=lambda pair: order.index(pair[0])):
            names = tuple(groups[sensitivity, handling])
            yield Entry(room, table, about, names, sensitivity, handling)
