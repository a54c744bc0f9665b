"""The yardstick of an API: a bare aiohttp + asyncpg handler that sends the very statements that the real route has sent.

The statements are taken from the real route just before, so that they stay the same ones whatever becomes of the route. Ids that a
write made are made anew for each request, and the audit's place in its chain is read and used as the route does. Nothing else is
done: no token is read, nothing is validated, sealed, hashed or logged.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvloop
from aiohttp import web
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local import servers
from tests.bench.parts.load import listening

_OWN_OF_THE_BARE = {"BEGIN;", "COMMIT;"}
_COLUMNS = re.compile(r"INSERT INTO audit \(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Step:
    """One statement as the driver got it, with the values of each row that it was sent for."""

    sql: str
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Work:
    """What one route does: its statements, what it answers, and the values that are new in every request."""

    steps: tuple[Step, ...]
    status: int
    answer: bytes
    new_ids: frozenset[UUID] = frozenset()
    new_words: frozenset[str] = frozenset()


class Recorder:
    """Writes down the statements that an engine's connections send: the session's and those of the driver itself."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Listen on every connection that is made from now on."""
        self._steps: list[Step] = []
        event.listen(engine.sync_engine, "before_cursor_execute", self._by_session)
        event.listen(engine.sync_engine, "connect", self._connected)

    def _by_session(self, _connection: object, _cursor: object, sql: str, values: Any, _context: object, many: bool) -> None:
        self._steps.append(Step(sql, tuple(tuple(row) for row in (values if many else [values]))))

    def _connected(self, connection: Any, _record: object) -> None:
        connection.driver_connection.add_query_logger(self._by_driver)

    def _by_driver(self, sent: Any) -> None:
        if sent.query not in _OWN_OF_THE_BARE:
            many = bool(sent.args) and all(isinstance(row, list) for row in sent.args) and "INSERT" in sent.query
            self._steps.append(Step(sent.query, tuple(tuple(row) for row in (sent.args if many else [sent.args]))))

    def take(self) -> tuple[Step, ...]:
        """Return what was heard since the last time."""
        taken, self._steps = tuple(self._steps), []
        return taken


async def _do(connection: Any, work: Work, fresh_word: str) -> None:
    fresh: dict[Any, Any] = {old: uuid4() for old in work.new_ids} | dict.fromkeys(work.new_words, fresh_word)
    seq = 0
    for step in work.steps:
        rows = [[_fresh(value, fresh) for value in row] for row in step.rows]
        if found := _COLUMNS.search(step.sql):
            place = [name.strip() for name in found[1].split(",")].index("seq")
            for row in rows:
                seq += 1
                row[place] = seq
        if len(rows) > 1:
            await connection.executemany(step.sql, rows)
            continue
        answer = await connection.fetch(step.sql, *rows[0])
        if "audit_head" in step.sql:
            seq = answer[0]["seq"] if answer else 0


def _fresh(value: Any, fresh: Mapping[Any, Any]) -> Any:
    if isinstance(value, list):
        return [_fresh(each, fresh) for each in value]
    return fresh.get(value, value) if isinstance(value, UUID | str) else value


def _handler(pool: Any, work: Work) -> Any:
    answer = json.loads(work.answer)

    async def handler(request: web.Request) -> web.Response:
        if request.can_read_body:
            await request.json()
        async with pool.acquire() as connection, connection.transaction():
            await _do(connection, work, request.headers.get("Idempotency-Key", ""))
        return web.json_response(answer, status=work.status)

    return handler


async def _serve(port: int, dsn: str, read: Work, write: Work) -> None:
    async def no_reset(_: object) -> None:
        """asyncpg's pool would send one statement more after each use, which is not the same SQL."""

    async with asyncpg.create_pool(dsn, min_size=1, max_size=20, reset=no_reset, server_settings={"jit": "off"}) as pool:
        app = web.Application()
        app.router.add_get("/", _handler(pool, read))
        app.router.add_post("/", _handler(pool, write))
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()


def _main(port: int, dsn: str, read: Work, write: Work) -> None:
    uvloop.run(_serve(port, dsn, read, write))


@asynccontextmanager
async def bare_process(app_url: str, read: Work, write: Work) -> AsyncIterator[tuple[int, int]]:
    """Run the bare handlers as a process of their own, and give its port and pid."""
    port = servers.free_port()
    dsn = app_url.replace("postgresql+asyncpg://", "postgresql://")
    process = get_context("spawn").Process(target=_main, args=(port, dsn, read, write), daemon=True)
    process.start()
    try:
        await listening(port)
        yield port, process.pid or 0
    finally:
        process.terminate()
        process.join(10)
