"""Times found with sets are those the plain loops find, in the same order, and the reasons are true (CALENDAR §7.2)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.meetings.domain.busy import Cause
from services.meetings.domain.cells import Tally, dilate, erode, horizon, indexes
from services.meetings.domain.resources import ResourceKind
from services.meetings.domain.slots import find_times, why_not
from services.meetings.domain.times import Blocker, Question
from shared.kernel.wall import local_date
from tests.meetings.domain.plain_loops import search
from tests.meetings.domain.worlds import FIRST_DAYS, ZONE, a_world

WORLDS, CHUNK = 3000, 250


@pytest.mark.parametrize("chunk", range(WORLDS // CHUNK))
def test_the_sets_find_what_the_plain_loops_find(chunk: int) -> None:
    with_times = 0
    for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        world, question = a_world(seed)
        expected = search(world)
        found = find_times(question)
        seen = [(int(one.starts_at.timestamp()) // 60, one.score) for one in found.times]
        assert sorted(seen) == sorted((start, score) for start, score, _, _ in expected), seed
        assert found.possible == len(expected), seed
        order = [(-one.score, one.starts_local.date(), one.travel_minutes, one.starts_at) for one in found.times]
        assert order == sorted(order), seed
        with_times += bool(expected)
        for one in found.times:
            assert len({resource.identity for resource in one.resources}) == len(question.needs), seed
    assert with_times > CHUNK // 10


def without(question: Question, blockers: tuple[Blocker, ...], site: str) -> Question:
    """The same question if everything named were out of the way."""
    people = {one.person_id for one in blockers if one.person_id}
    kept = list(question.needs)
    for one in blockers:
        if one.need is not None:
            kept.remove(one.need)
    place_is_named = any(one.person_id is None and one.need is None for one in blockers)
    return replace(
        question,
        attendees=tuple(one for one in question.attendees if one.person_id not in people),
        needs=tuple(kept),
        site=site,
        presences=() if place_is_named else question.presences,
    )


@pytest.mark.parametrize("chunk", range(4))
def test_removing_those_who_are_named_frees_the_start(chunk: int) -> None:
    explained = 0
    for seed in range(chunk * 100, (chunk + 1) * 100):
        _, question = a_world(seed)
        found = find_times(question)
        for day in found.blocked:
            assert day.blockers, seed
            if day.nearest_at is None:
                continue
            assert all(blocker.causes for blocker in day.blockers), seed
            freed = without(question, day.blockers, day.site)
            assert why_not(freed, day.nearest_at) == (), (seed, day)
            assert any(one.starts_at == day.nearest_at for one in find_times(freed).times), (seed, day)
            # One of two seats is enough, and without a room the meeting is elsewhere: only then may fewer do.
            exact = not any(
                Cause.ONE_PERSON_TWO_SEATS in one.causes or (one.need and one.need.kind is ResourceKind.ROOM)
                for one in day.blockers
            )
            for blocker in day.blockers if exact else ():
                rest = tuple(one for one in day.blockers if one is not blocker)
                assert why_not(without(question, rest, day.site), day.nearest_at), (seed, day)
            explained += 1
    assert explained > 20


def test_every_day_is_either_offered_or_explained() -> None:
    for seed in range(200):
        _, question = a_world(seed)
        found = find_times(question)
        offered = {one.starts_local.date() for one in found.times}
        explained = {day.on for day in found.blocked}
        assert offered | explained == {day.on for day in question.horizon.days}, seed
        assert not offered & explained, seed


def test_a_short_list_is_the_head_of_the_long_one() -> None:
    for seed in range(200):
        _, question = a_world(seed)
        assert find_times(replace(question, limit=4)).times == find_times(question).times[:4], seed


def test_a_time_is_possible_exactly_when_nothing_stands_in_its_way() -> None:
    for seed in range(60):
        _, question = a_world(seed)
        offered = {one.starts_at for one in find_times(question).times}
        at = question.horizon.instant(0)
        while at < question.horizon.instant(question.horizon.size):
            assert (at in offered) == (why_not(question, at) == ()), (seed, at)
            at += timedelta(minutes=15)


@pytest.mark.parametrize(("first_on", "cells"), [(FIRST_DAYS[0], [96, 92, 96]), (FIRST_DAYS[1], [96, 100, 96])])
def test_a_day_of_a_clock_change_is_shorter_or_longer(first_on: datetime, cells: list[int]) -> None:
    among = horizon(first_on, first_on + timedelta(days=2), ZONE)
    assert [day.length for day in among.days] == cells
    assert among.instant(among.size) == among.instant(0) + timedelta(hours=sum(cells) / 4)


@pytest.mark.parametrize("length", range(1, 9))
def test_erosion_and_dilation_are_what_they_say(length: int) -> None:
    bits = 0b1111_0110_1111_1111_0000_0001_0111
    held = set(indexes(bits))
    assert set(indexes(erode(bits, length))) == {n for n in range(40) if all(n + k in held for k in range(length))}
    wide = {n + k for n in held for k in range(-length, 2 * length + 1) if n + k >= 0}
    assert set(indexes(dilate(bits, before=length, after=2 * length))) == wide


def test_a_tally_counts_every_cell() -> None:
    sets = [(0b1011, 5), (0b0110, 3), (0b1111, 1), (0b1000, 2), (0b0000, 4)]
    tally = Tally()
    for bits, weight in sets:
        tally.add(bits, weight)
    counts = [sum(weight for bits, weight in sets if bits >> n & 1) for n in range(4)]
    assert [tally.of(n) for n in range(4)] == counts == [6, 9, 4, 8]
    assert (tally.highest(0b1111), tally.lowest(0b1111), tally.highest(0b0101)) == (0b0010, 0b0100, 0b0001)
    assert [tally.at_least(k, 0b1111) for k in (0, 5, 8, 9, 10, 99)] == [0b1111, 0b1011, 0b1010, 0b0010, 0, 0]


def test_a_start_outside_the_days_asked_for_is_not_possible() -> None:
    _, question = a_world(1)
    assert why_not(question, datetime(2020, 1, 1, tzinfo=UTC))


def test_what_is_offered_is_spread_over_days_and_hours_and_is_the_first_of_its_kind() -> None:
    spread = 0
    for seed in range(300):
        _, question = a_world(seed)
        everything = find_times(question).times
        offered = find_times(replace(question, limit=6, per_day=2, apart_minutes=60)).times

        expected: list[datetime] = []
        for one in everything:
            that_day = [other for other in expected if local_date(other, ZONE) == one.starts_local.date()]
            if len(expected) < 6 and len(that_day) < 2 and all(abs(one.starts_at - o) >= timedelta(hours=1) for o in that_day):
                expected.append(one.starts_at)
        assert [one.starts_at for one in offered] == expected, seed
        spread += len(everything) > len(expected) > 2
    assert spread > 30
