"""Looking through the seals: every segment's hash is made anew from the rows that are there.

Nothing in the database is believed: the sums are made by plain statements, not by the functions
that sealed. Who owns the database could make the whole chain anew; then a hash that was written
down elsewhere is not found in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import connection

SEGMENTS = """
SELECT number, day, after_id, upto_id, events, encode(rows_hash, 'hex'), encode(previous, 'hex'),
       encode(hash, 'hex'), forgotten,
       encode(sha256(convert_to(json_build_array(
           number, day, after_id, upto_id, events, encode(rows_hash, 'hex'),
           encode(previous, 'hex'), sealed_at AT TIME ZONE 'UTC', forgotten)::text, 'UTF8')), 'hex')
FROM audit_segment ORDER BY number"""
# As `audit_seal` reads a row, in its migration.
ROWS = """
SELECT s.number, f.events, encode(f.hash, 'hex')
FROM audit_segment s
CROSS JOIN LATERAL (
    SELECT count(*) AS events,
           sha256(coalesce(string_agg(sha256(convert_to(line, 'UTF8')), ''::bytea ORDER BY id),
                           ''::bytea)) AS hash
    FROM (
        SELECT id, json_build_array(day, id, at AT TIME ZONE 'UTC', event, by_id, token_id,
                   unit_id, path, subject, detail, acting, address, purpose, persons)::text AS line
        FROM audit_event e
        WHERE e.day = %(day)s AND e.id > s.after_id AND e.id <= s.upto_id) one) f
WHERE s.day = %(day)s AND NOT s.forgotten
ORDER BY s.number"""
UP_TO = "SELECT count(*) FROM audit_event WHERE day = %s AND id <= %s"
DAYS = """
SELECT to_date(right(c.relname, 8), 'YYYYMMDD')
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'audit_event'::regclass"""


class Wrong(StrEnum):
    """What can be found."""

    REMOVED = "removed"
    EDITED = "edited"
    ADDED = "added"
    SEGMENT_MISSING = "segment_missing"
    SEGMENT_ALTERED = "segment_altered"
    UNEXPECTED = "unexpected"


@dataclass(frozen=True)
class Segment:
    """A segment as it is kept; `made` is the hash that follows from what it says."""

    number: int
    day: date
    after_id: int
    upto_id: int
    events: int
    rows_hash: str
    previous: str
    hash: str
    forgotten: bool
    made: str


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was sealed: what, of which day and segment, in words."""

    what: Wrong
    says: str
    day: date | None = None
    segment: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What was looked at and found. `newest` is the last segment, as (number, hash)."""

    segments: int
    events: int
    newest: tuple[int, str] | None
    findings: tuple[Finding, ...]


def verify(*, first: date | None = None, last: date | None = None, expect: str = "") -> Verdict:
    """Look through the whole chain, and through the rows of the days from `first` to `last`.

    `expect` is a seal that was written down, or how it begins: it must be in the chain.
    """
    segments = _segments()
    findings = [*chain(segments), *expected(segments, expect)]
    sealed = max((one.upto_id for one in segments), default=0)
    looked = 0
    for day in _days(segments):
        if (first is None or day >= first) and (last is None or day <= last):
            of_day = [one for one in segments if one.day == day]
            here = _rows(day)
            looked += sum(events for events, _hash in here.values())
            findings += rows(day, of_day, here, _up_to(day, sealed))
    newest = (segments[-1].number, segments[-1].hash) if segments else None
    return Verdict(len(segments), looked, newest, tuple(findings))


def chain(segments: Iterable[Segment]) -> Iterator[Finding]:
    """What is wrong with the segments themselves, in the order of their numbers."""
    number, before = 0, ""
    for one in segments:
        if one.number != number + 1:
            yield _missing(number + 1, one.number - 1)
        elif one.previous != before:
            says = f"segment {one.number} does not follow from the one before it"
            yield Finding(Wrong.SEGMENT_ALTERED, says, one.day, one.number)
        if one.made != one.hash:
            says = f"segment {one.number} of {one.day} was altered"
            yield Finding(Wrong.SEGMENT_ALTERED, says, one.day, one.number)
        number, before = one.number, one.hash


def _missing(first: int, last: int) -> Finding:
    which = f"segment {first} is" if first == last else f"segments {first} to {last} are"
    return Finding(Wrong.SEGMENT_MISSING, f"{which} missing", segment=first)


def expected(segments: Iterable[Segment], wanted: str) -> Iterator[Finding]:
    """Whether a seal that was written down is still in the chain."""
    wanted = "".join(wanted.split()).lower()
    if wanted and not any(one.hash.startswith(wanted) for one in segments):
        says = f"no segment has the seal {wanted}: the trail was cut off or made anew"
        yield Finding(Wrong.UNEXPECTED, says)


def rows(
    day: date, segments: Iterable[Segment], here: dict[int, tuple[int, str]], up_to: int
) -> Iterator[Finding]:
    """What is wrong with the events of a day.

    `here` has for each segment how many events there are now, and their hash; `up_to` is how
    many of the day's events are old enough to stand in a segment.
    """
    segments = list(segments)
    if any(one.forgotten for one in segments):
        if up_to:
            says = f"{up_to} events of {day} are there, though the day was forgotten"
            yield Finding(Wrong.ADDED, says, day)
        return
    for one in segments:
        if one.made == one.hash:
            yield from _of_segment(one, *here[one.number])
    outside = up_to - sum(events for events, _hash in here.values())
    if outside > 0:
        says = f"{outside} events of {day} stand in no segment"
        yield Finding(Wrong.ADDED, says, day)


def _of_segment(one: Segment, events: int, found: str) -> Iterator[Finding]:
    where = f"segment {one.number} of {one.day} (ids {one.after_id + 1} to {one.upto_id})"
    if events < one.events:
        says = f"{where}: {one.events - events} of {one.events} events were removed"
        yield Finding(Wrong.REMOVED, says, one.day, one.number)
    elif events > one.events:
        says = f"{where}: {events - one.events} events were added to {one.events}"
        yield Finding(Wrong.ADDED, says, one.day, one.number)
    elif found != one.rows_hash:
        says = f"{where}: an event was edited or exchanged"
        yield Finding(Wrong.EDITED, says, one.day, one.number)


def _segments() -> list[Segment]:
    with connection.cursor() as cursor:
        cursor.execute(SEGMENTS)
        return [Segment(*row) for row in cursor.fetchall()]


def days_kept() -> list[date]:
    """The days of which events are kept, the first one first."""
    with connection.cursor() as cursor:
        cursor.execute(DAYS)
        return sorted(day for (day,) in cursor.fetchall())


def _days(segments: Iterable[Segment]) -> list[date]:
    return sorted({*days_kept(), *(one.day for one in segments)})


def _rows(day: date) -> dict[int, tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"day": day})
        return {number: (events, found) for number, events, found in cursor.fetchall()}


def _up_to(day: date, sealed: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(UP_TO, [day, sealed])
        return int(cursor.fetchone()[0])
