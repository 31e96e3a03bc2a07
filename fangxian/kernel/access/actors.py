"""Who acts: a person or a program, with the places and permissions held today."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from fangxian.kernel.access.permissions import Permission
from fangxian.kernel.access.scopes import covers, subtree
from fangxian.kernel.errors import Forbidden, NotFound, Unauthenticated


@dataclass(frozen=True)
class Decision:
    """Whether something may be done, and if not, why: greys out the button, guards the action."""

    allowed: bool
    reason: str = ""

    def enforce(self) -> None:
        """Raise what the decision says when it says no."""
        if not self.allowed:
            raise Forbidden(self.reason)


@dataclass(frozen=True)
class Holding:
    """One role at one unit: valid at `path` and everywhere below it."""

    role: str
    unit_id: int
    path: str
    permissions: frozenset[str]


@dataclass(frozen=True)
class Actor:
    """A person or a program at work, with what they hold today.

    `user_id` is None for the system itself and for a stranger. A token narrows its owner:
    then `token_id` is set and the holdings carry only what the token carries.
    """

    user_id: int | None
    name: str
    holdings: tuple[Holding, ...] = ()
    token_id: int | None = None

    @cached_property
    def permissions(self) -> frozenset[str]:
        """Everything held anywhere."""
        return frozenset().union(*(holding.permissions for holding in self.holdings))

    def holds(self, permission: Permission) -> bool:
        """Whether the permission is held anywhere."""
        return permission.value in self.permissions

    def sees(self, path: str) -> bool:
        """Whether a place lies within one's scope."""
        return any(covers(holding.path, path) for holding in self.holdings)

    def may(self, permission: Permission, path: str) -> bool:
        """Whether the permission is held at a place."""
        return any(
            permission.value in holding.permissions and covers(holding.path, path)
            for holding in self.holdings
        )

    def inside(self, path: str) -> bool:
        """Whether one belongs to a place: holds a role at it or below it, not above."""
        return any(covers(path, holding.path) for holding in self.holdings)

    def holds_role_at(self, unit_id: int) -> bool:
        """Whether one holds any role at exactly this unit."""
        return any(holding.unit_id == unit_id for holding in self.holdings)

    def require(self, permission: Permission, path: str) -> None:
        """Outside one's scope: not found. Inside, without the permission: forbidden."""
        if self.may(permission, path):
            return
        if self.user_id is None and not self.holdings:
            raise Unauthenticated(_("Please sign in."))
        if not self.sees(path):
            raise NotFound(_("There is no such unit within your scope."))
        raise Forbidden(_("Your role does not allow this here."))

    def ranges(self, permission: Permission | None = None) -> tuple[tuple[str, str], ...]:
        """The path ranges one may see, or may use a permission in; none within another."""
        paths = _outermost(
            holding.path
            for holding in self.holdings
            if permission is None or permission.value in holding.permissions
        )
        return tuple(subtree(path) for path in paths)


def _outermost(paths: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not covers(kept[-1], path):
            kept.append(path)
    return kept


ANONYMOUS = Actor(user_id=None, name="")


def system(name: str, permissions: Iterable[Permission]) -> Actor:
    """The system at work everywhere with just these permissions; `name` says which part."""
    held = frozenset(permission.value for permission in permissions)
    return Actor(None, name, (Holding("system", 0, "", held),))
