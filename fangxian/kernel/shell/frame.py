"""What every page's frame shows: who is signed in, at which unit, the menu, the demo's clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from fangxian.kernel import clock
from fangxian.kernel.access import ANONYMOUS, Actor
from fangxian.kernel.registry import menu_for
from fangxian.kernel.shell.headers import reader_cookie

ON_PHONE = 4  # entries that fit beside "More" at the bottom of a 360 px screen

MOST_SHOWN = 99


@dataclass(frozen=True)
class Entry:
    """One entry of the menu as drawn."""

    label: str
    url: str
    icon: str
    current: bool


_place: list[Callable[[Actor], str]] = []


def declare_place(name_of: Callable[[Actor], str]) -> None:
    """Say how to name the unit an actor works at; the kernel knows no units."""
    _place[:] = [name_of]


@dataclass(frozen=True)
class Bell:
    """Where one's notices are, and how many wait; counted only where the frame is drawn."""

    url_name: str
    count: Callable[[Actor], int]
    actor: Actor

    @cached_property
    def url(self) -> str:
        return reverse(self.url_name)

    @cached_property
    def waiting(self) -> int:
        return self.count(self.actor)

    @property
    def shown(self) -> str:
        """The number as it fits: 99+ is many."""
        return f"{MOST_SHOWN}+" if self.waiting > MOST_SHOWN else str(self.waiting)


_bell: list[tuple[str, Callable[[Actor], int]]] = []


def declare_bell(url_name: str, count: Callable[[Actor], int]) -> None:
    """Say where notices are read and how to count those that wait; the kernel sends none."""
    _bell[:] = [(url_name, count)]


def context(request: HttpRequest) -> dict[str, Any]:
    """The context processor of the frame."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    entries = _entries(request.path, actor)
    return {
        "frame": {
            "user_id": actor.user_id or "",
            "name": actor.name,
            "place": _place[0](actor) if _place and actor.user_id else "",
            "bell": Bell(*_bell[0], actor) if _bell and actor.user_id else None,
            "menu": entries,
            "menu_first": entries[:ON_PHONE],
            "menu_more": entries[ON_PHONE:],
            "languages": _languages(),
            "csrf_cookie": settings.CSRF_COOKIE_NAME,
            "reader_cookie": reader_cookie(),
        },
        "demo_clock": clock.now() if clock.demo_clock() else None,
        "demo_runs": clock.demo_clock(),
    }


def _entries(path: str, actor: Actor) -> list[Entry]:
    found = []
    for item in menu_for(actor):
        try:
            url = reverse(item.url_name)
        except NoReverseMatch:
            if settings.DEBUG:
                raise
            continue
        found.append(Entry(str(item.label or ""), url, item.icon or "circle", False))
    around = [e.url for e in found if path == e.url or (e.url != "/" and path.startswith(e.url))]
    here = max(around, key=len, default="")
    return [Entry(e.label, e.url, e.icon, e.url == here) for e in found]


def _languages() -> Mapping[str, str]:
    """Each language by its own name: a reader looks for what they can read."""
    own = {"zh-hans": "中文", "en": "English"}
    return {code: own.get(code, name) for code, name in settings.LANGUAGES}
