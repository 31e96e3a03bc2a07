"""A school's report page and its signature, in the middle of the morning: schools in turn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench import accounts, counting, generator, morning
from bench.accounts import Connection, Holder
from bench.bars import at_most
from bench.counting import Lost
from bench.generator import CannotMeasure, Request
from bench.ground import Ground
from bench.processes import Taken, watched
from bench.province import REPORT, Owing
from bench.stats import Load, middle, worst

MUST_P99_MS = 100.0
# 25,000 schools that look and sign within half an hour are 14 pages and 14 signatures a second:
# two clients that never pause ask for more than that. A crowd is measured too, to be told.
CLIENTS = 2
CROWD = 16
ROUNDS = 3
SECONDS = 5
# Schools signed in a run: more than a server here can do.
MOST_A_SECOND = 300

SIGNED = """
SELECT (SELECT count(*) FROM report_revision WHERE day = %(day)s),
       (SELECT count(*) FROM obligation
        WHERE day = %(day)s AND kind = 'daily_report' AND told_at IS NOT NULL),
       (SELECT count(*) FROM audit_event WHERE event = 'report.signed')"""


HEARD_FROM = """
SELECT DISTINCT school_id FROM obligation
WHERE day = %(day)s AND kind = 'check.morning' AND told_at IS NOT NULL"""


@dataclass(frozen=True)
class School:
    """A school that owes its report, its reporter, and the reporter's open session."""

    owing: Owing
    holder: Holder
    cookie: str


def report_sign(ground: Ground) -> None:
    """Distinct schools: each page is seen by its own reporter, each report signed once."""
    morning.make(ground)
    rounds, seconds = min(ROUNDS, ground.pace.rounds), min(SECONDS, ground.pace.seconds)
    runs = [(ground.pace.warm_seconds, CLIENTS), *[(seconds, CLIENTS)] * rounds, (seconds, CROWD)]
    size = MOST_A_SECOND * seconds
    schools = schools_to_sign(ground, size * len(runs))
    taken = Taken()
    pages: list[Load] = []
    signatures: list[Load] = []
    for number, (length, clients) in enumerate(runs):
        part = schools[number * size : (number + 1) * size]
        pages.append(_see(ground, part, length, clients, taken))
        ground.say(_line("page", pages[-1], taken))
        signatures.append(_sign(ground, part, length, clients, taken))
        ground.say(_line("signature", signatures[-1], taken))
    _tell_crowd(ground, pages[-1], signatures[-1])
    parts = [middle("page", "/s", pages[1:-1]), middle("signature", "/s", signatures[1:-1])]
    figures = worst("report_sign", "reports/s", parts)
    verdicts = [
        at_most(f"school's report, {one.name}, p99", one.p99_ms or 0, MUST_P99_MS, "{:.1f} ms")
        for one in parts
    ]
    ground.report(replace(figures, peak_mib=taken.mib), verdicts)


def _tell_crowd(ground: Ground, page: Load, signature: Load) -> None:
    ground.remark(
        f"report_sign is measured at {CLIENTS} clients that never pause; at {CROWD}: "
        f"page {page.throughput:,.0f}/s, p99 {page.p99_ms:.0f} ms, "
        f"signature {signature.throughput:,.0f}/s, p99 {signature.p99_ms:.0f} ms"
    )


def _line(name: str, load: Load, taken: Taken) -> str:
    return (
        f"  {name} {load.throughput:,.0f}/s, p50 {load.p50_ms:.1f}, p99 {load.p99_ms:.1f} ms; "
        f"processor ms each: {taken.each_ms(load.requests)}"
    )


def schools_to_sign(ground: Ground, count: int) -> list[School]:
    """Schools with something to sign for: a report in which no group answered is refused."""
    with ground.database() as connection:
        rows = connection.execute(HEARD_FROM, {"day": ground.today}).fetchall()
        heard_from = {row[0] for row in rows}
        owing = [one for one in ground.take(2 * count, REPORT) if one.unit_id in heard_from]
        owing = owing[:count]
        places = [school.unit_id for school in owing]
        holders = accounts.enrol(connection, "school_reporter", places, ground.at())
        cookies = accounts.sign_in(connection, holders)
    return [
        School(one, holder, cookies[holder.user_id])
        for one, holder in zip(owing, holders, strict=True)
    ]


def _see(
    ground: Ground, schools: Sequence[School], seconds: int, clients: int, taken: Taken
) -> Load:
    made = [
        Request("GET", f"/reports/{school.owing.code}/{ground.today}/", school.cookie)
        for school in schools
    ]
    requests = generator.write(ground.scratch / "pages", made)
    with watched(ground.installation.processes, taken):
        load = generator.run(
            ground.installation.url, requests, seconds=seconds, clients=clients, again=True
        )
    if load.failed or load.created:
        raise CannotMeasure(f"report pages: {load.failed} refused: {load.refusal}")
    return load


def signature(ground: Ground, school: School) -> Request:
    """The school's reporter signs what the page showed."""
    path = f"/api/v1/daily-reports/{school.owing.code}/{ground.today}/sign"
    return Request("POST", path, school.holder.bearer, json.dumps({"revision": 0}))


def _sign(
    ground: Ground, schools: Sequence[School], seconds: int, clients: int, taken: Taken
) -> Load:
    made = [signature(ground, school) for school in schools]
    requests = generator.write(ground.scratch / "signatures", made)
    with ground.database() as connection:
        before = signed(connection, ground)
        with watched(ground.installation.processes, taken):
            load = generator.run(
                ground.installation.url, requests, seconds=seconds, clients=clients
            )
        counting.settle(connection)
        after = signed(connection, ground)
    added = [now - then for now, then in zip(after, before, strict=True)]
    if load.failed or load.exhausted:
        raise CannotMeasure(f"signatures: {load.failed} refused: {load.refusal}")
    if min(added) < load.accepted:
        raise Lost(f"{load.accepted} signatures acknowledged, rows of each kind: {added}")
    return load


def signed(connection: Connection, ground: Ground) -> tuple[int, ...]:
    """The rows that signatures left so far: revisions, answered obligations, audit events."""
    row = connection.execute(SIGNED, {"day": ground.today}).fetchone()
    assert row is not None
    return tuple(row)
