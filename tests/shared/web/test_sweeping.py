"""A kept reply is let go of by the application itself, without anybody's asking."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import func, select

from shared.db import idempotency
from shared.db.unit import Actor, Units
from shared.web import sweeping

ALDER, BIRCH = uuid4(), uuid4()
STAFF = Actor("staff", "amy")


async def keep_a_reply(units: Units) -> None:
    for county_id in (ALDER, BIRCH):
        request = idempotency.Request(caller="staff:amy", route="POST /v1/people", key=uuid4().hex, fingerprint=bytes(32))
        async with units.open(county_id, STAFF) as unit:
            await idempotency.complete(unit, request, idempotency.Replay(201, {}, b"{}"))


async def kept(units: Units) -> int:
    found = 0
    for county_id in (ALDER, BIRCH):
        async with units.open(county_id, STAFF) as unit:
            found += await unit.session.scalar(select(func.count()).select_from(idempotency.REPLIES)) or 0
    return found


async def test_old_replies_of_every_county_go_while_the_application_runs(units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    await keep_a_reply(units)
    monkeypatch.setattr(sweeping, "FIRST_AFTER_SECONDS", 0.01)
    monkeypatch.setattr(idempotency, "KEPT_FOR", timedelta(0))
    app = web.Application()
    app.cleanup_ctx.append(sweeping.sweeping(units, frozenset({ALDER, BIRCH})))
    async with TestServer(app), asyncio.timeout(10):
        while await kept(units):  # noqa: ASYNC110  the condition is in a database
            await asyncio.sleep(0.02)


async def test_a_young_reply_stays(units: Units) -> None:
    await keep_a_reply(units)
    before = await kept(units)
    assert await sweeping.sweep(units, [ALDER, BIRCH]) == 0
    assert await kept(units) == before


def test_every_application_with_units_sweeps(toy_app: web.Application) -> None:
    assert any("sweeping" in context.__qualname__ for context in toy_app.cleanup_ctx)
