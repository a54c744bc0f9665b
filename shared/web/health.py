"""Whether a process lives, whether it can serve, and its measures. None of it is about people, and none needs a token."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import logs
from shared.db import log as facts
from shared.db.migrations_kit import check_head
from shared.db.unit import Units

OLDEST_UNPUBLISHED = timedelta(seconds=60)
REMEMBERED_SECONDS = 1.0

log = logs.get()


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of readiness: `holds` returns a truth or raises. One that is not essential only degrades."""

    name: str
    holds: Callable[[], Awaitable[bool]]
    essential: bool = True


async def livez(_: web.Request) -> web.Response:
    """The process answers."""
    return web.json_response({"status": "alive"})


def readyz(checks: Sequence[Check]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return the handler that says which condition fails: 503 when an essential one does. Asked often, it answers from memory."""
    remembered: list[tuple[float, int, dict[str, object]]] = []

    async def handler(_: web.Request) -> web.Response:
        now = time.monotonic()
        if not remembered or now - remembered[0][0] > REMEMBERED_SECONDS:
            results = {check.name: await _result(check) for check in checks}
            failing = {check.essential for check in checks if results[check.name] != "ok"}
            state = "unready" if True in failing else "degraded" if failing else "ready"
            remembered[:] = [(now, 503 if state == "unready" else 200, {"status": state, "checks": results})]
        status, body = remembered[0][1:]
        return web.json_response(body, status=status)

    return handler


async def _result(check: Check) -> str:
    try:
        return "ok" if await check.holds() else "failing"
    except Exception as error:
        log.warning("ready.check_failed", check=check.name, error=type(error).__name__)
        return "failing"


def database_reachable(engine: AsyncEngine) -> Check:
    """The database answers."""

    async def holds() -> bool:
        async with engine.connect() as connection:
            return bool(await connection.scalar(text("SELECT 1")))

    return Check("database", holds)


def migrations_at_head(engine: AsyncEngine, package: str) -> Check:
    """The database stands at the revision that this code was written for; `package` is `services.network`."""

    async def holds() -> bool:
        return await check_head(engine, package)

    return Check("migrations", holds)


def facts_published(units: Units, *, within: timedelta = OLDEST_UNPUBLISHED) -> Check:
    """No fact has waited longer than `within` for the relay; a relay that stopped makes others' copies old."""

    async def holds() -> bool:
        async with units.outside(log_reader="on") as session:
            age = await session.scalar(
                select(func.extract("epoch", func.surround_now() - func.min(facts.LOG.c.at))).where(
                    facts.LOG.c.published.is_(False)
                )
            )
        return age is None or float(age) <= within.total_seconds()

    return Check("facts_published", holds)


def redis_reachable(ping: Callable[[], Awaitable[object]]) -> Check:
    """Redis answers. Without it facts travel by HTTP and sign-ins fail, so the service is degraded, not down."""

    async def holds() -> bool:
        return bool(await ping())

    return Check("redis", holds, essential=False)


async def metrics(_: web.Request) -> web.Response:
    """The measures of this process, for Prometheus."""
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def metrics_app() -> web.Application:
    """The application of the internal port: measures and nothing else."""
    app = web.Application()
    app.router.add_get("/metrics", metrics)
    return app
