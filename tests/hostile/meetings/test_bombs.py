"""Calendars that no parser should meet: reading one is ended after two seconds of work, and nobody else waits for it."""

import asyncio
import time
from uuid import UUID

import pytest

from tests.hostile.latency import answered
from tests.hostile.meetings.test_calendars import good, path_of
from tests.hostile.wire import Listening, Shelf, Wire
from tests.meetings.gateways.test_freebusy import a_calendar

EVERY_DAY, EVERY_HOUR = "BYDAY=MO,TU,WE,TH,FR,SA,SU", "BYHOUR=" + ",".join(map(str, range(24)))
BOMBS = {
    "daily since the year one": "DTSTART:00010101T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY",
    "hourly, called yearly": f"DTSTART:20200101T000000Z\nDURATION:PT1M\nRRULE:FREQ=YEARLY;{EVERY_HOUR};{EVERY_DAY}",
}


@pytest.mark.parametrize("kind", BOMBS)
async def test_a_rule_without_end_is_ended_after_two_seconds_of_work_and_nobody_else_waits(
    wire: Wire,
    person: UUID,
    kind: str,
    county_id: UUID,
    shelf: Shelf,
    listening: Listening,
) -> None:
    assert (await wire.send_json("POST", path_of(person), {"ics": good().decode()})).status == 201
    before = shelf.of(county_id)

    async def look() -> None:
        assert (await wire.send("GET", "/livez")).status == 200

    begun = time.monotonic()
    going = asyncio.create_task(wire.send_json("POST", path_of(person), {"ics": a_calendar(*[BOMBS[kind]] * 60).decode()}))
    assert await answered(look, during=going) > 10, "all the while, not in the end"
    answer = going.result()
    assert time.monotonic() - begun < 30.0
    assert (answer.status, answer.codes) == (422, {"ics_too_complex", "validation"})
    assert answer.places == {"#/ics"}
    assert shelf.of(county_id) == before
    assert "YEARLY" not in listening.heard()
    assert (await wire.send_json("POST", path_of(person), {"ics": good(8).decode()})).status == 201
