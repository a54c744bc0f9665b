"""Finding a time: 15 people, 60 days, 15-minute grid, pools of 60 facilitators, with reasons; beside plain loops (DESIGN §9).

The people's cells are kept ready, as a running service keeps them; making them is measured apart. The plain loops are those that
the tests hold the answer against: every start, every person, every busy stretch.
"""

import statistics
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random
from time import perf_counter
from typing import Any
from uuid import UUID

from services.meetings.domain.busy import Cause, Taken, Weekly, open_spans, usual_hours
from services.meetings.domain.cells import Horizon, horizon
from services.meetings.domain.meetings import TeamRole
from services.meetings.domain.resources import Need, Resource, ResourceKind
from services.meetings.domain.slots import find_times
from services.meetings.domain.times import Attendee, Availability, Candidate, Question, availability, weight_of
from shared.events.entries import Mode
from shared.kernel.spans import Span
from shared.kernel.wall import resolve
from tests.meetings.domain.plain_loops import Body, Stretch, World, search

ZONE = "America/Los_Angeles"
FIRST_ON = date(2027, 2, 1)
DAYS, PEOPLE, FACILITATORS, ROOMS = 60, 15, 60, 12
MINUTES, GOAL_MS, GOAL_TIMES = 90, 5.0, 100.0

Made = tuple[Body, Callable[[Horizon], Availability]]


class County:
    """The same people twice: as stretches for the loops, and as questions for the sets."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.among = horizon(FIRST_ON, FIRST_ON + timedelta(days=DAYS - 1), ZONE)
        self.office = usual_hours(ZONE, [Weekly(day, time(8), time(18)) for day in range(5)])
        self.people = [self.somebody(n, 4 if n < 6 else 2) for n in range(1, PEOPLE + 1)]
        self.facilitators = [self.somebody(100 + n, 3) for n in range(FACILITATORS)]
        self.rooms = [self.somebody(300 + n, 3) for n in range(ROOMS)]

    def somebody(self, number: int, a_day: int) -> Made:
        """Office hours and so many stretches taken on each working day."""
        spans = []
        for day in self.among.days:
            for _ in range(a_day if day.on.weekday() < 5 else 0):
                minute = self.chance.randrange(8 * 60, 17 * 60, 5)
                start = resolve(datetime.combine(day.on, time(minute // 60, minute % 60)), ZONE).instant
                spans.append(Span(start, start + timedelta(minutes=self.chance.randrange(15, 45, 5))))
        body = Body(UUID(int=number), row=UUID(int=number))
        body.hours = [minutes(span) for span in open_spans(self.office, FIRST_ON, self.among.days[-1].on)]
        body.hard = [minutes(span) for span in spans]
        taken = [Taken(span, Cause.CALENDAR) for span in spans]
        return body, lambda among: availability(among, self.office, taken)

    def question(self) -> Question:
        """Make everybody's cells, and ask."""
        roles = list(TeamRole)
        pool = [Resource(resource_id=body.id, kind=ResourceKind.FACILITATOR, person_id=body.id) for body, _ in self.facilitators]
        pool += [Resource(resource_id=body.id, kind=ResourceKind.ROOM, site="office") for body, _ in self.rooms]
        return Question(
            horizon=self.among,
            minutes=MINUTES,
            now=self.among.instant(0),
            attendees=tuple(
                Attendee(
                    person_id=body.id,
                    role=roles[n],
                    required=n < 10,
                    mode=Mode.IN_PERSON,
                    availability=make(self.among),
                )
                for n, (body, make) in enumerate(self.people)
            ),
            needs=(Need(kind=ResourceKind.FACILITATOR), Need(kind=ResourceKind.ROOM)),
            pool=tuple(
                Candidate(one, make(self.among)) for one, (_, make) in zip(pool, self.facilitators + self.rooms, strict=True)
            ),
            due_on=date(2027, 3, 28),
            due_zone=ZONE,
            last_facilitator_id=self.facilitators[7][0].id,
        )

    def world(self) -> World:
        """The same for the loops."""
        for n, (body, _) in enumerate(self.people):
            body.required, body.weight = n < 10, weight_of(list(TeamRole)[n])
        for body, _ in self.rooms:
            body.site = "office"
        return World(
            zone=ZONE,
            first_on=FIRST_ON,
            last_on=self.among.days[-1].on,
            minutes=MINUTES,
            step=15,
            now=int(self.among.instant(0).timestamp()) // 60,
            people=[body for body, _ in self.people],
            pools=[[body for body, _ in self.facilitators], [body for body, _ in self.rooms]],
            facilitator_pool=0,
            room_pool=1,
            site="",
            travel={},
            presences=[],
            closed=set(),
            due_on=date(2027, 3, 28),
            wishes=[],
            last=self.facilitators[7][0].id,
        )


def minutes(span: Span) -> Stretch:
    """A span in minutes since the epoch."""
    return int(span.start.timestamp()) // 60, int(span.end.timestamp()) // 60


def milliseconds(work: Callable[[], object], rounds: int) -> float:
    """The median of some rounds."""
    taken = []
    for _ in range(rounds):
        begun = perf_counter()
        work()
        taken.append((perf_counter() - begun) * 1000)
    return statistics.median(taken)


def measure(rounds: int = 50) -> list[dict[str, Any]]:
    """Measure both on one county; the answers must be equal first."""
    county = County(7)
    question, world = county.question(), county.world()
    found = find_times(question)
    expected = search(world)
    if found.possible != len(expected):
        raise AssertionError("the sets and the loops disagree")
    sets = milliseconds(lambda: find_times(question), rounds)
    loops = milliseconds(lambda: search(world), 1)
    cold = milliseconds(lambda: find_times(county.question()), 5)
    return [
        {
            "name": "find a time: 15 people, 60 days, 60 facilitators, with reasons",
            "value": round(sets, 2),
            "unit": "ms",
            "yardstick": round(loops, 1),
            "ratio": round(loops / sets, 1),
            "goal": f"<= {GOAL_MS:g} ms and >= {GOAL_TIMES:g}x the plain loops",
            "met": sets <= GOAL_MS and loops / sets >= GOAL_TIMES,
        },
        {
            "name": "the same, everybody's cells made anew",
            "value": round(cold, 1),
            "unit": "ms",
            "yardstick": round(loops, 1),
            "ratio": round(loops / cold, 1),
            "goal": "<= 1000 ms",
            "met": cold <= 1000,
        },
    ]
