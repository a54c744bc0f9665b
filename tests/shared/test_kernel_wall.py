"""Wall time: what clocks in a place show, in the spring gap and the autumn fold too."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel import wall
from shared.kernel.wall import Adjustment, Resolved

LA = "America/Los_Angeles"


def at(text: str) -> datetime:
    """A wall time, or an instant if the text has an offset."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("local", "zone", "instant", "shown", "adjustment"),
    [
        ("2026-11-21T14:30", LA, "2026-11-21T22:30+00:00", "2026-11-21T14:30", Adjustment.NONE),
        ("2026-07-04T14:30", LA, "2026-07-04T21:30+00:00", "2026-07-04T14:30", Adjustment.NONE),
        # Clocks go from 2 to 3 on 8 March 2026: 2:30 is read with the offset before the change and becomes 3:30.
        ("2026-03-08T01:59", LA, "2026-03-08T09:59+00:00", "2026-03-08T01:59", Adjustment.NONE),
        ("2026-03-08T02:00", LA, "2026-03-08T10:00+00:00", "2026-03-08T03:00", Adjustment.GAP),
        ("2026-03-08T02:30", LA, "2026-03-08T10:30+00:00", "2026-03-08T03:30", Adjustment.GAP),
        ("2026-03-08T03:00", LA, "2026-03-08T10:00+00:00", "2026-03-08T03:00", Adjustment.NONE),
        # Clocks go from 2 back to 1 on 1 November 2026: the first 1:30 is meant, still in daylight time.
        ("2026-11-01T00:59", LA, "2026-11-01T07:59+00:00", "2026-11-01T00:59", Adjustment.NONE),
        ("2026-11-01T01:30", LA, "2026-11-01T08:30+00:00", "2026-11-01T01:30", Adjustment.FOLD),
        ("2026-11-01T02:00", LA, "2026-11-01T10:00+00:00", "2026-11-01T02:00", Adjustment.NONE),
        # Arizona changes no clocks; Lord Howe's go by half an hour.
        ("2026-03-08T02:30", "America/Phoenix", "2026-03-08T09:30+00:00", "2026-03-08T02:30", Adjustment.NONE),
        ("2026-10-04T02:10", "Australia/Lord_Howe", "2026-10-03T15:40+00:00", "2026-10-04T02:40", Adjustment.GAP),
    ],
)
def test_a_wall_time_becomes_an_instant(local: str, zone: str, instant: str, shown: str, adjustment: Adjustment) -> None:
    assert wall.resolve(at(local), zone) == Resolved(at(instant).astimezone(UTC), at(shown), adjustment)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001  wall times
    st.sampled_from([LA, "America/New_York", "America/Phoenix", "Pacific/Honolulu", "Australia/Lord_Howe", "Africa/Casablanca"]),
)
def test_clocks_show_what_was_resolved(local: datetime, zone: str) -> None:
    resolved = wall.resolve(local, zone)
    assert wall.at_wall(resolved.instant, zone) == resolved.local
    assert (resolved.local == local) == (resolved.adjustment is not Adjustment.GAP)


def test_one_day_before_is_the_same_wall_time_and_not_24_hours() -> None:
    meeting = wall.resolve(at("2026-03-08T14:00"), LA).instant
    reminder = wall.same_wall_earlier(at("2026-03-08T14:00"), 1, LA)
    assert wall.at_wall(reminder, LA) == at("2026-03-07T14:00")
    assert meeting - reminder == timedelta(hours=23)


def test_an_evening_is_still_today_in_its_place() -> None:
    assert wall.local_date(at("2026-11-22T07:30+00:00"), LA) == date(2026, 11, 21)


@pytest.mark.parametrize(
    "name", ["PST", "EST5EDT", "US/Pacific", "america/los_angeles", "", "../etc/passwd", "Etc/GMT+8", "Nowhere/Here"]
)
def test_only_zones_of_places_are_zones(name: str) -> None:
    with pytest.raises(ValueError, match="unknown time zone"):
        wall.zone(name)


def test_utc_is_a_zone() -> None:
    assert wall.resolve(at("2026-11-21T14:30"), "UTC").instant == at("2026-11-21T14:30+00:00")
