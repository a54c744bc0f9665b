"""Turns on the wall of a place: V7 row by row, the rules that are refused, and many rules beside dateutil's reading of RFC 5545."""

import contextlib
import random
import zoneinfo
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule  # type: ignore[import-untyped]  # it has no stubs

from services.network.domain.recurrence import (
    LAST_DAY,
    Frequency,
    Pattern,
    Rule,
    check_pattern,
    read_rule,
    spans,
    spell_rule,
    turn_at,
    turns,
)
from shared.kernel import wall
from shared.kernel.errors import Invalid
from shared.kernel.spans import Span
from shared.kernel.wall import Clock
from tests.network.use_cases.promised import ZONE, times

OTIS = times("2027-02-20 22:00", "2027-02-21 06:00", "FREQ=WEEKLY;UNTIL=20271231")
GWEN = times("2027-02-21 06:00", "2027-02-21 10:00", "FREQ=WEEKLY;UNTIL=20271231")
AT_HALF_PAST_TWO = times("2027-02-15 02:30", "2027-02-15 02:45", "FREQ=DAILY;UNTIL=20271231")
AT_HALF_PAST_ONE = times("2027-02-15 01:30", "2027-02-15 01:45", "FREQ=DAILY;UNTIL=20271231")
SPRING, AUTUMN = date(2027, 3, 13), date(2027, 11, 6)
FREQUENCIES = {Frequency.DAILY: rrule.DAILY, Frequency.WEEKLY: rrule.WEEKLY, Frequency.MONTHLY: rrule.MONTHLY}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def on(pattern: Pattern, day: date) -> list[Span]:
    return spans(pattern, Clock(pattern.time_zone), begin=day, end=day)


def refused(pattern: Pattern) -> list[tuple[str, str | None]]:
    with pytest.raises(Invalid) as refusal:
        check_pattern(pattern)
    return [(fault.code, fault.pointer) for fault in refusal.value.faults]


def test_a_night_in_spring_is_an_hour_short_and_one_in_autumn_an_hour_long() -> None:
    assert on(OTIS, SPRING) == [Span(utc("2027-03-14 06:00"), utc("2027-03-14 13:00"))]
    assert on(OTIS, AUTUMN) == [Span(utc("2027-11-07 05:00"), utc("2027-11-07 14:00"))]
    assert sum((span.length for day in (SPRING, AUTUMN) for span in on(OTIS, day)), timedelta()) == timedelta(hours=16)


@pytest.mark.parametrize("night", [SPRING, AUTUMN])
def test_breakfast_follows_directly_on_the_night(night: date) -> None:
    [before], [after] = on(OTIS, night), on(GWEN, night + timedelta(days=1))
    assert before.end == after.start
    assert after.length == timedelta(hours=4)


def test_a_time_that_does_not_exist_shifts_forward_and_is_shown_as_it_then_is() -> None:
    [span] = on(AT_HALF_PAST_TWO, date(2027, 3, 14))
    assert span == Span(utc("2027-03-14 10:30"), utc("2027-03-14 10:45"))
    assert wall.at_wall(span.start, ZONE) == datetime(2027, 3, 14, 3, 30)  # noqa: DTZ001  a wall time
    [turn] = turns(AT_HALF_PAST_TWO, Clock(ZONE), begin=date(2027, 3, 14), end=date(2027, 3, 14))
    assert (turn.starts_local.hour, turn.starts_at) == (2, span.start)


def test_a_time_that_comes_twice_is_meant_once_the_first_time() -> None:
    assert on(AT_HALF_PAST_ONE, date(2027, 11, 7)) == [Span(utc("2027-11-07 08:30"), utc("2027-11-07 08:45"))]


def test_a_meeting_after_the_change_is_an_hour_earlier_on_the_clock_of_the_world() -> None:
    monday = times("2027-03-08 10:00", "2027-03-08 11:00", "FREQ=WEEKLY")
    assert on(monday, date(2027, 3, 8))[0].start == utc("2027-03-08 18:00")
    assert on(monday, date(2027, 3, 15))[0].start == utc("2027-03-15 17:00")


@pytest.mark.parametrize(
    ("starts", "ends", "hours"),
    [
        ("2027-03-14 01:30", "2027-03-14 03:30", 1),  # two hours on the wall, one of which was not
        ("2027-03-14 02:30", "2027-03-14 03:00", 0.5),  # shifted to 3:30 it would end before it began: it keeps its length
        ("2027-11-07 00:30", "2027-11-07 02:00", 2.5),
        ("2027-11-07 01:30", "2027-11-07 01:45", 0.25),
    ],
)
def test_a_turn_across_a_change_is_never_empty(starts: str, ends: str, hours: float) -> None:
    [span] = on(times(starts, ends), datetime.fromisoformat(starts).date())
    assert span.length == timedelta(hours=hours)


def test_where_no_clock_changes_every_night_is_as_long_as_the_other() -> None:
    phoenix = replace(OTIS, time_zone="America/Phoenix")
    nights = spans(phoenix, Clock("America/Phoenix"), begin=date(2027, 2, 15), end=date(2027, 12, 31))
    assert {night.length for night in nights} == {timedelta(hours=8)}
    assert len(nights) == 45


@pytest.fixture
def california_without_summer_time(tmp_path: Path) -> Iterator[None]:
    """A zone file as after a law that ends the changing of clocks: California keeps Phoenix's time."""
    found = next(path for folder in zoneinfo.TZPATH if (path := Path(folder) / "America/Phoenix").exists())
    (tmp_path / "America").mkdir()
    (tmp_path / ZONE).write_bytes(found.read_bytes())
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(tmp_path), *before])
    read_anew()
    yield
    zoneinfo.reset_tzpath(before)
    read_anew()


def read_anew() -> None:
    """Forget the zone files that were read."""
    ZoneInfo.clear_cache()
    wall.zone.cache_clear()


@pytest.mark.usefixtures("california_without_summer_time")
def test_when_the_rules_of_a_zone_change_wall_times_stay_and_instants_follow() -> None:
    [turn] = turns(OTIS, Clock(ZONE), begin=SPRING, end=SPRING)
    assert (turn.starts_local, turn.ends_local) == (datetime(2027, 3, 13, 22), datetime(2027, 3, 14, 6))  # noqa: DTZ001
    assert (turn.starts_at, turn.ends_at) == (utc("2027-03-14 05:00"), utc("2027-03-14 13:00"))


def test_a_turn_that_was_taken_out_does_not_take_place_and_can_still_be_named() -> None:
    out = datetime(2027, 2, 27, 22)  # noqa: DTZ001  a wall time
    found = turns(OTIS, Clock(ZONE), begin=date(2027, 2, 15), end=date(2027, 3, 12), excluded=[out])
    assert [turn.starts_local.day for turn in found] == [20, 6]
    assert turn_at(OTIS, Clock(ZONE), out).starts_at == utc("2027-02-28 06:00")


def test_a_number_of_turns_counts_from_the_first_whichever_day_is_asked_about() -> None:
    thrice = times("2027-02-20 22:00", "2027-02-21 06:00", "FREQ=WEEKLY;COUNT=3")
    found = turns(thrice, Clock(ZONE), begin=date(2027, 2, 27), end=None)
    assert [turn.starts_local.day for turn in found] == [27, 6]


def test_no_more_turns_are_reckoned_than_were_asked_for() -> None:
    assert len(turns(times("2027-02-20 22:00", "2027-02-21 06:00", "FREQ=DAILY"), Clock(ZONE), begin=SPRING, end=None, most=7)) == 7


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FREQ=HOURLY", "recurrence_not_allowed"),
        ("FREQ=SECONDLY", "recurrence_not_allowed"),
        ("FREQ=YEARLY", "recurrence_not_allowed"),
        ("FREQ=DAILY;BYHOUR=1,2", "recurrence_not_allowed"),
        ("FREQ=WEEKLY;BYSETPOS=1;BYDAY=MO", "recurrence_not_allowed"),
        ("FREQ=WEEKLY;WKST=SU", "recurrence_not_allowed"),
        ("FREQ=MONTHLY", "recurrence_not_allowed"),
        ("FREQ=MONTHLY;BYDAY=MO", "recurrence_not_allowed"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "recurrence_not_allowed"),
        ("every Saturday", "recurrence_invalid"),
        ("INTERVAL=2", "recurrence_invalid"),
        ("FREQ=WEEKLY;FREQ=DAILY", "recurrence_invalid"),
        ("FREQ=WEEKLY;", "recurrence_invalid"),
        ("FREQ=WEEKLY;BYDAY=", "recurrence_invalid"),
        ("FREQ=WEEKLY;BYDAY=1MO", "recurrence_invalid"),
        ("FREQ=WEEKLY;BYDAY=XX", "recurrence_invalid"),
        ("FREQ=WEEKLY;INTERVAL=0", "recurrence_not_allowed"),
        ("FREQ=WEEKLY;INTERVAL=-1", "recurrence_invalid"),
        ("FREQ=WEEKLY;INTERVAL=367", "recurrence_not_allowed"),
        ("FREQ=WEEKLY;INTERVAL=٣", "recurrence_invalid"),
        ("FREQ=WEEKLY;COUNT=0", "recurrence_too_long"),
        ("FREQ=WEEKLY;COUNT=1001", "recurrence_too_long"),
        ("FREQ=WEEKLY;COUNT=99999999999999999999", "recurrence_too_long"),
        ("FREQ=WEEKLY;COUNT=2;UNTIL=20271001", "recurrence_invalid"),
        ("FREQ=WEEKLY;UNTIL=20270230", "recurrence_invalid"),
        ("FREQ=WEEKLY;UNTIL=tomorrow", "recurrence_invalid"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "recurrence_invalid"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "recurrence_invalid"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "recurrence_invalid"),
    ],
)
def test_a_rule_that_is_none_of_ours_is_refused(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_rule(text)
    assert [(fault.code, fault.pointer) for fault in refusal.value.faults] == [(code, "#/repeats")]


@pytest.mark.parametrize(
    "text", ["", "FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;UNTIL=20271001", "FREQ=MONTHLY;BYMONTHDAY=1,31"]
)
def test_a_rule_is_spelled_as_it_was_read(text: str) -> None:
    assert spell_rule(read_rule(text)) == text


def test_a_rule_may_be_written_in_small_letters_and_with_an_instant_as_its_end() -> None:
    assert spell_rule(read_rule("rrule:freq=weekly;until=20271001T065959Z")) == "FREQ=WEEKLY;UNTIL=20271001"


@pytest.mark.parametrize(
    ("starts", "ends", "rule"),
    [
        ("2027-02-19 22:00", "2027-02-20 06:00", "FREQ=WEEKLY;BYDAY=SA"),  # the first is a Friday
        ("2027-01-30 22:00", "2027-01-31 06:00", "FREQ=MONTHLY;BYMONTHDAY=31"),
        ("2027-02-20 22:00", "2027-02-21 06:00", "FREQ=WEEKLY;UNTIL=20270219"),
    ],
)
def test_a_rule_whose_first_turn_is_not_among_its_days_is_refused(starts: str, ends: str, rule: str) -> None:
    assert refused(times(starts, ends, rule)) == [("recurrence_never", "#/repeats")]


@pytest.mark.parametrize(
    ("starts", "ends", "rule"),
    [
        ("2027-02-20 22:00", "2027-02-21 22:01", "FREQ=DAILY"),
        ("2027-02-22 08:00", "2027-02-24 08:01", "FREQ=WEEKLY;BYDAY=MO,WE"),
        ("2027-02-22 08:00", "2027-02-24 08:00", "FREQ=WEEKLY;BYDAY=MO,FR,SA"),  # the first two have room, the next two not
        ("2027-02-22 08:00", "2027-02-24 08:00", "FREQ=WEEKLY;BYDAY=MO,SU"),
        ("2027-01-01 08:00", "2027-01-03 08:00", "FREQ=MONTHLY;BYMONTHDAY=1,31"),
        ("2027-03-01 08:00", "2027-03-03 08:00", "FREQ=MONTHLY;BYMONTHDAY=1,28"),  # only where February has 28 days
    ],
)
def test_a_turn_that_runs_into_the_next_one_is_refused(starts: str, ends: str, rule: str) -> None:
    assert refused(times(starts, ends, rule)) == [("recurrence_too_dense", "#/repeats")]


@pytest.mark.parametrize(
    ("starts", "ends", "rule"),
    [
        ("2027-02-20 22:00", "2027-02-21 22:00", "FREQ=DAILY"),
        ("2027-02-20 22:00", "2027-02-27 22:00", "FREQ=WEEKLY"),
        ("2027-02-20 22:00", "2027-02-27 22:00", "FREQ=DAILY;COUNT=1"),
        ("2028-02-29 08:00", "2028-02-29 09:00", "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=29"),
    ],
)
def test_a_turn_that_ends_as_the_next_one_begins_is_not(starts: str, ends: str, rule: str) -> None:
    check_pattern(times(starts, ends, rule))


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        (times("2027-02-20 22:00", "2027-02-20 06:00"), ("end_before_start", "#/ends_local")),
        (times("2027-02-20 22:00", "2027-02-20 22:00"), ("end_before_start", "#/ends_local")),
        (times("2027-02-20 22:00", "2027-02-27 22:01"), ("duration_out_of_range", "#/ends_local")),
        (times("2027-02-20 22:00", "2027-02-21 06:00", zone="PST"), ("timezone_unknown", "#/time_zone")),
        (times("2027-02-20 22:00", "2027-02-21 06:00", zone="America/Los Angeles"), ("timezone_unknown", "#/time_zone")),
        (times("2027-02-20 22:00", "2027-02-21 06:00", zone="../etc/localtime"), ("timezone_unknown", "#/time_zone")),
    ],
)
def test_a_time_that_cannot_be_is_refused_where_it_stands(pattern: Pattern, fault: tuple[str, str]) -> None:
    assert refused(pattern) == [fault]


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert refused(times("2027-02-20 22:00", "2027-02-20 06:00", zone="PST")) == [
        ("timezone_unknown", "#/time_zone"),
        ("end_before_start", "#/ends_local"),
    ]


def a_rule(chance: random.Random, first: date) -> Rule:
    """Some rule of ours; whether `first` is one of its days is left to chance."""
    frequency = chance.choice(list(Frequency))
    weekdays = frozenset(chance.sample(range(7), chance.randint(1, 4)))
    days = {
        Frequency.DAILY: chance.choice([frozenset(), weekdays]),
        Frequency.WEEKLY: chance.choice([frozenset(), weekdays]),
        Frequency.MONTHLY: frozenset[int](),
    }
    month_days = frozenset(chance.sample([first.day, 1, 15, 28, 29, 30, 31], chance.randint(1, 3)))
    count = chance.choice([None, None, chance.randint(1, 40)])
    until = first + timedelta(days=chance.randint(0, 500)) if count is None and chance.random() < 0.5 else None
    return Rule(
        frequency=frequency,
        interval=chance.choice([1, 1, 1, 2, 3, 5]),
        weekdays=days[frequency],
        month_days=month_days if frequency is Frequency.MONTHLY else frozenset(),
        count=count,
        until=until,
    )


def as_dateutil(rule: Rule, first: datetime) -> rrule.rrule:
    return rrule.rrule(
        FREQUENCIES[rule.frequency],
        dtstart=first,
        interval=rule.interval,
        byweekday=sorted(rule.weekdays) or None,
        bymonthday=sorted(rule.month_days) or None,
        count=rule.count,
        until=datetime.combine(rule.until, first.time()) if rule.until else None,
    )


def test_two_thousand_rules_mean_what_dateutil_reads_in_them() -> None:
    chance, clock = random.Random(2027), Clock(ZONE)
    for _ in range(2000):
        first = datetime(2027, 1, 1, chance.randint(0, 23), chance.choice([0, 30])) + timedelta(days=chance.randint(0, 800))  # noqa: DTZ001
        rule = a_rule(chance, first.date())
        pattern = Pattern(
            time_zone=ZONE, starts_local=first, ends_local=first + timedelta(hours=8), rule=read_rule(spell_rule(rule))
        )
        end = first.date() + timedelta(days=300)
        found = [turn.starts_local for turn in turns(pattern, clock, begin=first.date(), end=end)]
        expected = as_dateutil(rule, first).between(first, datetime.combine(end, first.time()), inc=True)
        assert found == expected, spell_rule(rule)


def test_turns_that_are_accepted_never_overlap_whatever_their_rule() -> None:
    chance, clock = random.Random(14), Clock(ZONE)
    accepted = 0
    for _ in range(600):
        first = datetime(2027, 1, 1, chance.randint(0, 23)) + timedelta(days=chance.randint(0, 60))  # noqa: DTZ001
        rule = a_rule(chance, first.date())
        length = timedelta(hours=chance.choice([8, 24, 48, 49, 72, 96]))
        pattern = Pattern(time_zone=ZONE, starts_local=first, ends_local=first + length, rule=rule)
        with contextlib.suppress(Invalid):
            check_pattern(pattern)
            accepted += 1
            found = turns(pattern, clock, begin=first.date(), end=first.date() + timedelta(days=800))
            assert all(one.ends_local <= two.starts_local for one, two in pairwise(found)), spell_rule(rule)
    assert accepted > 100


def test_a_rule_without_an_end_is_not_reckoned_beyond_the_last_day_there_is() -> None:
    far = times("2099-12-01 08:00", "2099-12-01 09:00", "FREQ=MONTHLY;BYMONTHDAY=1;INTERVAL=366")
    assert [turn.starts_local.date() for turn in turns(far, Clock(ZONE), begin=date(2027, 1, 1), end=None)] == [date(2099, 12, 1)]
    daily = times("2100-12-30 08:00", "2100-12-30 09:00", "FREQ=DAILY")
    assert turns(daily, Clock(ZONE), begin=date(2027, 1, 1), end=None)[-1].starts_local.date() == LAST_DAY
