"""Who did what, when: append-only events."""

from fangxian.kernel.audit.labels import event_label, name_events, named_events
from fangxian.kernel.audit.trail import Event, record

__all__ = ["Event", "event_label", "name_events", "named_events", "record"]
