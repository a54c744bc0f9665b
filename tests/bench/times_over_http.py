"""Finding a time over HTTP: the world of DESIGN §9 in the real meetings service, asked one search after the other.

15 people, 60 days, pools of 60 facilitators and 12 rooms, everybody with usual hours and stretches taken on each working day. The
yardstick is the search alone, in process, on a world of the same size. It stands between the two what a service does for each
search: it reads everybody's hours and stretches, makes their cells, and writes the audit. What the service and PostgreSQL work for
a search is told too: it depends less than the clock on what else the machine does.
"""

import asyncio
import json
import statistics
from datetime import date, datetime, time, timedelta
from random import Random
from time import perf_counter
from typing import Any
from uuid import uuid4

import psycopg

from services.meetings.domain.meetings import TeamRole
from services.meetings.domain.slots import find_times
from shared.kernel.wall import resolve
from tests.bench.find_times import County as InProcess
from tests.bench.find_times import milliseconds
from tests.bench.parts.crowd import a_few_at_a_time, free_day, journey_of, uuid_of
from tests.bench.parts.figures import figure, quantile
from tests.bench.parts.load import exchange, request, seconds_worked_by_all
from tests.support.journey import Journey
from tests.support.stack import Stack
from tests.support.tokens import bearer

ZONE = "America/Los_Angeles"
DAYS, PEOPLE, FACILITATORS, ROOMS = 60, 15, 60, 12
SEARCHES, WARM = 200, 10
GOAL_MS = 25.0
OFFICE = json.dumps([[day, "08:00", "18:00"] for day in range(5)])


async def world(journey: Journey) -> tuple[str, dict[str, Any], date]:
    """Make everybody, and return the path and body of the search."""
    first = (await free_day(journey, days=3)).date()
    family = await journey.family()
    people = await a_few_at_a_time(family.member("Kim", "friend") for _ in range(PEOPLE))
    await family.everybody_is_known()

    async def pooled(kind: str, **facts: Any) -> str:
        body = {"kind": kind, "name": f"{kind} {uuid4().hex[:6]}", **facts}
        return uuid_of((await journey.alder.post("meetings", "/v1/resources", body)).ok())

    facilitators = await a_few_at_a_time(pooled("facilitator") for _ in range(FACILITATORS))
    rooms = await a_few_at_a_time(pooled("room", site="bench", capacity=30) for _ in range(ROOMS))
    take(journey.stack, journey.alder.facts["id"], first, [uuid_of(one.id) for one in people], [*facilitators, *rooms])
    roles = list(TeamRole)
    body = {
        "case_id": family.case_id,
        "participants": [
            {"person_id": one.id, "role": roles[n].value, "required": n < 10, "mode": "in_person"} for n, one in enumerate(people)
        ],
        "minutes": 90,
        "earliest_on": first.isoformat(),
        "latest_on": (first + timedelta(days=DAYS - 1)).isoformat(),
        "time_zone": ZONE,
        "facilitator": {},
        "room": {"site": "bench"},
    }
    return "/v1/times:search", body, first


def take(county: Stack, county_id: str, first: date, people: list[str], pool: list[str]) -> None:
    """Give everybody office hours, and stretches taken on each working day: written at once, since there are ten thousand."""
    chance = Random(7)
    hours, taken = [], []
    for n, subject in enumerate([*people, *pool]):
        hours.append((subject, county_id, ZONE, OFFICE))
        for day in (first + timedelta(days=d) for d in range(DAYS)):
            for _ in range((4 if n < 6 else 2 if n < PEOPLE else 3) if day.weekday() < 5 else 0):
                minute = chance.randrange(8 * 60, 17 * 60, 5)
                starts = datetime.combine(day, time(minute // 60, minute % 60))
                ends = starts + timedelta(minutes=chance.randrange(15, 45, 5))
                instants = (resolve(starts, ZONE).instant, resolve(ends, ZONE).instant)
                taken.append((uuid4(), county_id, subject, starts, ends, ZONE, "other", True, *instants))
    with psycopg.connect(county.owner_url("meetings")) as connection, connection.cursor() as cursor:
        cursor.executemany("INSERT INTO usual_hours VALUES (%s, %s, %s, %s, now())", hours)
        cursor.executemany(
            "INSERT INTO unavailabilities (id, county_id, subject_id, starts_local, ends_local, time_zone, cause, hard,"
            " starts_at, ends_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            taken,
        )
        cursor.execute("ANALYZE unavailabilities")  # as autovacuum does within a minute of so many rows


async def _measure(county: Stack) -> tuple[list[float], float, list[float]]:
    async with journey_of(county) as journey:
        path, body, _ = await world(journey)
        port = int(county.url("meetings").rpartition(":")[2])
        headers = bearer(await journey.alder.token(), **{"Content-Type": "application/json"})
        sent = request("POST", path, headers, json.dumps(body).encode())
        pair = await asyncio.open_connection("127.0.0.1", port)
        alone = InProcess(7).question()
        waits, beside = [], []
        processes = [county.pid("meetings"), county.pid("postgres")]
        for n in range(WARM + SEARCHES):
            if n == WARM:
                before = [seconds_worked_by_all(pid) for pid in processes]
            begun = perf_counter()
            await exchange(*pair, sent, 200)
            if n >= WARM:
                waits.append((perf_counter() - begun) * 1000)
                beside.append(milliseconds(lambda: find_times(alone), 1))
        pair[1].close()
        worked = [(seconds_worked_by_all(pid) - was) * 1000 / SEARCHES for pid, was in zip(processes, before, strict=True)]
    return waits, statistics.median(beside), worked


def measure(county: Stack) -> list[dict[str, Any]]:
    """Measure both, turn by turn."""
    waits, alone, (service, database) = asyncio.run(_measure(county))
    name = "find a time over HTTP: 15 people, 60 days, 60 facilitators, 12 rooms"
    p99 = quantile(waits, 99)
    return [
        figure(f"{name}, p50", statistics.median(waits), "ms", beside=alone),
        figure(f"{name}, p99", p99, "ms", beside=alone, goal=f"p99 <= {GOAL_MS:g} ms", met=p99 <= GOAL_MS),
        figure("find a time over HTTP: processor time of the service", service, "ms a search", beside=alone),
        figure("find a time over HTTP: processor time of PostgreSQL", database, "ms a search"),
    ]
