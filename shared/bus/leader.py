"""One holder at a time: a session-level advisory lock on a connection of its own, whose hold ends soon after its process freezes.

The session is pinged; PostgreSQL ends it when the pings stop (`idle_session_timeout`) and so gives the lock to a standby. The
lock is for quiet: what keeps two holders harmless are the unique positions and the cursor's conditional update.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

HOLD_SECONDS = 3.0
"""How long a frozen holder keeps the lock."""

PING_SECONDS = 0.5
_PATIENCE = 2.0
_CONNECT_OPTIONS = ("host", "port", "user", "password", "database", "ssl", "target_session_attrs")


class Leadership:
    """A held lock. `lost` is set when it is gone; `woken` whenever somebody notified the channel, and when it is gone."""

    def __init__(self) -> None:
        """Begin held."""
        self.lost = asyncio.Event()
        self.woken = asyncio.Event()

    def lose(self, *_: object) -> None:
        """Note that the session has ended."""
        self.lost.set()
        self.woken.set()

    def wake(self, *_: object) -> None:
        """Note that there is something to do."""
        self.woken.set()


async def connect(engine: AsyncEngine, *, hold: float) -> asyncpg.Connection:
    """Open a session outside the pool, to the same database and role."""
    options = engine.dialect.create_connect_args(engine.url)[1]
    return await asyncpg.connect(
        **{name: options[name] for name in _CONNECT_OPTIONS if name in options},
        timeout=_PATIENCE,
        server_settings={"idle_session_timeout": str(int(hold * 1000))},
    )


@asynccontextmanager
async def lead(
    engine: AsyncEngine, name: str, stop: asyncio.Event, *, channel: str | None = None, hold: float = HOLD_SECONDS
) -> AsyncIterator[Leadership | None]:
    """Wait for the lock called `name` and hold it; None when `stop` came first. Listens to `channel` while it holds."""
    session = await connect(engine, hold=hold)
    pings: asyncio.Task[None] | None = None
    try:
        while not stop.is_set():
            if await session.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", name, timeout=_PATIENCE):
                leadership = Leadership()
                session.add_termination_listener(leadership.lose)
                if channel is not None:
                    await session.add_listener(channel, leadership.wake)
                pings = asyncio.create_task(_ping(session, leadership))
                yield leadership
                return
            await wait(stop, PING_SECONDS)
        yield None
    finally:
        if pings is not None:
            pings.cancel()
            await asyncio.gather(pings, return_exceptions=True)
        await _close(session)


async def wait(event: asyncio.Event, seconds: float) -> bool:
    """Wait until an event is set, at most so long; say whether it is."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


async def _ping(session: asyncpg.Connection, leadership: Leadership) -> None:
    try:
        while not session.is_closed():
            await session.execute("SELECT 1", timeout=_PATIENCE)
            await asyncio.sleep(PING_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        session.terminate()
    leadership.lose()


async def _close(session: asyncpg.Connection) -> None:
    try:
        await session.close(timeout=_PATIENCE)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        session.terminate()
