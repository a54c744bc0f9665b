"""Calendars that somebody else made, and addresses that somebody gave us."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from services.meetings.jobs.every_minute import Ticker
from services.meetings.web.county import SANDBOX
from shared.db.unit import Units
from tests.hostile.mapping import CALENDARS, FEED, SENT
from tests.hostile.rows import Row, tries, tries_all
from tests.hostile.wire import Listening, Shelf, Wire, judge
from tests.meetings.conftest import Counties

GOOD = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:good\r\n"
    "DTSTART:{day}T180000Z\r\nDTEND:{day}T190000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def outside(counties: Counties, monkeypatch: pytest.MonkeyPatch) -> None:
    """meetings as it runs outside of a sandbox: nothing on this machine may be linked."""
    monkeypatch.setitem(counties._client.app._state, SANDBOX, False)


@dataclass
class Elsewhere:
    """Somebody's calendar server: what it says, and what it was asked."""

    said: bytes = b""
    asked: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Answer as a calendar server that was told what to say."""
        self.asked.append(request.path)
        if request.path == "/redirect":
            raise web.HTTPFound(f"{self.url}/inside")
        return web.Response(body=self.said, content_type="text/calendar")


@pytest.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    """A calendar server on this machine."""
    made, app = Elsewhere(), web.Application()
    app.router.add_get("/{path:.*}", made.answer)
    async with TestServer(app, host="127.0.0.1") as server:
        made.url = f"http://127.0.0.1:{server.port}"
        yield made


def path_of(person: UUID) -> str:
    """Return where somebody's calendars are."""
    return f"/v1/people/per_{person.hex}/calendars"


def good(starts_in: int = 7) -> bytes:
    """Return a calendar with one busy hour, so many days from now."""
    return GOOD.format(day=f"{datetime.now(UTC) + timedelta(days=starts_in):%Y%m%d}").encode()


@dataclass
class Linked:
    """A calendar that was linked once and can be read again."""

    wire: Wire
    path: str
    id: str
    ticker: Ticker
    county_id: UUID

    async def read(self) -> dict[str, Any]:
        """Have it read, and return how it stands."""
        assert (await self.wire.send("POST", f"{self.path}/{self.id}:refresh")).status == 200
        await self.ticker.refresh(self.county_id)
        found: dict[str, Any] = (await self.wire.send("GET", self.path)).json["items"][0]
        return found


async def linked(wire: Wire, person: UUID, url: str, ticker: Ticker, county_id: UUID) -> Linked:
    """Link a calendar of somebody's."""
    made = await wire.send_json("POST", path_of(person), {"url": url})
    assert made.status == 201, made.content
    return Linked(wire, path_of(person), made.json["id"], ticker, county_id)


def busy(shelf: Shelf, county_id: UUID) -> list[str]:
    """Return the busy times that are kept."""
    return [line for line in shelf.of(county_id) if line.startswith("busy_blocks(")]


@tries_all(SENT, CALENDARS)
@pytest.mark.usefixtures("outside")
async def test_an_address_inside_is_never_kept(
    wire: Wire, person: UUID, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    before = shelf.of(county_id)
    answer = await wire.send_json("POST", path_of(person), {"url": row.text})
    judge(row, SENT[row.id], answer, listening.heard())
    assert shelf.of(county_id) == before
    assert (await wire.send_json("POST", path_of(person), {"url": "https://county.example.org/cal.ics"})).status == 201


@tries("ssrf-023")
@pytest.mark.usefixtures("outside")
async def test_a_name_that_turns_inward_after_it_was_kept_reaches_nothing(
    wire: Wire, person: UUID, row: Row, units: Units, county_id: UUID, shelf: Shelf, listening: Listening,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    async def inward(*_: object, **__: object) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443))]

    calendar = await linked(wire, person, row.text, Ticker(units, [county_id], sandbox=False), county_id)
    with monkeypatch.context() as turned:
        turned.setattr(asyncio.get_running_loop(), "getaddrinfo", inward)
        turned.setattr(socket.socket, "connect", None)
        await calendar.ticker.refresh(county_id)
    found = (await wire.send("GET", calendar.path)).json["items"][0]
    assert (found["state"], found["reason"], busy(shelf, county_id)) == ("feed_error", "refused", [])
    assert not [telltale for telltale in row.telltales() if telltale in listening.heard()]


@tries("ssrf-025")
async def test_a_redirect_is_not_followed(
    wire: Wire, person: UUID, row: Row, elsewhere: Elsewhere, units: Units, county_id: UUID
) -> None:
    assert "delivery-failed" in row.statuses
    ticker = Ticker(units, [county_id], sandbox=True)
    calendar = await linked(wire, person, f"{elsewhere.url}/redirect", ticker, county_id)
    found = await calendar.read()
    assert (found["state"], found["reason"], elsewhere.asked) == ("feed_error", "redirect", ["/redirect"])


ENDS = {"feed-error": "feed_error", "ok": "ok"}
MOST_BLOCKS = 367


@tries_all(SENT, FEED)
async def test_an_odd_calendar_is_read_within_bounds_and_a_hostile_one_keeps_the_last_good_copy(
    wire: Wire, person: UUID, row: Row, elsewhere: Elsewhere, units: Units, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    elsewhere.said = good()
    calendar = await linked(wire, person, f"{elsewhere.url}/cal", Ticker(units, [county_id], sandbox=True), county_id)
    assert (await calendar.read())["state"] == "ok"
    kept = busy(shelf, county_id)
    assert len(kept) == 1
    elsewhere.said = row.octets
    found = await calendar.read()
    assert found["state"] == ENDS[str(row.statuses[0])]
    assert (found["reason"] or "") == row.code
    assert len(busy(shelf, county_id)) < MOST_BLOCKS
    assert found["state"] == "ok" or busy(shelf, county_id) == kept
    assert not [telltale for telltale in row.telltales() if telltale in listening.heard()]
    elsewhere.said = good(8)
    assert (await calendar.read())["state"] == "ok"
    assert len(busy(shelf, county_id)) == 1
