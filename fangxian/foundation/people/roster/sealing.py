"""What identifies or reaches a person is sealed before a sheet's rows lie in the database.

Every row gets the id that its person will have if they are new; what is sealed is bound to it.
Rows of people who are known are compared by blind indexes; only what differs is opened, and
sealed again for the person it belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from fangxian.foundation.people.models import GUARDIAN_PHONE, ID_NUMBER, OWN_PHONE
from fangxian.kernel.intake.kinds import Job
from fangxian.kernel.secrets import blind_many, resealed, seal_many

# One statement takes them all; nearly always they follow each other, and two numbers say which.
RESERVE: Final = """
SELECT min(n), max(n), CASE WHEN max(n) - min(n) + 1 > count(*) THEN array_agg(n) END
FROM (SELECT nextval('people_person_id_seq') AS n FROM generate_series(1, %s)) x
"""


@dataclass(frozen=True)
class Kept:
    """A column of a sheet that is sealed: its name there, and what its values are sealed for."""

    said: str
    ending: str
    label: str

    @property
    def sealed(self) -> str:
        """The column with what nobody can read."""
        return f"sealed_{self.ending}"

    @property
    def blind(self) -> str:
        """The column by which it is compared."""
        return f"blind_{self.ending}"


SEALED: Final = (
    Kept("id_number", "id", ID_NUMBER),
    Kept("phone", "phone", OWN_PHONE),
    Kept("phone1", "phone1", GUARDIAN_PHONE),
    Kept("phone2", "phone2", GUARDIAN_PHONE),
)


def sealed(frame: pl.DataFrame, job: Job) -> pl.DataFrame:
    """The piece with an id for every row, and in place of what is sealed two columns each."""
    ids = _ids(frame.height, job)
    columns = [pl.Series("person_id", ids, dtype=pl.Int64)]
    for kept in SEALED:
        columns += _pair(frame[kept.said], ids, kept)
    return frame.drop([kept.said for kept in SEALED]).with_columns(columns)


def _ids(count: int, job: Job) -> np.ndarray:
    """Ids for the rows of a piece; from the second on, the one before is still on its way into
    the database, on the connection of the work."""
    if "begun" not in job.kept:
        job.kept["begun"] = True
        return _reserved(count, connection)
    other = connection.copy()
    try:
        return _reserved(count, other)
    finally:
        other.close()


def _reserved(count: int, on: BaseDatabaseWrapper) -> np.ndarray:
    with on.cursor() as cursor:
        cursor.execute(RESERVE, [count])
        first, last, apart = cursor.fetchone()
    return np.array(apart) if apart else np.arange(first, last + 1)


def _pair(values: pl.Series, ids: np.ndarray, kept: Kept) -> list[pl.Series]:
    there = values.is_not_null()
    said: Sequence[str] = values.filter(there).to_list()
    whose = ids[there.to_numpy()].tolist()
    return [
        _spread(kept.sealed, seal_many(said, kept.label, whose), there),
        _spread(kept.blind, blind_many(said, kept.label), there),
    ]


def _spread(name: str, made: list[bytes], there: pl.Series) -> pl.Series:
    """Values where something is said, as COPY reads bytes; null elsewhere."""
    text = "\\x" + pl.Series(made, dtype=pl.Binary).bin.encode("hex")
    if len(text) == len(there):
        return text.alias(name)
    empty = pl.Series(name, [None], dtype=pl.String).new_from_index(0, len(there))
    return empty.scatter(there.arg_true(), text) if len(text) else empty


# Of who is known only what differs is written: it is sealed for the row, and must be for them.
OTHER: Final = {
    "id": ("people_person p ON p.id = r.target", "p.id_blind"),
    "phone": ("people_person p ON p.id = r.target", "p.phone_blind"),
    "phone1": ("people_guardian p ON p.person_id = r.target AND p.position = 1", "p.phone_blind"),
    "phone2": ("people_guardian p ON p.person_id = r.target AND p.position = 2", "p.phone_blind"),
}
DIFFERS: Final = """
SELECT r.line, r.person_id, r.target, r.{sealed} FROM roster_piece r LEFT JOIN {joined}
WHERE r.outcome IN ('changed', 'moved') AND r.{blind} IS NOT NULL
  AND r.{blind} IS DISTINCT FROM {now}
"""
EMPTIED: Final = """
UPDATE roster_piece SET sealed_id = NULL, sealed_phone = NULL, sealed_phone1 = NULL,
       sealed_phone2 = NULL
WHERE outcome IN ('changed', 'moved')
"""
FILLED: Final = """
UPDATE roster_piece r SET {sealed} = v.sealed
FROM unnest(%s::int[], %s::bytea[]) v (line, sealed) WHERE r.line = v.line
"""


def seal_for_whom_it_is() -> None:
    """In the piece that is being written: what known people are said anew, sealed for them."""
    anew = {kept: _differing(kept) for kept in SEALED}
    with connection.cursor() as cursor:
        cursor.execute(EMPTIED)
        for kept, rows in anew.items():
            if rows:
                made = [
                    resealed(bytes(sealed), kept.label, row, to=target)
                    for _line, row, target, sealed in rows
                ]
                filled = sql.SQL(FILLED).format(sealed=sql.Identifier(kept.sealed))
                cursor.execute(filled, [[row[0] for row in rows], made])


def _differing(kept: Kept) -> list[tuple[int, int, int, bytes]]:
    joined, now = OTHER[kept.ending]
    query = sql.SQL(DIFFERS).format(
        sealed=sql.Identifier(kept.sealed), blind=sql.Identifier(kept.blind),
        joined=sql.SQL(joined), now=sql.SQL(now),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())
