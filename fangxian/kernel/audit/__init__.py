"""Who did what, when: append-only events."""

from fangxian.kernel.audit.trail import Event, record

__all__ = ["Event", "record"]
