"""The log over HTTP: a page is facts, and everything else is "ask again later"."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from shared.bus.healing import HealingUnavailable, HttpHealing
from shared.events.envelope import Envelope, to_json

FACT = Envelope(
    id=uuid4(),
    producer="network",
    type="network.case_closed.v1",
    subject=uuid4(),
    time=datetime(2026, 3, 1, 17, tzinfo=UTC),
    county_id=uuid4(),
    position=8,
    data={"a": 1},
)


class Log:
    """A producer's route, which answers what it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.status = 200
        self.body: object = {"items": [to_json(FACT)], "next": None}

    async def answer(self, request: web.Request) -> web.Response:
        """Answer `GET /v1/events`."""
        self.asked.append((request.query_string, request.headers["Authorization"]))
        return web.json_response(self.body, status=self.status)


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
async def reader(log: Log) -> AsyncIterator[HttpHealing]:
    app = web.Application()
    app.router.add_get("/v1/events", log.answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield HttpHealing(session, str(server.make_url("/")), a_token)


async def a_token() -> str:
    return "abc"


async def test_a_page_is_asked_for_with_a_token_and_read_as_facts(log: Log, reader: HttpHealing) -> None:
    assert await reader(7, 500) == [FACT]
    assert log.asked == [("after=7&limit=500", "Bearer abc")]


@pytest.mark.parametrize("status", [302, 401, 403, 404, 500, 503])
async def test_any_other_status_means_later(log: Log, reader: HttpHealing, status: int) -> None:
    log.status = status
    with pytest.raises(HealingUnavailable, match=str(status)):
        await reader(0, 1)


@pytest.mark.parametrize("body", [None, [], {}, {"items": [{}]}, {"items": [{**to_json(FACT), "id": "x"}]}])
async def test_a_body_that_is_no_page_means_later(log: Log, reader: HttpHealing, body: object) -> None:
    log.body = body
    with pytest.raises(HealingUnavailable):
        await reader(0, 1)


async def test_a_producer_that_is_down_means_later() -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(HealingUnavailable, match="ClientConnector"):
            await HttpHealing(session, "http://127.0.0.1:1", a_token)(0, 1)


async def test_a_token_that_cannot_be_had_means_later() -> None:
    async def none() -> str:
        raise LookupError

    async with aiohttp.ClientSession() as session:
        with pytest.raises(HealingUnavailable, match="LookupError"):
            await HttpHealing(session, "http://127.0.0.1:1", none)(0, 1)
