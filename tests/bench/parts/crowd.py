"""Many people and families of a running county, made through its public APIs a few at a time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

import aiohttp
import psycopg

from shared.kernel.ids import read
from tests.support.journey import Family, Journey, Meeting, Person, seat
from tests.support.outside import ZONE, Item, until
from tests.support.stack import Stack

AT_ONCE = 4

Made = TypeVar("Made")


@asynccontextmanager
async def journey_of(county: Stack) -> AsyncIterator[Journey]:
    """Walk through a running county."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:
        yield Journey(county, session)


async def a_few_at_a_time(work: Iterable[Awaitable[Made]]) -> list[Made]:
    """Do all of it, four at once."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(each: Awaitable[Made]) -> Made:
        async with turn:
            return await each

    return list(await asyncio.gather(*(one(each) for each in work)))


async def family_with_mailboxes(journey: Journey, count: int) -> tuple[Family, list[Person]]:
    """A family around which so many people have a mailbox."""
    family = await journey.family()
    people = await a_few_at_a_time(family.member("Kim", "friend", mail=True) for _ in range(count))
    await family.everybody_is_known()
    return family, people


async def free_day(journey: Journey, *, days: int) -> datetime:
    """Nine o'clock on a working day so many days ahead."""
    today = (await journey.outside.now()).astimezone(ZONE).date()
    return datetime.combine(journey.alder.workday(today, days=days), time(9), ZONE)


async def invite(family: Family, people: Iterable[Person], at: datetime, **more: Any) -> Meeting:
    """Book an hour with them."""
    return await family.book(at, *(seat(person) for person in people), **more)


def uuid_of(item: Item | str) -> str:
    """The id behind a public id."""
    text = item if isinstance(item, str) else str(item["id"])
    prefix = text.rpartition("_")[0]
    found = read(prefix, text)
    assert found is not None
    return str(found)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of some messages stand where."""

    sent: int
    unknown: int
    open: int
    otherwise: int

    @property
    def finished(self) -> int:
        """Those that are final."""
        return self.sent + self.unknown + self.otherwise


@dataclass(frozen=True, slots=True)
class Invitations:
    """Invitations by mail that wait behind an operator's hold."""

    county: Stack
    county_id: str
    ids: list[str]

    def release(self) -> None:
        """Let them all leave."""
        rows(self.county, "notify", "DELETE FROM sending_holds WHERE county_id = %(of)s", of=self.county_id)

    def counts(self) -> Counts:
        """Where they stand."""
        (found,) = rows(self.county, "notify", _COUNTS, ids=self.ids)
        return Counts(*(int(str(each)) for each in found))

    async def until_finished(self, count: int, *, within: float) -> None:
        """Wait until so many are final."""

        async def look() -> Counts:
            return self.counts()

        await until(look, lambda counts: counts.finished >= count, seconds=within)

    def again(self) -> None:
        """Make them due once more."""
        for statement in _AGAIN:
            rows(self.county, "notify", statement, ids=self.ids)


_COUNTS = """
SELECT count(*) FILTER (WHERE state IN ('sent', 'delivered')), count(*) FILTER (WHERE state = 'unknown'),
       count(*) FILTER (WHERE state IN ('pending', 'claimed', 'sending')),
       count(*) FILTER (WHERE state NOT IN ('sent', 'delivered', 'unknown', 'pending', 'claimed', 'sending'))
FROM messages WHERE id = ANY(%(ids)s::uuid[])
"""
_AGAIN = (
    "DELETE FROM attempts WHERE message_id = ANY(%(ids)s::uuid[])",
    "DELETE FROM contents WHERE message_id = ANY(%(ids)s::uuid[])",
    "UPDATE messages SET state = 'pending', attempt = 0, begun = false, phase = NULL, finished_at = NULL, reason = ''"
    " WHERE id = ANY(%(ids)s::uuid[])",
)


async def held_invitations(journey: Journey, *, people: int, meetings: int, days: int) -> Invitations:
    """Book meetings with many people behind a hold, and wait until every invitation is due."""
    family, crowd = await family_with_mailboxes(journey, people)
    county_id = str(journey.alder.facts["id"])
    rows(
        journey.stack,
        "notify",
        "INSERT INTO sending_holds (county_id, since, reason_code, held_by) VALUES (%(of)s, now(), 'bench', 'bench')",
        of=county_id,
    )
    at = await free_day(journey, days=days)
    hours = (at + timedelta(days=7 * (n // 8), hours=n % 8) for n in range(meetings))
    booked = await a_few_at_a_time(invite(family, crowd, hour) for hour in hours)

    async def due() -> list[tuple[object, ...]]:
        return rows(
            journey.stack,
            "notify",
            "SELECT id FROM messages WHERE kind = 'invitation' AND way = 'email' AND subject_id = ANY(%(ids)s::uuid[])",
            ids=[uuid_of(each.id) for each in booked],
        )

    found = await until(due, lambda rows: len(rows) == people * meetings, seconds=60)
    return Invitations(journey.stack, county_id, [str(row[0]) for row in found])


def rows(county: Stack, service: str, query: str, **values: object) -> list[tuple[object, ...]]:
    """Ask a service's database past every wall."""
    with psycopg.connect(county.owner_url(service), autocommit=True) as connection:
        done = connection.execute(query, values)
        return done.fetchall() if done.description else []
