"""What importing a roster is called in the audit trail."""

from fangxian.kernel.audit import Event


class RosterEvent(Event):
    IMPORTED = "people.roster_imported"
