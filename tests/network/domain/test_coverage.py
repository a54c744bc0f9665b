"""The coverage engine beside a plain reference, in thousands of worlds that chance makes up, nights of clock changes among them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.network.domain.commitments import HOLDS, Commitment, CommitmentState
from services.network.domain.cover import Seats, covers_of, lost_in, may_be_asked, open_time
from services.network.domain.coverage import Cover, Needed, Shortfall, shortfalls, within
from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.domain.plans import Plan
from services.network.domain.qualities import CannotProtect
from services.network.domain.recurrence import Frequency, Pattern, Rule
from shared.kernel.spans import Span
from tests.network.domain import reference_coverage as reference
from tests.network.domain.planned import a_commitment, a_plan, a_seat, a_window, an_ask
from tests.network.use_cases.promised import at, times

T0 = datetime(2027, 9, 4, 18, tzinfo=UTC)
CHANGES = [
    ("America/Los_Angeles", date(2027, 3, 14)),
    ("America/Los_Angeles", date(2027, 11, 7)),
    ("America/Santiago", date(2027, 4, 4)),
    ("America/Santiago", date(2027, 9, 5)),
    ("America/Phoenix", date(2027, 3, 14)),
]
"""Places, and Sundays around which their clocks change; Santiago's do at midnight, and Phoenix's never."""


def hours(start: float, end: float) -> Span:
    return Span(T0 + timedelta(hours=start), T0 + timedelta(hours=end))


def as_short(found: Sequence[Shortfall]) -> list[reference.Short]:
    return [(each.span.start, each.span.end, each.adults) for each in found]


def a_span(chance: random.Random) -> Span:
    """A stretch on a coarse grid, so that ends often meet."""
    start = chance.randint(0, 40)
    return hours(start, start + chance.randint(1, 20))


def test_six_thousand_worlds_of_spans_are_as_the_reference_has_them() -> None:
    chance = random.Random(4)
    people = [UUID(int=n) for n in range(5)]
    open_worlds = 0
    for _ in range(6000):
        needed = [Needed(a_span(chance), chance.choice([1, 1, 2, 3])) for _ in range(chance.randint(0, 4))]
        covers = [Cover(a_span(chance), chance.choice(people)) for _ in range(chance.randint(0, 7))]
        found = as_short(shortfalls(needed, covers))
        expected = reference.shortfalls(
            [((each.span.start, each.span.end), each.adults) for each in needed],
            [((each.span.start, each.span.end), each.person_id) for each in covers],
        )
        assert found == expected, (needed, covers)
        open_worlds += bool(found)
    assert 2000 < open_worlds < 6000


@dataclass
class World:
    """A plan, its promises and its people, twice: as the engine takes them and as the reference does."""

    plan: Plan
    promised: list[Commitment]
    seats: Seats
    needed: list[tuple[reference.Stretch, int]]
    covers: Sequence[tuple[reference.Stretch, object]]


def a_weekly(chance: random.Random, zone: str, first: date, last: date) -> reference.Weekly:
    return reference.Weekly(
        zone=zone,
        weekdays=frozenset(chance.sample(range(7), chance.choice([1, 2, 3, 7]))),
        hour=chance.randint(0, 23),
        hours=chance.choice([2, 3, 8, 10, 12, 24]),
        first=first,
        last=last,
    )


def as_pattern(weekly: reference.Weekly) -> Pattern:
    """The same time as a recurrence that begins on its first day."""
    first = next(day for n in range(7) if (day := weekly.first + timedelta(days=n)).weekday() in weekly.weekdays)
    starts = datetime(first.year, first.month, first.day, weekly.hour)  # noqa: DTZ001  a wall time
    rule = Rule(frequency=Frequency.WEEKLY, weekdays=weekly.weekdays)
    return Pattern(time_zone=weekly.zone, starts_local=starts, ends_local=starts + timedelta(hours=weekly.hours), rule=rule)


def a_world(chance: random.Random) -> World:
    """Eight days to three weeks around a night in which clocks change (or, next door, do not)."""
    zone, change = chance.choice(CHANGES)
    first = change - timedelta(days=chance.randint(2, 9))
    last = change + timedelta(days=chance.randint(5, 12))
    windows = [(a_weekly(chance, zone, first, last), chance.choice([1, 1, 2])) for _ in range(chance.randint(1, 2))]
    plan = a_plan(
        *(a_window(as_pattern(weekly), adults) for weekly, adults in windows), time_zone=zone, starts_on=first, ends_on=last
    )
    over = reference.instant(datetime(last.year, last.month, last.day) + timedelta(days=1), zone)  # noqa: DTZ001  a wall time
    needed = [
        ((start, min(end, over)), adults) for weekly, adults in windows for start, end in reference.laid_out(weekly) if start < over
    ]
    people = [(MemberId(UUID(int=n)), PersonId(UUID(int=100 + n))) for n in range(4)]
    barred = chance.sample(people, chance.choice([0, 0, 1]))
    away = chance.sample(people, chance.choice([0, 0, 1]))
    promised, covers, seats = [], [], {}
    for _ in range(chance.randint(0, 6)):
        member_id, person_id = who = chance.choice(people)
        weekly = a_weekly(chance, chance.choice([zone, zone, "America/Phoenix"]), first, last)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        weekly = replace(weekly, without=frozenset(chance.sample(days, chance.choice([0, 0, 3]))))
        commitment = a_commitment(
            as_pattern(weekly),
            member_id=member_id,
            person_id=person_id,
            supportive=chance.random() < 0.1,
            state=chance.choice([CommitmentState.ACTIVE] * 8 + [CommitmentState.WITHDRAWN, CommitmentState.OFFERED]),
            excluded=frozenset(datetime(day.year, day.month, day.day, weekly.hour) for day in weekly.without),  # noqa: DTZ001
        )
        promised.append(commitment)
        counts = commitment.state in HOLDS and commitment.promise.is_protective and who not in barred and who not in away
        covers += [(turn, person_id) for turn in reference.laid_out(weekly) * counts]
        seats[member_id] = a_seat(commitment, barred=CannotProtect.MINOR if who in barred else None)
    for member_id, _ in away:
        seats.pop(member_id, None)
    return World(plan, promised, seats, needed, covers)


def test_a_thousand_plans_are_open_where_the_reference_has_them_open() -> None:
    chance = random.Random(5)
    fully_covered = 0
    for _ in range(1000):
        world = a_world(chance)
        begin, end = world.plan.starts_on, world.plan.ends_on or world.plan.starts_on
        beginning = reference.instant(datetime(begin.year, begin.month, begin.day), world.plan.time_zone)  # noqa: DTZ001
        now = beginning + timedelta(hours=chance.randint(-24, 300))
        found = as_short(open_time(world.plan, world.promised, world.seats, begin=begin, end=end, now=now))
        expected = [
            (max(start, now), stop, adults)
            for start, stop, adults in reference.shortfalls(world.needed, world.covers)
            if stop > now
        ]
        assert found == expected, world
        fully_covered += not found
    assert 10 < fully_covered < 900


def test_cover_of_the_days_before_still_counts_in_a_look_at_a_few_days() -> None:
    weekend = a_plan(a_window(times("2027-09-03 18:00", "2027-09-05 18:00", "FREQ=WEEKLY")))
    luis = a_commitment(times("2027-09-03 18:00", "2027-09-05 18:00", "FREQ=WEEKLY"))
    seats = {luis.member_id: a_seat(luis)}
    sunday = date(2027, 9, 12)
    assert open_time(weekend, [luis], seats, begin=sunday - timedelta(days=8), end=sunday, now=at("2027-09-12 09:00")) == []


def test_the_same_person_twice_is_one_adult() -> None:
    span = hours(0, 8)
    [short] = shortfalls([Needed(span, 2)], [Cover(span, UUID(int=1)), Cover(span, UUID(int=1))])
    assert short == Shortfall(span, 1)


def test_touching_cover_leaves_no_gap_and_an_hour_too_little_is_one() -> None:
    night = [Needed(hours(0, 10))]
    assert shortfalls(night, [Cover(hours(0, 4), UUID(int=1)), Cover(hours(4, 10), UUID(int=2))]) == []
    assert shortfalls(night, [Cover(hours(0, 4), UUID(int=1)), Cover(hours(5, 10), UUID(int=2))]) == [Shortfall(hours(4, 5), 1)]


def test_where_windows_overlap_the_greater_number_holds_and_not_their_sum() -> None:
    assert shortfalls([Needed(hours(0, 6), 1), Needed(hours(4, 10), 2)], [Cover(hours(0, 10), UUID(int=1))]) == [
        Shortfall(hours(4, 10), 1)
    ]


def test_no_window_needs_nobody_and_nobody_covers_nothing() -> None:
    assert shortfalls([], [Cover(hours(0, 1), UUID(int=1))]) == []
    assert shortfalls([Needed(hours(0, 1), 3)], []) == [Shortfall(hours(0, 1), 3)]


@pytest.mark.parametrize(
    ("span", "part"), [(hours(2, 4), hours(2, 4)), (hours(6, 20), hours(6, 10)), (hours(10, 12), None), (hours(-5, 0), None)]
)
def test_the_part_of_a_shortfall_in_a_span(span: Span, part: Span | None) -> None:
    expected = None if part is None else Shortfall(part, 2)
    assert within(Shortfall(hours(0, 10), 2), span) == expected


def test_a_plans_last_day_ends_its_cover_at_midnight_there() -> None:
    night = a_plan(a_window(times("2027-09-30 20:00", "2027-10-01 08:00")))
    [short] = open_time(night, [], {}, begin=date(2027, 9, 30), end=date(2027, 9, 30), now=at("2027-09-30 09:00"))
    assert short.span == Span(at("2027-09-30 20:00"), at("2027-10-01 00:00"))


def test_open_time_was_lost_by_whoever_had_the_turn_and_never_by_a_backup() -> None:
    plan = a_plan(a_window(times("2027-09-04 20:00", "2027-09-05 08:00", "FREQ=WEEKLY")))
    out = datetime(2027, 9, 11, 20)  # noqa: DTZ001  a wall time
    kim = a_commitment(excluded=frozenset({out}))
    backup = a_commitment(times("2027-09-11 20:00", "2027-09-11 23:00"), ask=an_ask())
    helper = a_commitment(supportive=True)
    night = Span(at("2027-09-11 23:00"), at("2027-09-12 08:00"))
    assert lost_in(plan, night, [backup, helper, kim]) == kim
    assert lost_in(plan, Span(at("2027-09-12 09:00"), at("2027-09-12 10:00")), [backup, helper, kim]) is None


def test_who_may_be_asked_is_here_fit_free_and_far_from_whom_they_must_never_meet() -> None:
    night = Span(at("2027-09-11 20:00"), at("2027-09-12 08:00"))
    abara, kim = a_commitment(), a_commitment()
    seat = a_seat(abara)
    before = Cover(Span(at("2027-09-11 12:00"), at("2027-09-11 19:00")), kim.person_id)
    long_before = Cover(Span(at("2027-09-11 12:00"), at("2027-09-11 18:00")), kim.person_id)
    part = Cover(Span(at("2027-09-12 06:00"), at("2027-09-12 10:00")), abara.person_id)

    def may(seats: Seats, *covers: Cover) -> bool:
        return may_be_asked(abara.member_id, night, seats, covers)

    apart = {abara.member_id: replace(seat, apart=frozenset({kim.person_id}))}
    assert may({abara.member_id: seat}, before, part)
    assert not may({})
    assert not may({abara.member_id: replace(seat, barred=CannotProtect.CAREGIVER_OF_CONCERN)})
    assert not may({abara.member_id: seat}, Cover(night, abara.person_id))
    assert not may(apart, before), "an hour is not two"
    assert may(apart, long_before)


def test_the_reckoning_of_one_day_is_that_of_the_whole_plan_there() -> None:
    chance = random.Random(6)
    for _ in range(150):
        world = a_world(chance)
        begin, end = world.plan.starts_on, world.plan.ends_on or world.plan.starts_on
        whole = covers_of(world.plan, world.promised, world.seats, begin=begin, end=end)
        day = begin + timedelta(days=chance.randint(0, (end - begin).days))
        of_day = covers_of(world.plan, world.promised, world.seats, begin=day, end=day)
        noon = reference.instant(datetime(day.year, day.month, day.day, 12), world.plan.time_zone)  # noqa: DTZ001
        there = {cover.person_id for cover in of_day if cover.span.start <= noon < cover.span.end}
        assert there == {cover.person_id for cover in whole if cover.span.start <= noon < cover.span.end}
