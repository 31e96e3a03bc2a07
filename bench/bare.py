"""What the product is held against: handlers that do the least there can be done.

`insert` stores the body of a request as one row, durably, and nothing else. `nothing` answers
without doing anything and shows how fast the load generator is.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from psycopg_pool import AsyncConnectionPool

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

ADDRESS = "BENCH_DATABASE"
POOL = 8
TABLE = """
DROP TABLE IF EXISTS floor_insert;
CREATE TABLE floor_insert (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    body        jsonb NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp()
)"""
INSERT = "INSERT INTO floor_insert (body) VALUES (%s::text::jsonb) RETURNING id"
HEADERS = [(b"content-type", b"application/json")]

_pools: list[AsyncConnectionPool] = []


async def insert(scope: Message, receive: Receive, send: Send) -> None:
    """Store the body in one row; 201 once PostgreSQL has it on disk."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    text = (await _body(receive)).decode()
    async with _pools[0].connection() as connection:
        cursor = await connection.execute(INSERT, (text,), prepare=True)
        row = await cursor.fetchone()
    assert row is not None
    await _answer(send, b'{"id":%d}' % row[0])


async def nothing(scope: Message, receive: Receive, send: Send) -> None:
    """Take the body and answer; no work at all."""
    if scope["type"] == "lifespan":
        return
    await _body(receive)
    await _answer(send, b'{"id":0}')


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _answer(send: Send, body: bytes) -> None:
    await send({"type": "http.response.start", "status": 201, "headers": HEADERS})
    await send({"type": "http.response.body", "body": body})


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            pool = AsyncConnectionPool(
                os.environ[ADDRESS],
                min_size=POOL,
                max_size=POOL,
                kwargs={"autocommit": True, "options": "-c synchronous_commit=on"},
                open=False,
            )
            await pool.open(wait=True)
            _pools.append(pool)
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await _pools.pop().close()
            await send({"type": "lifespan.shutdown.complete"})
            return
