"""Who may see what expired, and the event of a run."""

from fangxian.foundation.accounts.rules import Role
from fangxian.kernel.access import Permission
from fangxian.kernel.audit import Event


class RetentionPermission(Permission):
    VIEW = "retention.view"


GRANTS: dict[str, list[Permission]] = {
    Role.UNIT_ADMIN: [RetentionPermission.VIEW],
    Role.SYSTEM_ADMIN: [RetentionPermission.VIEW],
    Role.AUDITOR: [RetentionPermission.VIEW],
}


class RetentionEvent(Event):
    RUN = "retention.run"
