"""The database, its roles, its clock, and the background work it keeps."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta

import psycopg
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from fangxian.config.database import direct_login, login
from fangxian.config.environment import DatabaseRole, Environment
from fangxian.console.doctor.findings import Finding, fail, ok, unknown, warn
from fangxian.console.roles import OLDEST_SERVER, SERVING, connect
from fangxian.foundation.notices.queries import backlog
from fangxian.kernel import clock

SKEW_SECONDS = 2.0
WRONG_CLOCK_SECONDS = 30.0
HEARTBEAT_SECONDS = 60
LAG_SECONDS = 120
STUCK_SECONDS = 900
LONG_SECONDS = 300
DAYS_AHEAD = 3
DEPENDENT = (
    "roles",
    "migrations",
    "clock",
    "worker",
    "queues",
    "days ahead",
    "messages",
    "transactions",
)

ALIVE = """
SELECT count(*) FROM procrastinate_workers
WHERE last_heartbeat > now() - %s * interval '1 second'"""
LAG = """
SELECT j.queue_name, count(*), EXTRACT(epoch FROM max(now() - COALESCE(j.scheduled_at, e.at)))
FROM procrastinate_jobs j
JOIN LATERAL (SELECT min(at) AS at FROM procrastinate_events WHERE job_id = j.id) e ON true
WHERE j.status = 'todo' AND COALESCE(j.scheduled_at, e.at) <= now()
GROUP BY j.queue_name ORDER BY 1"""
FAILED = """
SELECT j.task_name, count(*) FROM procrastinate_jobs j
WHERE j.status = 'failed' AND EXISTS (
    SELECT FROM procrastinate_events e
    WHERE e.job_id = j.id AND e.type = 'failed' AND e.at > now() - interval '1 day')
GROUP BY 1 ORDER BY 2 DESC LIMIT 3"""
BY_DAY = """
SELECT c.relname FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
WHERE c.relnamespace = 'public'::regnamespace AND a.attname = 'day'
  AND to_regclass(format('public.%%I', c.relname || '_p' || %s)) IS NULL"""
LONG = """
SELECT pid, application_name, EXTRACT(epoch FROM now() - xact_start)
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend'
  AND pid <> pg_backend_pid() AND xact_start < now() - %s * interval '1 second'
ORDER BY xact_start LIMIT 1"""


def database(environment: Environment, *, at: datetime) -> Iterator[Finding]:
    """Everything that needs a connection; where there is none, only that."""
    where = "the embedded server" if environment.embedded else "FANGXIAN_DATABASE_URL"
    begun = time.monotonic()
    try:
        connection = connect(direct_login(environment, DatabaseRole.OWNER))
    except psycopg.Error as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        do = "start it with fangxian up" if environment.embedded else "see that it runs and lets in"
        yield fail("database", f"{where} does not answer: {said}", do)
        yield from (unknown(name, "needs the database") for name in DEPENDENT)
        return
    with closing(connection):
        took = (time.monotonic() - begun) * 1000
        yield from _server(connection, where, took)
        yield from _roles(environment)
        yield from _clock(connection)
        if (yield from _migrations()):
            yield from _worker(connection)
            yield from _queues(connection)
            yield from _days_ahead(connection, at.date())
            yield from _messages(at)
        yield from _transactions(connection)


def _server(connection: psycopg.Connection, where: str, milliseconds: float) -> Iterator[Finding]:
    version = connection.info.parameter_status("server_version")
    size = connection.execute(
        "SELECT pg_size_pretty(pg_database_size(current_database()))"
    ).fetchone()
    says = f"{where}, PostgreSQL {version}, {size[0] if size else '?'}, {milliseconds:.0f} ms"
    if connection.info.server_version < OLDEST_SERVER:
        yield fail("database", says, "15 or newer is needed: move to a newer server")
    else:
        yield ok("database", says)


def _roles(environment: Environment) -> Iterator[Finding]:
    for role in SERVING:
        through = " through the pool" if environment.pooled and role is DatabaseRole.WEB else ""
        to = login(environment, role)
        try:
            with connect(to) as connection:
                may = connection.execute(
                    "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
        except psycopg.Error as error:
            said = (str(error).strip().splitlines() or ["no reason given"])[0]
            yield fail("roles", f"{to.user}{through}: {said}", "run fangxian migrate")
            continue
        if may and may[0]:
            do = f'run ALTER ROLE "{to.user}" NOSUPERUSER NOBYPASSRLS'
            yield fail("roles", f"{to.user} may do anything", do)
        else:
            yield ok("roles", f"{to.user} comes in{through}")


def _clock(connection: psycopg.Connection) -> Iterator[Finding]:
    before = time.time()
    row = connection.execute("SELECT EXTRACT(epoch FROM clock_timestamp())").fetchone()
    skew = float(row[0] if row else 0) - (before + time.time()) / 2
    says = f"the database is {abs(skew):.2f} s {'ahead of' if skew > 0 else 'behind'} this machine"
    do = "let both keep time (timedatectl set-ntp true)"
    if abs(skew) > WRONG_CLOCK_SECONDS:
        yield fail("clock", says, do)
    elif abs(skew) > SKEW_SECONDS:
        yield warn("clock", says, do)
    else:
        yield ok("clock", says)


def _migrations() -> Generator[Finding, None, bool]:
    executor = MigrationExecutor(connections["default"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        first = plan[0][0]
        says = f"{len(plan)} not applied, {first} first"
        yield fail("migrations", says, "run fangxian migrate")
        return False
    yield ok("migrations", f"{len(executor.loader.applied_migrations)} applied, none waits")
    return True


def _worker(connection: psycopg.Connection) -> Iterator[Finding]:
    row = connection.execute(ALIVE, [HEARTBEAT_SECONDS]).fetchone()
    alive = row[0] if row else 0
    if alive:
        yield ok("worker", f"{alive} alive")
    else:
        do = "start it with fangxian up, or see its log (journalctl -u fangxian)"
        yield fail("worker", f"none was heard of in the last {HEARTBEAT_SECONDS} s", do)


def _queues(connection: psycopg.Connection) -> Iterator[Finding]:
    rows = connection.execute(LAG).fetchall()
    for queue, jobs, seconds in rows:
        says = f"{queue}: {jobs} due, the oldest for {seconds:.0f} s"
        do = "see that the worker lives, and what it is at, in its log"
        if seconds > STUCK_SECONDS:
            yield fail("queues", says, do)
        elif seconds > LAG_SECONDS:
            yield warn("queues", says, do)
        else:
            yield ok("queues", says)
    if not rows:
        yield ok("queues", "nothing waits")
    for task, number in connection.execute(FAILED).fetchall():
        says = f"{task} failed {number} times in the last day"
        yield warn("queues", says, "see why in the worker's log")


def _days_ahead(connection: psycopg.Connection, today: date) -> Iterator[Finding]:
    for step in range(DAYS_AHEAD + 1):
        day = today + timedelta(days=step)
        missing = [name for (name,) in connection.execute(BY_DAY, [f"{day:%Y%m%d}"])]
        if missing:
            says = f"{day} has no room in {', '.join(sorted(missing))}"
            yield warn("days ahead", says, "the worker makes it: see that it lives")
            return
    yield ok("days ahead", f"there is room until {today + timedelta(days=DAYS_AHEAD)}")


def _messages(at: datetime) -> Iterator[Finding]:
    found = backlog(at=clock.now(), real=at)
    says = f"{found.waiting} wait"
    waited = (clock.now() - found.oldest).total_seconds() if found.oldest else 0
    if found.resting:
        says += f"; nothing gets through to {', '.join(found.resting)}"
    if found.resting or waited > STUCK_SECONDS:
        do = "see why in the delivery log, or at the channel itself"
        yield warn("messages", says, do)
    else:
        yield ok("messages", says)


def _transactions(connection: psycopg.Connection) -> Iterator[Finding]:
    row = connection.execute(LONG, [LONG_SECONDS]).fetchone()
    if row:
        pid, name, seconds = row
        says = f"{name or 'somebody'} (process {pid}) is in a transaction for {seconds:.0f} s"
        do = f"if it is of no use, run SELECT pg_terminate_backend({pid})"
        yield warn("transactions", says, do)
    else:
        yield ok("transactions", "none is long")
