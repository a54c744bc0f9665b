"""The cover of one plan: 30 days, 30 promises, two windows, across a night in which clocks change; beside a loop over minutes.

The loop does what a person with a calendar would: for each minute of each window it asks who is there. The answers must be equal.
"""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.network.domain.commitments import Commitment
from services.network.domain.cover import Seats, covers_of, open_time
from services.network.domain.coverage import Cover, Needed, Shortfall
from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.domain.plans import Plan, needed
from services.network.domain.recurrence import Pattern, read_rule
from shared.kernel.spans import Span
from tests.bench.find_times import milliseconds
from tests.bench.parts.figures import figure
from tests.network.domain.planned import a_commitment, a_plan, a_seat, a_window

ZONE = "America/Los_Angeles"
BEGIN, END = date(2027, 2, 20), date(2027, 3, 21)
NOW = datetime(2027, 2, 20, 9, tzinfo=UTC)
PROMISES, PEOPLE, GOAL_MS, GOAL_TIMES = 30, 10, 5.0, 100.0
MINUTE = timedelta(minutes=1)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _pattern(day: date, hour: int, hours: int, rule: str) -> Pattern:
    starts = datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001  a wall time
    return Pattern(time_zone=ZONE, starts_local=starts, ends_local=starts + timedelta(hours=hours), rule=read_rule(rule))


def a_full_plan(chance: random.Random) -> tuple[Plan, list[Commitment], Seats]:
    """Every night and every weekend must be covered; ten people promise three times each, each on some days of the week."""
    plan = a_plan(
        a_window(_pattern(BEGIN, 18, 14, "FREQ=DAILY")),
        a_window(_pattern(BEGIN, 8, 36, "FREQ=WEEKLY"), adults=2),
        starts_on=BEGIN,
        ends_on=END,
    )
    promised = []
    for number in range(PROMISES):
        first = BEGIN + timedelta(days=chance.randrange(7))
        weekdays = {first.weekday(), *chance.sample(range(7), 3)}
        rule = "FREQ=WEEKLY;BYDAY=" + ",".join(DAYS[day] for day in sorted(weekdays))
        who = number % PEOPLE
        promised.append(
            a_commitment(
                _pattern(first, chance.choice([6, 12, 18, 22]), chance.choice([6, 8, 10, 12]), rule),
                member_id=MemberId(UUID(int=who)),
                person_id=PersonId(UUID(int=100 + who)),
            )
        )
    return plan, promised, {each.member_id: a_seat(each) for each in promised}


def by_minutes(required: Sequence[Needed], covers: Sequence[Cover]) -> list[Shortfall]:
    """Return the shortfalls by asking each minute who is there."""
    found: list[Shortfall] = []
    minute, end = min(need.span.start for need in required), max(need.span.end for need in required)
    while minute < end:
        wanted = max((need.adults for need in required if need.span.start <= minute < need.span.end), default=0)
        missing = wanted - len({cover.person_id for cover in covers if cover.span.start <= minute < cover.span.end})
        if missing > 0 and found and found[-1].span.end == minute and found[-1].adults == missing:
            found[-1] = Shortfall(Span(found[-1].span.start, minute + MINUTE), missing)
        elif missing > 0:
            found.append(Shortfall(Span(minute, minute + MINUTE), missing))
        minute += MINUTE
    return found


def measure(rounds: int = 100) -> list[dict[str, Any]]:
    """Measure both on one plan; the answers must be equal first."""
    plan, promised, seats = a_full_plan(random.Random(30))

    def engine() -> list[Shortfall]:
        return open_time(plan, promised, seats, begin=BEGIN, end=END, now=NOW)

    def loop() -> list[Shortfall]:
        return by_minutes(needed(plan, begin=BEGIN, end=END), covers_of(plan, promised, seats, begin=BEGIN, end=END))

    found = engine()
    if found != loop() or not found:
        raise AssertionError("the engine and the minutes disagree")
    ours, theirs = milliseconds(engine, rounds), milliseconds(loop, 1)
    return [
        figure(
            f"the cover of a plan: 30 days, {PROMISES} promises, {len(found)} times open; the yardstick asks every minute",
            ours,
            "ms",
            beside=theirs,
            ratio=theirs / ours,
            goal=f"<= {GOAL_MS:g} ms and >= {GOAL_TIMES:g}x the minutes",
            met=ours <= GOAL_MS and theirs / ours >= GOAL_TIMES,
            digits=2,
        )
    ]
