"""Fifty families ask for the last room at the same moment: one gets it, the others a clear 409 (DESIGN §9).

The yardstick is what decides it: as many bare INSERTs at once under the same exclusion constraint, each in its own transaction.
"""

import asyncio
from collections import Counter
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from tests.bench.parts.crowd import a_few_at_a_time, free_day, journey_of, rows, uuid_of
from tests.bench.parts.figures import figure
from tests.support.journey import Family, Journey, Person, seat
from tests.support.stack import Stack

FAMILIES = 50
REFUSAL = "slot_taken"

_CLAIM = (
    "INSERT INTO resource_claims (id, county_id, claimant_id, during, starts_at, ends_at, site, state, held_by)"
    " VALUES ($1, $2, $3, tstzrange(now(), now() + interval '1 hour'), now(), now() + interval '1 hour', '', 'booked', '')"
)


async def _book(journey: Journey) -> tuple[Counter[str], float, int]:
    """Book the room fifty times at once: what was answered, in how many milliseconds, and how often the room is taken now."""

    async def one_family() -> tuple[Family, Person]:
        family = await journey.family()
        return family, await family.member("Kim", "friend")

    families = await a_few_at_a_time(one_family() for _ in range(FAMILIES))
    room = await journey.pool("room", "The last room", site="bench-last", capacity=10)
    at = await free_day(journey, days=20)
    for family, _ in families:
        family._heard_of = len(family.people)  # `pool` has waited for all of them
    begun = perf_counter()
    replies = await asyncio.gather(*(family.try_to_book(at, seat(person), room_id=room["id"]) for family, person in families))
    taken = (perf_counter() - begun) * 1000
    answers = Counter(f"{reply.status} {reply.body.get('code', '')}".strip() for reply in replies)
    (found,) = rows(journey.stack, "meetings", "SELECT count(*) FROM resource_claims WHERE claimant_id = %(id)s", id=uuid_of(room))
    return answers, taken, int(str(found[0]))


async def _bare(county: Stack, county_id: str) -> float:
    """Send fifty INSERTs of the same claim at once; one must win."""
    pool = await asyncpg.create_pool(county.owner_url("meetings"), min_size=20, max_size=20)
    room = uuid4()

    async def one() -> bool:
        try:
            await pool.execute(_CLAIM, uuid4(), UUID(county_id), room)
        except asyncpg.ExclusionViolationError:
            return False
        return True

    begun = perf_counter()
    won = await asyncio.gather(*(one() for _ in range(FAMILIES)))
    taken = (perf_counter() - begun) * 1000
    await pool.execute("DELETE FROM resource_claims WHERE claimant_id = $1", room)
    await pool.close()
    assert sum(won) == 1
    return taken


async def _measure(county: Stack) -> tuple[Counter[str], float, int, float]:
    async with journey_of(county) as journey:
        answers, taken, claims = await _book(journey)
        return answers, taken, claims, await _bare(county, str(journey.alder.facts["id"]))


def measure(county: Stack) -> list[dict[str, Any]]:
    """Let them all ask at once."""
    answers, taken, claims, bare = asyncio.run(_measure(county))
    said = ", ".join(f"{number} x {answer}" for answer, number in answers.most_common())
    goal = f"1 x 201, {FAMILIES - 1} x 409 {REFUSAL}, one claim"
    met = answers == Counter({"201": 1, f"409 {REFUSAL}": FAMILIES - 1}) and claims == 1
    return [
        figure(f"{FAMILIES} book the last room at once ({said})", answers["201"], "won", goal=goal, met=met, digits=0),
        figure(f"{FAMILIES} book the last room at once: until the last is answered", taken, "ms", beside=bare),
    ]
