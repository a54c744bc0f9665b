"""The night in which no phone sounds, across midnight and both clock changes."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.delivery import RetryDecision, when_claimed
from services.notify.domain.messages import ENTRY_KINDS, REMINDERS, Kind, State, Way, asks_for_call, waits_for_morning
from services.notify.domain.quiet_hours import QuietHours, place
from shared.kernel.wall import at_wall, resolve, zone_names

LA = "America/Los_Angeles"
NIGHT = QuietHours(time(21), time(8), LA)


def la(text: str) -> datetime:
    return resolve(datetime.fromisoformat(text), LA).instant


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        ("2027-03-18T20:59", "2027-03-18T20:59"),
        ("2027-03-18T21:00", "2027-03-19T08:00"),
        ("2027-03-18T21:30", "2027-03-19T08:00"),
        ("2027-03-19T00:00", "2027-03-19T08:00"),
        ("2027-03-19T07:59", "2027-03-19T08:00"),
        ("2027-03-19T08:00", "2027-03-19T08:00"),
        ("2027-03-13T23:00", "2027-03-14T08:00"),
        ("2027-11-06T23:00", "2027-11-07T08:00"),
    ],
)
def test_a_text_at_night_waits_for_the_morning(at: str, allowed: str) -> None:
    assert NIGHT.next_allowed(la(at)) == la(allowed)


def test_the_spring_night_is_ten_hours_and_the_autumn_night_twelve() -> None:
    spring = NIGHT.window_at(la("2027-03-13T22:00"))
    autumn = NIGHT.window_at(la("2027-11-06T22:00"))
    assert spring is not None
    assert autumn is not None
    assert (spring.length, autumn.length) == (timedelta(hours=10), timedelta(hours=12))


def test_the_second_quarter_past_one_of_the_autumn_night_is_after_a_window_that_ended_at_half_past() -> None:
    short = QuietHours(time(22), time(1, 30), LA)
    second = datetime(2027, 11, 7, 9, 15, tzinfo=UTC)
    assert at_wall(second, LA) == datetime.fromisoformat("2027-11-07T01:15")
    assert short.next_allowed(second) == second


def test_a_window_that_ends_in_the_spring_gap_ends_an_hour_later_on_the_wall() -> None:
    assert QuietHours(time(22), time(2, 30), LA).next_allowed(la("2027-03-14T01:00")) == la("2027-03-14T03:30")


def test_nights_that_the_spring_gap_runs_into_one_are_waited_for_to_the_end_of_both() -> None:
    quiet = QuietHours(time(3, 10), time(2, 40), LA)
    at, morning = la("2027-03-13T23:00"), la("2027-03-15T02:40")
    assert quiet.next_allowed(at) == morning
    assert place(at, quiet, not_after=morning + timedelta(hours=1), now=at) == morning
    assert place(at, quiet, not_after=morning, now=at) is None


def test_equal_ends_mean_no_quiet_hours() -> None:
    assert QuietHours(time(8), time(8), LA).next_allowed(la("2027-03-18T08:00")) == la("2027-03-18T08:00")


def test_a_daytime_window_works_too() -> None:
    assert QuietHours(time(12), time(14), LA).next_allowed(la("2027-03-18T13:00")) == la("2027-03-18T14:00")


def test_a_reminder_for_an_early_meeting_is_brought_forward_to_the_evening() -> None:
    placed = place(la("2027-03-19T05:30"), NIGHT, not_after=la("2027-03-19T07:30"), now=la("2027-03-10T12:00"))
    assert placed == la("2027-03-18T20:30")


def test_no_machine_sends_it_once_that_evening_has_passed() -> None:
    assert place(la("2027-03-19T05:30"), NIGHT, not_after=la("2027-03-19T07:30"), now=la("2027-03-18T23:00")) is None


_TIMES = st.times().map(lambda t: t.replace(second=0, microsecond=0))
_INSTANTS = st.integers(1767225600, 1830297600).map(lambda s: datetime.fromtimestamp(s, UTC))


@given(_TIMES, _TIMES, st.sampled_from(sorted(zone_names())), _INSTANTS, st.integers(0, 72))
def test_nothing_is_placed_inside_the_window_nor_after_its_time(
    starts: time, ends: time, zone: str, due: datetime, hours: int
) -> None:
    quiet = QuietHours(starts, ends, zone)
    not_after = due + timedelta(hours=hours, minutes=1)
    placed = place(due, quiet, not_after=not_after, now=due - timedelta(days=2))
    assert placed is None or (quiet.window_at(placed) is None and placed < not_after)


@given(_TIMES, _TIMES, st.sampled_from(sorted(zone_names())), _INSTANTS)
def test_the_end_of_the_window_is_never_before_the_instant(starts: time, ends: time, zone: str, at: datetime) -> None:
    assert QuietHours(starts, ends, zone).next_allowed(at) >= at


@given(_TIMES, _TIMES, st.sampled_from(sorted(zone_names())), _INSTANTS, st.integers(-60, 72 * 60), st.sampled_from(sorted(Kind)))
def test_a_claimed_message_waits_for_the_morning_only_while_that_is_in_time_and_else_somebody_phones(
    starts: time, ends: time, zone: str, now: datetime, minutes: int, kind: Kind
) -> None:
    quiet = QuietHours(starts, ends, zone)
    not_after = now + timedelta(minutes=minutes)
    waits = waits_for_morning(kind, Way.SMS)
    allowed_at = quiet.next_allowed(now) if waits else now
    decision = when_claimed(due_at=now, not_after=not_after, allowed_at=allowed_at, now=now)
    leaves_at = (decision or RetryDecision(state=State.SENDING, reason="", due_at=now)).due_at
    assert leaves_at is None or (leaves_at < not_after and not (waits and quiet.window_at(leaves_at)))
    last = not_after - timedelta(microseconds=1)
    assert leaves_at is not None or now >= not_after or (waits and quiet.window_at(last))
    assert leaves_at is not None or decision == RetryDecision(state=State.MISSED, reason=decision.reason if decision else "")
    assert asks_for_call(kind, State.MISSED) == (kind in (ENTRY_KINDS | REMINDERS) - {Kind.CHECK_IN})
