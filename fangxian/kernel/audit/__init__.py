"""Who did what, when: append-only events."""

from fangxian.kernel.audit.labels import (
    event_label,
    fact_label,
    fact_value,
    name_events,
    name_facts,
    named_events,
)
from fangxian.kernel.audit.origin import address, read_address_by
from fangxian.kernel.audit.showing import (
    Persons,
    declare_showing,
    persons_from,
    reads_persons,
    shows_persons,
)
from fangxian.kernel.audit.trail import Concerning, Event, acting, record, record_each, seen

__all__ = [
    "Concerning",
    "Event",
    "Persons",
    "acting",
    "address",
    "declare_showing",
    "event_label",
    "fact_label",
    "fact_value",
    "name_events",
    "name_facts",
    "named_events",
    "persons_from",
    "read_address_by",
    "reads_persons",
    "record",
    "record_each",
    "seen",
    "shows_persons",
]
