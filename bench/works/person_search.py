"""Looking for a person among 17 million, one client: by number, by telephone, by name."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from bench import accounts, generator, roster
from bench.accounts import Connection, Holder
from bench.bars import at_most
from bench.generator import CannotMeasure, Request
from bench.ground import Ground
from bench.processes import watched
from bench.stats import Figures, Load, middle, worst

MUST_MS = 50.0
MUST_COUNTY_MS = 500.0
TERMS = 400
LARGEST = """
SELECT v.unit_id, v.code, v.path, count(*) FROM units_unitversion v
JOIN people_person p ON p.path >= v.path AND p.path < left(v.path, -1) || '0'
WHERE v.kind = ANY(%(kinds)s) AND v.valid_from <= %(day)s AND v.valid_to > %(day)s
GROUP BY 1, 2, 3 ORDER BY 4 DESC LIMIT 1
"""
# Whoever a random id hits: spread over the whole table as people are.
DRAWN = """
SELECT p.id_number, p.number, p.name, coalesce(nullif(p.phone, ''), g.phone)
FROM people_person p LEFT JOIN people_guardian g ON g.person_id = p.id
WHERE p.id = ANY(%(ids)s)
"""


@dataclass(frozen=True)
class Kind:
    """One way of looking, with its bar and what is typed."""

    name: str
    bar: float
    holder: Holder
    terms: Sequence[str]

    def requests(self) -> list[Request]:
        """One request for each term."""
        return [
            Request("GET", f"/api/v1/people?{urlencode({'search': term})}", self.holder.bearer)
            for term in self.terms
        ]


def person_search(ground: Ground) -> None:
    """Everybody of the province on the roster; then 400 searches of each kind, in turns."""
    with ground.database() as connection:
        people = roster.build(connection, ground.today, ground.say)
        kinds = _kinds(connection, ground, people)
        _explain(connection, ground, kinds)
        ground.remark(f"{people:,} people; {roster.sizes(connection)}")
    # Memory is looked at while it warms up: who counts a process's pages makes it wait for them.
    with watched(ground.installation.processes) as taken:
        for kind in kinds:
            _run(ground, kind, ground.pace.seconds)
    found: list[Figures] = []
    for kind in kinds:
        load = _run(ground, kind, ground.pace.seconds)
        found.append(middle(kind.name, "searches/s", [load]))
        ground.found.verdicts.append(
            at_most(f"search {kind.name}, p99", load.p99_ms, kind.bar, "{:.1f} ms")
        )
        ground.remark(
            f"search {kind.name}: p50 {load.p50_ms:.1f}, p99 {load.p99_ms:.1f}, "
            f"longest {load.max_ms:.1f} ms of {load.requests}"
        )
    ground.report(replace(worst("person_search", "searches/s", found), peak_mib=taken.mib))


def _run(ground: Ground, kind: Kind, seconds: int) -> Load:
    requests = generator.write(ground.scratch / kind.name.replace(" ", "-"), kind.requests())
    url = ground.installation.url
    load = generator.run(url, requests, seconds=seconds, clients=1, again=True)
    if load.failed:
        raise CannotMeasure(f"search {kind.name} refused {load.failed}: {load.refusal}")
    return load


def _kinds(connection: Connection, ground: Ground, people: int) -> list[Kind]:
    chance = random.Random(4)
    drawn = connection.execute(
        DRAWN, {"ids": [chance.randint(1, people) for _term in range(TERMS)]}
    ).fetchall()
    cards, numbers, names, phones = (list(column) for column in zip(*drawn, strict=True))
    day = ground.today
    top = connection.execute("SELECT unit_id FROM units_unitversion WHERE kind = 'province'")
    (province,) = top.fetchone() or (0,)
    school = _largest(connection, day, ["school", "college", "centre_school"])
    county = _largest(connection, day, ["county"])
    say = f"largest school {school[3]:,} people, largest county {county[3]:,}"
    ground.remark(say)
    everywhere, reporter, admin = (
        accounts.enrol(connection, role, [place], ground.at())[0]
        for role, place in (("unit_admin", province), ("school_reporter", school[0]),
                            ("unit_admin", county[0]))
    )  # fmt: skip
    parts = [name[1:] for name in names[: TERMS // 2]] + [name[:1] for name in names[TERMS // 2 :]]
    return [
        Kind("by identity number", MUST_MS, everywhere, cards),
        Kind("by school number", MUST_MS, everywhere, numbers),
        Kind("by telephone", MUST_MS, everywhere, phones),
        Kind("by name in a school", MUST_MS, reporter, names),
        Kind("by part of a name in a school", MUST_MS, reporter, parts),
        Kind("by name in a county", MUST_COUNTY_MS, admin, names),
        Kind("by part of a name in a county", MUST_COUNTY_MS, admin, parts),
    ]


def _largest(connection: Connection, day: object, kinds: list[str]) -> tuple[int, str, str, int]:
    row: Any = connection.execute(LARGEST, {"kinds": kinds, "day": day}).fetchone()
    if row is None:
        raise CannotMeasure("there is nobody to look for")
    return row[0], row[1], row[2], row[3]


def _explain(connection: Connection, ground: Ground, kinds: Sequence[Kind]) -> None:
    """Say by which indexes each kind is answered; refuse a search that reads a table through."""
    from django.db import connection as ours
    from django.test.utils import CaptureQueriesContext

    from fangxian.foundation.accounts.queries import actor_by_token
    from fangxian.foundation.people.search import search

    for kind in kinds:
        secret = kind.holder.secret
        by = actor_by_token(secret, at=ground.at(), today=ground.today)
        if by is None:
            raise CannotMeasure("the token is not known")
        with CaptureQueriesContext(ours) as seen:
            search(kind.terms[0], by=by, day=ground.today)
        used: list[str] = []
        for query in seen.captured_queries:
            used += _indexes(connection, query["sql"])
        names = ", ".join(dict.fromkeys(used))
        ground.say(f"  {kind.name}: {names}")
        if any(name.startswith("!people") for name in used):
            raise CannotMeasure(f"search {kind.name} reads a table through: {names}")


def _indexes(connection: Connection, statement: str) -> list[str]:
    """The indexes of a statement's plan; a table read through stands with a !."""
    if not statement.lstrip().upper().startswith(("SELECT", "WITH", "(")):
        return []
    row: Any = connection.execute(f"EXPLAIN (FORMAT JSON) {statement}").fetchone()
    plans = row[0] if isinstance(row[0], list) else json.loads(row[0])
    waiting, found = [plan["Plan"] for plan in plans], []
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        if "Index Name" in node:
            found.append(node["Index Name"])
        elif node["Node Type"] == "Seq Scan":
            found.append("!" + node["Relation Name"])
    return found
