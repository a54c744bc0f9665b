"""What PostgreSQL counts and gathers is what the plain rule would count, stretch by stretch, over clock changes too."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID, uuid4

import pytest

from services.meetings.domain.busy import Cause, Taken, Unavailability
from services.meetings.domain.cells import Horizon, horizon
from services.meetings.domain.resources import Resource, ResourceKind
from services.meetings.domain.times import Availability, availability_of_cells
from services.meetings.domain.times import availability as plain
from services.meetings.storage import availability, claims
from services.meetings.storage.availability import Given
from services.meetings.storage.claims import Hold
from shared.db.unit import Unit
from shared.kernel.spans import Span
from tests.meetings.conftest import World

ZONES = ("America/Los_Angeles", "Europe/Berlin", "Australia/Lord_Howe")
GIVEN_CAUSES = (Cause.SCHOOL, Cause.WORK, Cause.COURT, Cause.TREATMENT, Cause.OTHER)
CLOCKS_CHANGE = datetime(2030, 3, 10)  # noqa: DTZ001 -- a wall time
DAY = timedelta(days=1)

Key = TypeVar("Key")


async def somebody(unit: Unit, chance: Random) -> tuple[UUID, list[Taken]]:
    """Give somebody stretches of any length and kind around a clock change, and colleagues' holds of them; return both."""
    subject, taken = uuid4(), []
    for _ in range(60):
        starts = CLOCKS_CHANGE + timedelta(minutes=chance.randrange(-9 * 1440, 9 * 1440))
        given = Unavailability(
            starts_local=starts,
            ends_local=starts + timedelta(minutes=chance.randrange(120, 1000)),
            time_zone=chance.choice(ZONES),
            cause=chance.choice(GIVEN_CAUSES),
            hard=chance.random() < 0.7,
        )
        await availability.add_given(unit, subject, Given(unit.new_id(), given))
        taken.append(Taken(given.span, given.cause, given.hard))
    for hour in range(0, 200, 9):
        begun = datetime(2030, 3, 7, tzinfo=UTC) + timedelta(hours=hour, minutes=chance.randrange(60))
        span = Span(begun, begun + timedelta(minutes=chance.randrange(5, 300)))
        by = chance.choice(("amy", "bob"))
        hold = Hold(
            hold_id=unit.new_id(),
            held_by=by,
            time_zone="UTC",
            starts_local=begun.replace(tzinfo=None),
            minutes=5,
            resource_ids=(subject,),
            hold_until=unit.now + timedelta(minutes=5),
        )
        await claims.hold(unit, hold, [Resource(resource_id=subject, kind=ResourceKind.ROOM)], span)
        taken += [Taken(span, Cause.BOOKED)] * (by == "bob")
    return subject, taken


def told(found: Availability) -> tuple[int, Mapping[Cause, int], Mapping[Cause, int], Mapping[str, int]]:
    return found.hours, held(found.hard), held(found.soft), held(found.booked)


def held(cells: Mapping[Key, int]) -> dict[Key, int]:
    return {key: bits for key, bits in cells.items() if bits}


def wide(among: Horizon) -> Span:
    return Span(among.instant(0) - DAY, among.instant(among.size) + DAY)


@pytest.mark.parametrize("seed", range(3))
async def test_the_cells_that_the_database_gathers_are_those_of_each_stretch(world: World, seed: int) -> None:
    chance = Random(seed)
    async with world.unit() as unit:
        everybody = dict([await somebody(unit, chance) for _ in range(4)])
    for zone in ZONES:
        among = horizon(date(2030, 3, 6), date(2030, 3, 14), zone)
        async with world.unit("amy") as unit:
            found = await availability.list_taken(unit, everybody, wide(among), among, held_by="amy")
        gathered = [told(availability_of_cells(among, None, found[subject])) for subject in everybody]
        assert gathered == [told(plain(among, None, taken)) for taken in everybody.values()]
