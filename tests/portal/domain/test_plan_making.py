"""What a plan is proposed as: usual times, and parts that cover all of a window once."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from services.portal.domain.families import Member, Person
from services.portal.domain.plan_making import (
    WEEKDAYS,
    backups_for,
    is_daily,
    on_weekdays,
    repeated,
    rule_parts,
    shares,
    times_of,
    usual_end,
    weekend,
    within,
)
from services.portal.domain.plans import Window

FRIDAY = datetime.fromisoformat("2027-03-05T17:05")
ZONE = "America/Los_Angeles"


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def window(starts: datetime, ends: datetime, repeats: str = "") -> Window:
    return Window(id="win", starts_local=starts, ends_local=ends, time_zone=ZONE, repeats=repeats)


@pytest.mark.parametrize(
    ("now", "starts", "ends"),
    [
        (wall("2027-03-03T09:00"), wall("2027-03-05T18:00"), wall("2027-03-07T18:00")),
        (FRIDAY, wall("2027-03-05T18:00"), wall("2027-03-07T18:00")),
        (wall("2027-03-05T19:40"), wall("2027-03-05T18:00"), wall("2027-03-07T18:00")),
        (wall("2027-03-06T14:20"), wall("2027-03-06T14:00"), wall("2027-03-07T18:00")),
        (wall("2027-03-07T17:20"), wall("2027-03-12T18:00"), wall("2027-03-14T18:00")),
    ],
)
def test_this_weekend_is_the_one_that_comes_or_what_is_left_of_it(now: datetime, starts: datetime, ends: datetime) -> None:
    found = weekend(now)
    assert (found.starts, found.ends, found.repeats) == (starts, ends, "")


def test_a_weekend_that_is_proposed_never_begins_before_the_plan() -> None:
    for hours in range(24 * 14):
        now = FRIDAY + timedelta(hours=hours)
        for cover in ("weekend", "nights", "weekends"):
            found = times_of(cover, now=now, starts_on=now.date(), ends_on=usual_end("immediate", now.date()))
            assert now.date() <= found.starts.date() <= now.date() + timedelta(days=7)
            assert found.starts < found.ends


def test_nights_end_on_the_plans_last_morning() -> None:
    found = times_of("nights", now=FRIDAY, starts_on=date(2027, 3, 5), ends_on=date(2027, 3, 12))
    assert (found.starts, found.ends) == (wall("2027-03-05T20:00"), wall("2027-03-06T07:00"))
    assert rule_parts(found.repeats) == {"FREQ": "DAILY", "UNTIL": "20270311"}


@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize("hours", [2, 5, 10, 24, 26, 48, 72])
def test_the_parts_of_a_window_follow_one_another_without_a_gap(number: int, hours: int) -> None:
    whole = window(wall("2027-03-05T18:00"), wall("2027-03-05T18:00") + timedelta(hours=hours))
    parts = shares(whole, [f"m{each}" for each in range(number)], ends_on=None)
    edges = [(one.starts, one.ends) for one in parts]
    assert edges[0][0] == whole.starts_local
    assert edges[-1][1] == whole.ends_local
    assert all(before[1] == after[0] for before, after in pairwise(edges))


def test_three_people_change_over_in_the_morning_and_not_at_night() -> None:
    parts = shares(window(wall("2027-03-05T18:00"), wall("2027-03-07T18:00")), ["a", "b", "c"], ends_on=None)
    assert [(one.starts.hour, one.ends.hour) for one in parts] == [(18, 8), (8, 8), (8, 18)]


@pytest.mark.parametrize("number", range(1, 9))
def test_every_night_has_somebody_and_nobody_twice(number: int) -> None:
    nights = window(wall("2027-03-05T20:00"), wall("2027-03-06T07:00"), "FREQ=DAILY;UNTIL=20270311")
    parts = shares(nights, [f"m{each}" for each in range(number)], ends_on=date(2027, 3, 12))
    assert is_daily(nights.repeats)
    assert sorted(day for one in parts for day in one.weekdays) == sorted(WEEKDAYS)


def test_a_share_of_nights_begins_on_the_first_of_its_days() -> None:
    nights = window(wall("2027-03-05T20:00"), wall("2027-03-06T07:00"), "FREQ=DAILY;UNTIL=20270311")
    found = on_weekdays(nights, time(20), time(7), ["TU", "MO"])
    assert found is not None
    assert (found.starts, found.ends) == (wall("2027-03-08T20:00"), wall("2027-03-09T07:00"))
    assert found.repeats == "FREQ=WEEKLY;BYDAY=MO,TU;UNTIL=20270311"
    assert on_weekdays(nights, time(20), time(7), []) is None


def test_a_share_of_every_weekend_recurs_on_its_own_day() -> None:
    weekends = window(wall("2027-03-05T18:00"), wall("2027-03-07T18:00"), "FREQ=WEEKLY;BYDAY=FR;UNTIL=20270401")
    found = within(weekends, wall("2027-03-06T20:00"), wall("2027-03-07T08:00"))
    assert found.repeats == "FREQ=WEEKLY;BYDAY=SA;UNTIL=20270401"


def test_typed_times_recur_as_chosen() -> None:
    assert repeated("", FRIDAY, None) == ""
    assert repeated("daily", FRIDAY, None) == "FREQ=DAILY"
    assert repeated("weekly", FRIDAY, date(2027, 4, 1)) == "FREQ=WEEKLY;BYDAY=FR;UNTIL=20270401"


def test_whoever_comes_next_is_asked_first_and_nobody_for_themselves() -> None:
    others = [Member(id=one, person=Person(id=one, given_name=one), relationship="other") for one in ("a", "b", "c", "d")]
    assert backups_for("b", ["a", "b", "c"], others) == ("c", "a", "d")
