"""Which reminders a person gets, and when."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notify.domain.delivery import RetryDecision, when_claimed
from services.notify.domain.messages import Kind, State, asks_for_call
from services.notify.domain.quiet_hours import QuietHours
from services.notify.domain.reminders import DEFAULT_RULES, ReminderRule, plan
from shared.kernel.wall import resolve

LA = "America/Los_Angeles"


@dataclass(frozen=True)
class AnEntry:
    """What a reminder needs of an entry."""

    starts_local: datetime
    starts_at: datetime
    time_zone: str


def entry(starts: str, zone: str = LA) -> AnEntry:
    local = datetime.fromisoformat(starts)
    return AnEntry(local, resolve(local, zone).instant, zone)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NO_QUIET = QuietHours(time(0), time(0), LA)
NIGHT = QuietHours(time(21), time(8), LA)
LONG_BEFORE = utc("2027-01-01T00:00")


def test_v7_two_days_before_is_the_same_wall_time_and_two_hours_is_elapsed() -> None:
    planned = plan(entry("2027-03-15T10:00"), NIGHT, now=utc("2027-02-20T20:00"))
    assert [(p.kind, p.due_at) for p in planned] == [
        (Kind.REMINDER_7D, utc("2027-03-08T18:00")),
        (Kind.REMINDER_2D, utc("2027-03-13T18:00")),
        (Kind.REMINDER_2H, utc("2027-03-15T15:00")),
    ]


def test_each_row_says_which_rule_made_it() -> None:
    offsets = [p.offset for p in plan(entry("2027-03-15T10:00"), NO_QUIET, now=LONG_BEFORE)]
    assert offsets == ["-P7D wall", "-P2D wall", "-PT120M elapsed"]


def test_a_reminder_is_too_late_once_the_next_is_due_and_the_last_once_the_meeting_begins() -> None:
    planned = plan(entry("2027-06-15T10:00"), NO_QUIET, now=LONG_BEFORE)
    assert [p.not_after for p in planned] == [planned[1].due_at, planned[2].due_at, utc("2027-06-15T17:00")]


def test_a_reminder_due_in_the_past_is_left_out() -> None:
    kinds = [p.kind for p in plan(entry("2027-03-15T10:00"), NO_QUIET, now=utc("2027-03-10T18:00"))]
    assert kinds == [Kind.REMINDER_2D, Kind.REMINDER_2H]


def test_a_meeting_that_has_begun_gets_none() -> None:
    assert plan(entry("2027-03-15T10:00"), NIGHT, now=utc("2027-03-15T17:00")) == []


def test_the_last_one_waits_for_the_morning_where_it_still_can() -> None:
    last = plan(entry("2027-06-15T09:00"), NIGHT, now=LONG_BEFORE)[-1]
    assert last.due_at == utc("2027-06-15T15:00")


def test_the_last_one_for_an_early_meeting_comes_the_evening_before() -> None:
    last = plan(entry("2027-06-15T07:30"), NIGHT, now=LONG_BEFORE)[-1]
    assert last.due_at == utc("2027-06-15T03:30")


def test_the_last_one_that_no_machine_may_send_is_planned_all_the_same_to_be_missed_and_phoned() -> None:
    last = plan(entry("2027-06-15T07:30"), NIGHT, now=utc("2027-06-15T05:00"))[-1]
    assert (last.kind, last.due_at) == (Kind.REMINDER_2H, utc("2027-06-15T12:30"))
    allowed_at = NIGHT.next_allowed(last.due_at)
    decision = when_claimed(due_at=last.due_at, not_after=last.not_after, allowed_at=allowed_at, now=last.due_at)
    assert decision == RetryDecision(state=State.MISSED, reason="quiet_hours")
    assert asks_for_call(last.kind, State.MISSED)


def test_quiet_hours_are_those_of_the_person_not_of_the_meeting() -> None:
    new_york = QuietHours(time(21), time(8), "America/New_York")
    last = plan(entry("2027-06-15T20:30"), new_york, now=LONG_BEFORE)[-1]
    assert last.due_at == utc("2027-06-16T00:30")
    evening = plan(entry("2027-06-15T21:30"), new_york, now=LONG_BEFORE)[-1]
    assert evening.due_at == utc("2027-06-16T00:30")


ZONES = [
    "America/Los_Angeles",
    "America/New_York",
    "America/Phoenix",
    "America/Anchorage",
    "America/Adak",
    "America/Puerto_Rico",
    "America/Indiana/Indianapolis",
    "America/Denver",
    "America/Chicago",
    "America/Halifax",
    "America/St_Johns",
    "America/Havana",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/Mexico_City",
    "Pacific/Honolulu",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Australia/Brisbane",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Atlantic/Azores",
    "Europe/Dublin",
    "Europe/London",
    "Europe/Berlin",
]


def offset_at(instant: datetime, zone: str) -> timedelta:
    found = instant.astimezone(ZoneInfo(zone)).utcoffset()
    assert found is not None
    return found


def changes(zone: str) -> list[datetime]:
    """The instants of two years at which the clocks of a zone change, found by halving days."""
    found = []
    for day in (utc("2027-01-01T00:00") + timedelta(days=n) for n in range(730)):
        before, after = day, day + timedelta(days=1)
        while after - before > timedelta(minutes=1) and offset_at(before, zone) != offset_at(after, zone):
            middle = before + (after - before) / 2
            before, after = (middle, after) if offset_at(middle, zone) == offset_at(before, zone) else (before, middle)
        found += [after.replace(second=0, microsecond=0)] * (offset_at(before, zone) != offset_at(after, zone))
    return found


def first_instant(wall: datetime, zone: str) -> datetime:
    """The first instant at which clocks there show this; what they never show counts by the offset before the change."""
    guesses = {wall.replace(tzinfo=UTC) - offset_at(wall.replace(tzinfo=UTC) + timedelta(hours=h), zone) for h in (-26, 26)}
    shown = [guess for guess in guesses if guess.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == wall]
    return min(shown) if shown else wall.replace(tzinfo=UTC) - offset_at(wall.replace(tzinfo=UTC) - timedelta(hours=26), zone)


@pytest.mark.parametrize("zone", ZONES)
def test_wall_time_rules_are_exact_within_two_hours_of_every_change_of_the_clocks(zone: str) -> None:
    for change in changes(zone):
        about = change.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
        for minutes in range(-120, 121, 15):
            for days in (0, 2, 7):
                local = about + timedelta(days=days, minutes=minutes)
                starts_at = first_instant(local, zone)
                seven, two, hours = plan(AnEntry(local, starts_at, zone), None, now=utc("2026-01-01T00:00"))
                assert seven.due_at == first_instant(local - timedelta(days=7), zone)
                assert two.due_at == first_instant(local - timedelta(days=2), zone)
                assert hours.due_at == starts_at - timedelta(hours=2)


def test_the_zones_change_their_clocks_as_often_as_they_are_known_to() -> None:
    assert {zone: len(changes(zone)) for zone in ("Australia/Lord_Howe", "America/Phoenix", "Europe/Dublin")} == {
        "Australia/Lord_Howe": 4,
        "America/Phoenix": 0,
        "Europe/Dublin": 4,
    }


def test_a_rule_counts_once() -> None:
    assert (
        len(plan(entry("2027-06-15T10:00"), None, now=LONG_BEFORE, rules=[*DEFAULT_RULES, ReminderRule(Kind.REMINDER_2D, days=2)]))
        == 3
    )
