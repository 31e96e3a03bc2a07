"""What the events are called, as the rooms say it at start-up."""

from collections.abc import Mapping
from typing import TypeVar

Name = TypeVar("Name", bound=str)

_labels: dict[str, object] = {}


def name_events(labels: Mapping[Name, object]) -> None:
    """Name a room's events in lazy translations; called from `AppConfig.ready`."""
    _labels.update({str(event): label for event, label in labels.items()})


def event_label(event: str) -> object:
    """The event's name; its code where no room named it."""
    return _labels.get(event, event)


def named_events() -> Mapping[str, object]:
    """Every named event."""
    return _labels
