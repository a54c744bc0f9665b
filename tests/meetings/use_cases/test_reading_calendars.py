"""What somebody asks for while their calendar is being read is not forgotten."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from services.meetings.jobs.every_minute import Ticker
from shared.db.unit import Units
from shared.kernel.ids import spell
from tests.meetings.conftest import Family, World
from tests.network.conftest import Api

EMPTY = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize("status", [200, 500])
async def test_a_calendar_that_somebody_wants_read_again_while_it_is_being_read_is_read_once_more(
    amy: Api, world: World, family: Family, units: Units, status: int
) -> None:
    path = f"/v1/people/{spell('per', family.aunt)}/calendars"
    meanwhile: list[Callable[[], Awaitable[Any]]] = []
    fetched: list[str] = []

    async def serve(request: web.Request) -> web.Response:
        fetched.append(request.path)
        while meanwhile:
            await meanwhile.pop()()
        return web.Response(status=status, text=EMPTY)

    app = web.Application()
    app.router.add_get("/secret.ics", serve)
    ticker = Ticker(units, [world.county_id], sandbox=True)
    async with TestServer(app) as server:
        made = (await amy.post(path, {"url": str(server.make_url("/secret.ics"))})).json
        meanwhile.append(lambda: amy.post(f"{path}/{made['id']}:refresh"))
        for times in (1, 2, 2):
            await ticker.refresh(world.county_id)
            assert len(fetched) == times


async def test_a_calendar_that_is_unlinked_while_it_is_being_read_stays_away(
    amy: Api, world: World, family: Family, units: Units
) -> None:
    path = f"/v1/people/{spell('per', family.aunt)}/calendars"
    meanwhile: list[Callable[[], Awaitable[Any]]] = []

    async def serve(_: web.Request) -> web.Response:
        await meanwhile.pop()()
        return web.Response(text=EMPTY)

    app = web.Application()
    app.router.add_get("/secret.ics", serve)
    async with TestServer(app) as server:
        made = (await amy.post(path, {"url": str(server.make_url("/secret.ics"))})).json
        meanwhile.append(lambda: amy.delete(f"{path}/{made['id']}"))
        await Ticker(units, [world.county_id], sandbox=True).refresh(world.county_id)
    assert (meanwhile, (await amy.get(path)).json["items"]) == ([], [])
