"""Who did what, when: append-only events."""

from fangxian.kernel.audit.labels import event_label, name_events, named_events
from fangxian.kernel.audit.origin import read_address_by
from fangxian.kernel.audit.trail import Concerning, Event, record, record_each, seen

__all__ = [
    "Concerning",
    "Event",
    "event_label",
    "name_events",
    "named_events",
    "read_address_by",
    "record",
    "record_each",
    "seen",
]
