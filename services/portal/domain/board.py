"""What a worker sees first: order and flags. What cannot wait stands on top, and nothing is shown twice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.portal.domain.families import Family
from services.portal.domain.meetings import CallTask, Due, MeetingLine

WEEK = timedelta(days=7)
SOON = timedelta(days=14)
FEW = 10


class Flag(StrEnum):
    """What deserves a look, most pressing first."""

    REPLIES_WAIT = "replies_wait"
    REFUSED = "refused"
    ANSWERS_MISSING = "answers_missing"
    NOT_CONFIRMED = "not_confirmed"
    ALL_YES = "all_yes"


class DueFlag(StrEnum):
    """How a due date stands on a day, and whether a meeting before it is booked."""

    OVERDUE = "overdue"
    THIS_WEEK = "this_week"
    SOON = "soon"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Ahead:
    """One meeting ahead, and what about it deserves a look."""

    meeting: MeetingLine
    family: Family | None
    flag: Flag


@dataclass(frozen=True, slots=True)
class DueLine:
    """One family's next due date. `booked_on` is the day of a meeting that would meet it."""

    family: Family
    due: Due
    flag: DueFlag
    days: int
    booked_on: date | None


@dataclass(frozen=True, slots=True)
class FamilyLine:
    """One family of the list, with the next meeting and the next due date."""

    family: Family
    next_meeting: MeetingLine | None
    due: DueLine | None


@dataclass(frozen=True, slots=True)
class Board:
    """The first screen. `dues_open` counts all families that must still book a meeting within two weeks, listed or not."""

    this_week: tuple[Ahead, ...]
    later: tuple[Ahead, ...]
    dues: tuple[DueLine, ...]
    dues_open: int
    calls: tuple[CallTask, ...]
    calls_due: int
    families: tuple[FamilyLine, ...]

    @property
    def answers_missing(self) -> int:
        """How many people have not said yet whether they come to a meeting of this week or later."""
        return sum(line.meeting.answers_missing for line in (*self.this_week, *self.later))

    @property
    def dues_first(self) -> tuple[DueLine, ...]:
        """The most pressing due dates, as many as a person takes in at a glance."""
        return self.dues[:FEW]

    @property
    def dues_later(self) -> tuple[DueLine, ...]:
        """All other due dates."""
        return self.dues[FEW:]


def board(
    *,
    families: Iterable[Family],
    meetings: Iterable[MeetingLine],
    dues: Mapping[str, Due],
    calls: Iterable[CallTask],
    now: datetime,
    today: date,
    also: Iterable[Family] = (),
) -> Board:
    """Arrange everything: meetings by time, due dates by urgency (those without a booked meeting first), calls by due time.

    `also` are families that have something due and stand not on the list.
    """
    listed = {one.id: one for one in families}
    known = listed | {one.id: one for one in also}
    ahead = sorted((one for one in meetings if one.is_ahead and one.ends_at > now), key=lambda one: (one.starts_at, one.id))
    lines = [_meeting_line(one, known.get(one.case_id)) for one in ahead]
    booked = {case_id: _booked_on(case_id, due, ahead) for case_id, due in dues.items()}
    due_lines = {
        case_id: DueLine(known[case_id], due, due_flag(due.due_on, today), (due.due_on - today).days, booked[case_id])
        for case_id, due in dues.items()
        if case_id in known
    }
    tasks = tuple(sorted(calls, key=lambda one: (one.due_at is None, one.due_at or now, one.id)))
    return Board(
        this_week=tuple(line for line in lines if line.meeting.starts_local.date() < today + WEEK),
        later=tuple(line for line in lines if line.meeting.starts_local.date() >= today + WEEK),
        dues=tuple(sorted(due_lines.values(), key=lambda line: (line.booked_on is not None, line.due.due_on, line.family.title))),
        dues_open=sum(
            1 for case_id, due in dues.items() if booked[case_id] is None and due_flag(due.due_on, today) is not DueFlag.LATER
        ),
        calls=tasks,
        calls_due=sum(1 for one in tasks if one.due_at is None or one.due_at <= now),
        families=tuple(
            FamilyLine(
                family=one,
                next_meeting=next((meeting for meeting in ahead if meeting.case_id == one.id), None),
                due=due_lines.get(one.id),
            )
            for one in sorted(listed.values(), key=lambda family: (family.status != "open", family.title.casefold(), family.id))
        ),
    )


def due_flag(due_on: date, today: date) -> DueFlag:
    """Return how pressing a due date is."""
    if due_on < today:
        return DueFlag.OVERDUE
    if due_on < today + WEEK:
        return DueFlag.THIS_WEEK
    return DueFlag.SOON if due_on < today + SOON else DueFlag.LATER


def _meeting_line(meeting: MeetingLine, family: Family | None) -> Ahead:
    if meeting.replies_waiting:
        flag = Flag.REPLIES_WAIT
    elif meeting.answers.get("declined", 0):
        flag = Flag.REFUSED
    elif meeting.answers_missing:
        flag = Flag.ANSWERS_MISSING
    else:
        flag = Flag.ALL_YES if meeting.state == "confirmed" else Flag.NOT_CONFIRMED
    return Ahead(meeting, family, flag)


def _booked_on(case_id: str, due: Due, ahead: Iterable[MeetingLine]) -> date | None:
    on = (one.starts_local.date() for one in ahead if one.case_id == case_id)
    return next((day for day in on if day <= due.due_on), None)
