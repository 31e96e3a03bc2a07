"""Who may do what: permissions, decisions and the mark every view carries.

A role is a short list of permissions held at one unit and valid below it. The kernel knows
neither roles nor units: a role is a name, a place in the tree is a path.
"""

from fangxian.kernel.access.actors import ANONYMOUS, Actor, Decision, Holding, system
from fangxian.kernel.access.marks import asks, public, requires, signed_in
from fangxian.kernel.access.permissions import (
    Permission,
    declare,
    granted,
    known,
    name_permissions,
    permission_label,
)
from fangxian.kernel.access.scopes import ScopedQuerySet, subtree, within_any

__all__ = [
    "ANONYMOUS",
    "Actor",
    "Decision",
    "Holding",
    "Permission",
    "ScopedQuerySet",
    "asks",
    "declare",
    "granted",
    "known",
    "name_permissions",
    "permission_label",
    "public",
    "requires",
    "signed_in",
    "subtree",
    "system",
    "within_any",
]
