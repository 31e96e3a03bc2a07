"""The permissions that the rooms declare, and which roles hold them."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar


class Permission(StrEnum):
    """Base of each room's own list; a value reads `room.verb`."""


Declared = TypeVar("Declared", bound=Permission)


_known: dict[str, Permission] = {}
_granted: dict[str, frozenset[str]] = {}
_labels: dict[str, object] = {}


def declare(room: type[Permission], grants: Mapping[str, Iterable[Permission]]) -> None:
    """Make a room's permissions known and give them to roles; called from `AppConfig.ready`."""
    _known.update({permission.value: permission for permission in room})
    for role, permissions in grants.items():
        held = _granted.get(role, frozenset())
        _granted[role] = held | {permission.value for permission in permissions}


def granted(role: str) -> frozenset[str]:
    """The permissions that a role holds."""
    return _granted.get(role, frozenset())


def known() -> Mapping[str, Permission]:
    """Every declared permission by its value."""
    return _known


def name_permissions(labels: Mapping[Declared, object]) -> None:
    """Name a room's permissions in lazy translations, for who hands them to a program."""
    _labels.update({permission.value: label for permission, label in labels.items()})


def permission_label(permission: str) -> object:
    """The permission's name; its code where no room named it."""
    return _labels.get(permission, permission)
