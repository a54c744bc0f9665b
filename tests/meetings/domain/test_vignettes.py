"""Finding times for the families of V1 and V4, told in their own facts."""

from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest

from services.meetings.domain.busy import Cause, Taken, UsualHours, Weekly, usual_hours
from services.meetings.domain.cells import horizon
from services.meetings.domain.errors import AtNight, OnAHoliday
from services.meetings.domain.meetings import TeamRole
from services.meetings.domain.resources import Need, Resource, ResourceKind
from services.meetings.domain.slots import find_times, refuse_odd_hours, why_not
from services.meetings.domain.times import Attendee, Blocker, Candidate, Plus, Question, availability
from shared.events.entries import Mode
from shared.kernel.spans import Span
from shared.kernel.wall import resolve
from tests.meetings.domain.factories import LOS_ANGELES, an_id

DENISE, MAE, ARLEN, JO, LILA, SAM = (an_id(n) for n in range(1, 7))
FEB = horizon(date(2027, 2, 22), date(2027, 3, 12), LOS_ANGELES)
OFFICE_HOURS = usual_hours(LOS_ANGELES, [Weekly(day, time(8), time(17)) for day in range(5)])


def wall(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """The instant of a wall time in Los Angeles in 2027."""
    return resolve(datetime(2027, month, day, hour, minute), LOS_ANGELES).instant  # noqa: DTZ001


def shift(*days: int) -> list[Taken]:
    return [Taken(Span(wall(*day, 5), wall(*day, 13)), Cause.WORK) for day in [(2, d) for d in days] + [(3, 1), (3, 3), (3, 5)]]


def one(person: UUID, role: TeamRole, hours: UsualHours | None = None, taken: list[Taken] | None = None) -> Attendee:
    return Attendee(
        person_id=person,
        role=role,
        required=True,
        mode=Mode.IN_PERSON,
        availability=availability(FEB, hours, taken or []),
    )


def lilas_question() -> Question:
    """V1, step 3: ninety minutes from Monday 02-22, due on Friday 03-05; Sam is blocked through 03-03."""
    tribal_hours = usual_hours(LOS_ANGELES, [Weekly(1, time(9), time(15)), Weekly(3, time(9), time(15))])
    blocked = [Taken(Span(wall(2, 22, 0), wall(3, 4, 0)), Cause.CALENDAR)]
    sam = Resource(resource_id=SAM, kind=ResourceKind.FACILITATOR)
    return Question(
        horizon=FEB,
        minutes=90,
        now=wall(2, 19, 9),
        attendees=(
            one(LILA, TeamRole.CHILD),
            one(DENISE, TeamRole.PARENT, taken=shift(22, 24, 26)),
            one(MAE, TeamRole.CURRENT_CAREGIVER),
            one(ARLEN, TeamRole.TRIBAL_REPRESENTATIVE, tribal_hours),
            one(JO, TeamRole.PLACING_AGENCY_WORKER, OFFICE_HOURS),
        ),
        needs=(Need(kind=ResourceKind.FACILITATOR),),
        pool=(Candidate(sam, availability(FEB, OFFICE_HOURS, blocked)),),
        due_on=date(2027, 3, 5),
        due_zone=LOS_ANGELES,
        limit=50,
    )


def test_v1_all_offers_lie_on_the_one_thursday() -> None:
    found = find_times(lilas_question())
    assert {time.starts_local.date() for time in found.times} == {date(2027, 3, 4)}
    assert "10:00" in {time.starts_local.strftime("%H:%M") for time in found.times}
    assert min(time.starts_local.hour for time in found.times) == 9
    assert max(time.ends_local.strftime("%H:%M") for time in found.times) == "15:00"
    assert all(time.before_due and time.chosen(ResourceKind.FACILITATOR) == (SAM,) for time in found.times)
    assert Plus.EVERYONE in found.times[0].reasons


def test_v1_every_other_day_has_its_reason() -> None:
    question = lilas_question()
    blocked = {day.on: day.blockers for day in find_times(question).blocked}
    assert len(blocked) == len(question.horizon.days) - 1
    assert blocked[date(2027, 2, 23)] == (Blocker((Cause.CALENDAR,), need=question.needs[0]),)
    assert blocked[date(2027, 3, 5)] == (Blocker((Cause.OUTSIDE_HOURS,), person_id=ARLEN),)
    assert blocked[date(2027, 3, 10)] == (Blocker((Cause.AFTER_DUE_DATE,)),)


def test_v1_a_caseworker_may_ask_why_not_on_friday_morning() -> None:
    blockers = why_not(lilas_question(), wall(3, 5, 10))
    assert {one.person_id: one.causes for one in blockers} == {DENISE: (Cause.WORK,), ARLEN: (Cause.OUTSIDE_HOURS,)}


def test_v4_an_interpreter_needs_three_working_days() -> None:
    elena = Resource(resource_id=an_id(9), kind=ResourceKind.INTERPRETER, languages=frozenset({"es"}), notice_working_days=3)
    march = horizon(date(2027, 3, 11), date(2027, 3, 18), LOS_ANGELES)
    question = Question(
        horizon=march,
        minutes=60,
        now=datetime(2027, 3, 11, 17, tzinfo=UTC),
        attendees=(),
        needs=(Need(kind=ResourceKind.INTERPRETER, language="es-MX"),),
        pool=(Candidate(elena, availability(march, OFFICE_HOURS, [])),),
    )
    found = find_times(question)
    assert found.times[0].starts_local == datetime(2027, 3, 16, 8)  # noqa: DTZ001
    assert {day.on.day: day.blockers[0].causes[0] for day in found.blocked}[12] is Cause.NOTICE_TOO_SHORT


def test_nights_and_holidays_are_refused_wherever_the_time_came_from() -> None:
    day = datetime(2027, 3, 31, 20)  # noqa: DTZ001
    with pytest.raises(AtNight):
        refuse_odd_hours(day, day.replace(hour=21, minute=15), holidays=())
    with pytest.raises(AtNight):
        refuse_odd_hours(day.replace(hour=6), day.replace(hour=8), holidays=())
    with pytest.raises(OnAHoliday):
        refuse_odd_hours(day, day.replace(hour=21), holidays={day.date()})
    refuse_odd_hours(day, day.replace(hour=21), holidays=())
