"""The yardstick of an API: a bare aiohttp + asyncpg handler that sends the very statements that the real route has sent.

The statements are taken from the real route just before, so that they stay the same ones whatever becomes of the route. Values that
differ between two requests of the route differ between any two of the bare handler, and in the same way: ids sort by time where the
route's do, and each keyed hash is nobody else's. The audit's place in its chain is read and used as the route does. Nothing else is
done: no token is read, nothing is validated, sealed, hashed or logged.
"""

import asyncio
import json
import os
import re
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvloop
from aiohttp import web
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local import servers
from shared.kernel.ids import ENTROPY_BYTES, uuid7
from tests.bench.parts.load import listening

_OWN_OF_THE_BARE = {"BEGIN;", "COMMIT;"}
_COLUMNS = re.compile(r"INSERT INTO audit \(([^)]*)\)")
_HEX = re.compile(r"(?:[0-9a-f]{32}){1,2}")


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
    new_values: frozenset[UUID | str] = frozenset()
    key: str = ""

    @classmethod
    def of_two(cls, first: Sequence[Step], second: Sequence[Step], *, status: int, answer: bytes, key: str) -> "Work":
        """What a route did the second time; what was another value the first time is new in every request, so is its `key`.

        Raises AssertionError when the route did not do the same both times: then it cannot be repeated.
        """
        if [(step.sql, len(step.rows)) for step in first] != [(step.sql, len(step.rows)) for step in second]:
            raise AssertionError("two requests of one route sent different statements")
        pairs = zip(_values(first), _values(second), strict=True)
        new = {value for before, value in pairs if before != value and (isinstance(value, UUID) or _is_hex(value))}
        return cls(tuple(second), status, answer, frozenset(new), key)


def _values(steps: Sequence[Step]) -> Iterator[Any]:
    for step in steps:
        for row in step.rows:
            for value in row:
                yield from value if isinstance(value, list) else [value]


def _is_hex(value: object) -> bool:
    return isinstance(value, str) and _HEX.fullmatch(value) is not None


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


def _new_like(value: UUID | str) -> UUID | str:
    if isinstance(value, str):
        return secrets.token_hex(len(value) // 2)
    return uuid7(datetime.now(UTC), os.urandom(ENTROPY_BYTES)) if value.version == 7 else uuid4()


async def _do(connection: Any, work: Work, key: str) -> None:
    fresh: dict[Any, Any] = {old: _new_like(old) for old in work.new_values} | {work.key: key}
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
