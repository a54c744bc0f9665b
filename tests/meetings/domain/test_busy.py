"""Usual hours and unavailabilities are wall time in their own zone, exact over a clock change."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from services.meetings.domain.busy import Cause, Unavailability, Weekly, claimed, open_spans, usual_hours
from services.meetings.domain.errors import UnusableTimes
from services.meetings.domain.resources import Need, Resource, ResourceKind, fits
from shared.events.entries import Mode
from shared.kernel.spans import Span
from tests.meetings.domain.factories import LOS_ANGELES, an_id

SUNDAY = 6


def test_a_night_over_the_clock_change_has_its_real_length() -> None:
    hours = usual_hours(LOS_ANGELES, [Weekly(SUNDAY, time(0), time(6))])
    spring, autumn = (open_spans(hours, day, day)[0] for day in (date(2027, 3, 14), date(2027, 11, 7)))
    assert (spring.length, autumn.length) == (timedelta(hours=5), timedelta(hours=7))


def test_hours_that_do_not_exist_that_night_are_none() -> None:
    hours = usual_hours(LOS_ANGELES, [Weekly(SUNDAY, time(2, 30), time(3))])
    assert open_spans(hours, date(2027, 3, 14), date(2027, 3, 14)) == []


def test_until_midnight_is_the_end_of_the_day() -> None:
    hours = usual_hours("America/Phoenix", [Weekly(0, time(18), time(0))])
    assert open_spans(hours, date(2027, 3, 1), date(2027, 3, 7)) == [
        Span(datetime(2027, 3, 2, 1, tzinfo=UTC), datetime(2027, 3, 2, 7, tzinfo=UTC))
    ]


@pytest.mark.parametrize("stretch", [Weekly(7, time(9), time(10)), Weekly(0, time(10), time(9)), Weekly(0, time(9), time(9))])
def test_hours_that_cannot_be_are_refused(stretch: Weekly) -> None:
    with pytest.raises(UnusableTimes) as refused:
        usual_hours(LOS_ANGELES, [Weekly(0, time(8), time(8, 30)), stretch])
    assert [fault.pointer for fault in refused.value.faults] == ["#/weekly/1"]


def test_an_unavailability_is_wall_time() -> None:
    school = Unavailability(
        starts_local=datetime(2027, 3, 15, 8),  # noqa: DTZ001
        ends_local=datetime(2027, 3, 15, 15),  # noqa: DTZ001
        time_zone=LOS_ANGELES,
        cause=Cause.SCHOOL,
        hard=False,
    )
    assert (school.span.start.hour, school.span.end.hour) == (15, 22)


def test_a_person_is_claimed_with_buffers_and_a_room_without() -> None:
    meeting = Span(datetime(2027, 3, 4, 18, tzinfo=UTC), datetime(2027, 3, 4, 19, tzinfo=UTC))
    assert claimed(meeting, is_person=True).length == timedelta(minutes=90)
    assert claimed(meeting, is_person=False) == meeting


def test_what_fits_a_need() -> None:
    elena = Resource(
        resource_id=an_id(1),
        kind=ResourceKind.INTERPRETER,
        languages=frozenset({"es"}),
        modes=frozenset({Mode.VIDEO, Mode.PHONE}),
    )
    room = Resource(resource_id=an_id(2), kind=ResourceKind.ROOM, capacity=8, site="office")
    assert fits(elena, Need(kind=ResourceKind.INTERPRETER, language="es-MX"))
    assert not fits(elena, Need(kind=ResourceKind.INTERPRETER, language="hmn"))
    assert not fits(elena, Need(kind=ResourceKind.INTERPRETER, language="es", mode=Mode.IN_PERSON))
    assert fits(room, Need(kind=ResourceKind.ROOM, capacity=8, site="office"))
    assert not fits(room, Need(kind=ResourceKind.ROOM, capacity=9))
    assert not fits(room, Need(kind=ResourceKind.ROOM, resource_id=an_id(3)))
    assert not fits(room, Need(kind=ResourceKind.FACILITATOR))
