"""A new key for sealed fields: written with at once, everything sealed anew, the old one retired.

What was begun goes on where it was broken off: as long as an older key is in the ring, no
further one is made.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from fangxian.config.environment import BadSetting, variable
from fangxian.config.keys import replace_field_keys
from fangxian.kernel.secrets.keyring import LOOK_SECONDS, Ring, ring
from fangxian.kernel.secrets.models import SecretKey
from fangxian.kernel.secrets.rotation import reseal_all, staged_numbers, used_numbers
from fangxian.kernel.secrets.standing import note_keys, require_right_keys

Say = Callable[[str], None]
SECONDS = 0.5
LINE = 30
# Who began to write before the new key was known may end after everything was looked through.
WRITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL
  AND xact_start < %s"""


@dataclass(frozen=True)
class Rotated:
    """What came of it: the key that seals, those that are gone, and why others stay."""

    writes: int
    retired: tuple[int, ...]
    waiting: str


def rotate(file: Path | None, *, at: datetime, say: Say) -> Rotated:
    """Seal everything with a new key. May be broken off anywhere and begun again.

    `file` holds the keys; None where the environment tells them, and a person has to.
    """
    require_right_keys()
    keys = ring(anew=True)
    if len(keys.masters) == 1:
        keys = _renewed(file, keys)
        say(f"Key {keys.writes} seals from now on; the service goes on.")
    else:
        say(f"Going on: key {keys.writes} seals already.")
    note_keys(at=at)
    time.sleep(2 * LOOK_SECONDS)  # until every process has looked at the keys
    known_at = _server_time()
    progress = _Progress(say)
    tallies = reseal_all(at=at, tell=progress.tell)
    progress.end()
    lost = sum(tally.unopened for tally in tallies.values())
    if lost:
        say(f"{lost} values cannot be opened: their key is missing, or they were changed.")
    return _retire(file, at=at, known_at=known_at)


def _renewed(file: Path | None, keys: Ring) -> Ring:
    if file is None:
        line = keys.with_new().text().splitlines()[-1]
        raise BadSetting(
            f"{variable('field_keys')} holds one key: add this line to it, start everything "
            f"again, then run fangxian keys rotate: {line}"
        )
    replace_field_keys(file, keys.with_new().text())
    return ring(anew=True)


def _retire(file: Path | None, *, at: datetime, known_at: datetime) -> Rotated:
    """Take away the keys that nothing needs any more: no row, no import, nobody who writes."""
    keys = ring(anew=True)
    old = set(keys.masters) - {keys.writes}
    if waiting := _in_the_way(old, known_at):
        return Rotated(keys.writes, (), waiting)
    used = {number for counts in used_numbers().values() for number in counts}
    free = old - used
    if file is not None and free:
        replace_field_keys(file, keys.without(free).text())
    with transaction.atomic():
        SecretKey.objects.filter(number__in=free).update(retired_at=at)
    left = sorted(old & used)
    says = f"key {', '.join(map(str, left))} is still in use" if left else ""
    return Rotated(keys.writes, tuple(sorted(free)), says)


def _in_the_way(old: set[int], known_at: datetime) -> str:
    if old & staged_numbers():
        return "an import under way was sealed with an older key: run this again when it has ended"
    with connection.cursor() as cursor:
        cursor.execute(WRITING, [known_at])
        row: tuple[int] = cursor.fetchone()
    if row[0]:
        return "somebody has been writing since before the new key: run this again in a while"
    return ""


def _server_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row: tuple[datetime] = cursor.fetchone()
    return row[0]


class _Progress:
    """A line that moves for a person, one every tenth of the way for a log."""

    def __init__(self, say: Say) -> None:
        self._say, self._moves = say, sys.stderr.isatty()
        self._at, self._told = 0.0, ("", -1)

    def tell(self, field: str, done: int, total: int) -> None:
        """So many of a field's values are sealed anew."""
        percent = min(100, 100 * done // (total or 1))
        line = f"{field}: {done:,} of {total:,} ({percent} %)"
        if self._moves:
            if done >= total or time.monotonic() - self._at > SECONDS:
                filled = "█" * (percent * LINE // 100)
                sys.stderr.write(f"\r{filled:░<{LINE}} {line}\x1b[K")
                sys.stderr.flush()
                self._at = time.monotonic()
        elif (field, percent // 10) != self._told:
            self._say(line)
            self._told = field, percent // 10

    def end(self) -> None:
        """All of it."""
        if self._moves:
            sys.stderr.write("\n")
