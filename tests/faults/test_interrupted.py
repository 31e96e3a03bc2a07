"""What a killed worker left undone is taken up again, and nothing that somebody is still at."""

from __future__ import annotations

import asyncio

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from fangxian.console.tasks import SILENT_SECONDS, resume_interrupted

WORKER = """
INSERT INTO procrastinate_workers (last_heartbeat)
VALUES (now() - make_interval(secs => %s)) RETURNING id"""
JOB = """
INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id)
VALUES ('default', 'tests.long', '{}', 'doing', %s) RETURNING id"""
STATES = "SELECT id, status::text FROM procrastinate_jobs WHERE id = ANY(%s)"


def _made(statement: str, value: int | None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, [value])
        return int(cursor.fetchone()[0])


async def _a_minute_passes() -> None:
    of_django = app.connector
    assert isinstance(of_django, DjangoConnector)
    with app.replace_connector(of_django.get_worker_connector()) as running:
        async with running.open_async():
            await resume_interrupted(timestamp=0)


@pytest.mark.django_db(transaction=True)
def test_only_a_silent_workers_job_is_taken_up() -> None:
    silent = _made(JOB, _made(WORKER, SILENT_SECONDS + 30))
    living = _made(JOB, _made(WORKER, SILENT_SECONDS - 30))
    removed = _made(JOB, None)  # its worker was struck off the list meanwhile
    asyncio.run(_a_minute_passes())
    with connection.cursor() as cursor:
        cursor.execute(STATES, [[silent, living, removed]])
        states = dict(cursor.fetchall())
    assert states == {silent: "todo", living: "doing", removed: "todo"}
