"""What the rooms declare at start-up: menu entries. Other registries live with their noun."""

from collections.abc import Callable
from dataclasses import dataclass

from fangxian.kernel.access import Actor, Permission


@dataclass(frozen=True, order=True)
class MenuItem:
    """An entry of the menu, shown to who holds the permission (None: everyone signed in).

    `label` is a lazy translation; `shown` may narrow it further (e.g. to roles at a school).
    """

    order: int
    url_name: str
    label: object = None
    icon: str = ""
    permission: Permission | None = None
    shown: Callable[[Actor], bool] | None = None


_menu: list[MenuItem] = []


def menu(item: MenuItem) -> None:
    """Add an entry; called from `AppConfig.ready`."""
    _menu.append(item)


def menu_for(actor: Actor) -> list[MenuItem]:
    """The entries this actor may use, in order."""
    return [
        item
        for item in sorted(_menu, key=lambda item: (item.order, item.url_name))
        if (item.permission is None or actor.holds(item.permission))
        and (item.shown is None or item.shown(actor))
    ]
