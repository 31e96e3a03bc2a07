"""The account cards on a demo's sign-in page: one for each role, one tap to sign in.

The room that loads the demo supplies them; here they are only shown, and only in a demo.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fangxian.kernel.models import Installation


@dataclass(frozen=True)
class DemoCard:
    """One account of a demo. `role` and `can` are texts in the reader's language."""

    role: str
    username: str
    password: str
    unit: str
    can: str


Source = Callable[[], Sequence[DemoCard]]
_sources: list[Source] = []


def supply(source: Source) -> None:
    """Say where the cards come from; called from `AppConfig.ready`, asked on every page."""
    _sources[:] = [source]


def cards() -> list[DemoCard]:
    """The cards, none on a real installation."""
    if not _sources or not Installation.objects.filter(is_demo=True).exists():
        return []
    return list(_sources[0]())
