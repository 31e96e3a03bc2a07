"""What the events are called, as the rooms say it at start-up."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Name = TypeVar("Name", bound=str)

_labels: dict[str, object] = {}
_facts: dict[str, object] = {}
_values: dict[str, Callable[[Any], object]] = {}


def name_events(labels: Mapping[Name, object]) -> None:
    """Name a room's events in lazy translations; called from `AppConfig.ready`."""
    _labels.update({str(event): label for event, label in labels.items()})


def event_label(event: str) -> object:
    """The event's name; its code where no room named it."""
    return _labels.get(event, event)


def named_events() -> Mapping[str, object]:
    """Every named event."""
    return _labels


def name_facts(
    names: Mapping[str, object], *, values: Mapping[str, Callable[[Any], object]] | None = None
) -> None:
    """Name the facts that a room's events carry, and say how their values are read to a person."""
    _facts.update(names)
    _values.update(values or {})


def fact_label(fact: str) -> object:
    """A fact's name; its code where no room named it."""
    return _facts.get(fact, fact)


def fact_value(fact: str, value: Any) -> object:
    """A fact's value as a person reads it."""
    if fact in _values:
        return _values[fact](value)
    return ", ".join(map(str, value)) if isinstance(value, list) else value
