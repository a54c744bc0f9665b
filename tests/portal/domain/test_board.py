"""What a worker sees first."""

from datetime import UTC, date, datetime, timedelta

from services.portal.domain.board import Board, DueFlag, Flag, board, due_flag
from services.portal.domain.families import Family
from services.portal.domain.meetings import CallTask, Due, MeetingLine

TODAY = date(2027, 3, 1)
NOW = datetime(2027, 3, 1, 17, tzinfo=UTC)


def a_family(number: int, *, title: str = "The R. family", status: str = "open") -> Family:
    return Family(id=f"case_{number}", title=title, time_zone="America/Los_Angeles", status=status)


def a_meeting(number: int, *, case: int = 1, days: float = 1, state: str = "scheduled", **more: object) -> MeetingLine:
    starts = NOW + timedelta(days=days)
    facts = {
        "id": f"mtg_{number}",
        "case_id": f"case_{case}",
        "state": state,
        "time_zone": "America/Los_Angeles",
        "starts_local": (starts - timedelta(hours=8)).replace(tzinfo=None),
        "ends_local": (starts - timedelta(hours=7)).replace(tzinfo=None),
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=1),
        **more,
    }
    return MeetingLine(**facts)  # type: ignore[arg-type]  # a factory


def due_in(days: int) -> Due:
    return Due(rule_id="cft.initial_icwa", due_on=TODAY + timedelta(days=days))


def arrange(**parts: object) -> Board:
    given = {"families": [a_family(1)], "meetings": [], "dues": {}, "calls": [], "now": NOW, "today": TODAY, **parts}
    return board(**given)  # type: ignore[arg-type]  # a factory


def test_meetings_come_in_their_order_and_a_week_is_seven_days() -> None:
    shown = arrange(meetings=[a_meeting(3, days=7), a_meeting(2, days=6), a_meeting(1, days=0.1)])
    assert [line.meeting.id for line in shown.this_week] == ["mtg_1", "mtg_2"]
    assert [line.meeting.id for line in shown.later] == ["mtg_3"]


def test_what_is_over_or_cancelled_is_not_ahead() -> None:
    shown = arrange(meetings=[a_meeting(1, days=-1), a_meeting(2, state="cancelled"), a_meeting(3, state="held")])
    assert shown.this_week == ()
    assert shown.families[0].next_meeting is None


def test_a_meeting_that_runs_now_is_still_there() -> None:
    assert len(arrange(meetings=[a_meeting(1, days=-0.02)]).this_week) == 1


def test_the_most_pressing_flag_is_shown() -> None:
    answers = {"declined": 1, "needs_action": 2}
    lines = arrange(
        meetings=[
            a_meeting(1, days=1, answers=answers, answers_missing=2, replies_waiting=1),
            a_meeting(2, days=2, answers=answers, answers_missing=2),
            a_meeting(3, days=3, answers_missing=2),
            a_meeting(4, days=4),
            a_meeting(5, days=5, state="confirmed"),
        ]
    ).this_week
    assert [line.flag for line in lines] == [
        Flag.REPLIES_WAIT,
        Flag.REFUSED,
        Flag.ANSWERS_MISSING,
        Flag.NOT_CONFIRMED,
        Flag.ALL_YES,
    ]


def test_missing_answers_are_counted_over_all_meetings_ahead() -> None:
    shown = arrange(meetings=[a_meeting(1, answers_missing=2), a_meeting(2, days=30, answers_missing=3)])
    assert shown.answers_missing == 5


def test_due_dates_without_a_meeting_stand_above_those_with_one() -> None:
    families = [a_family(n, title=f"Family {n}") for n in (1, 2, 3)]
    shown = arrange(
        families=families,
        meetings=[a_meeting(1, case=1, days=1)],
        dues={"case_1": due_in(2), "case_2": due_in(9), "case_3": due_in(-1)},
    )
    assert [line.family.id for line in shown.dues] == ["case_3", "case_2", "case_1"]
    assert [line.booked_on for line in shown.dues] == [None, None, TODAY + timedelta(days=1)]
    assert shown.dues_open == 2


def test_a_meeting_after_the_due_date_does_not_meet_it() -> None:
    shown = arrange(meetings=[a_meeting(1, days=5)], dues={"case_1": due_in(4)})
    assert shown.dues[0].booked_on is None


def test_how_pressing_a_due_date_is() -> None:
    flags = [due_flag(TODAY + timedelta(days=days), TODAY) for days in (-1, 0, 6, 7, 13, 14)]
    assert flags == [
        DueFlag.OVERDUE,
        DueFlag.THIS_WEEK,
        DueFlag.THIS_WEEK,
        DueFlag.SOON,
        DueFlag.SOON,
        DueFlag.LATER,
    ]


def test_calls_come_by_due_time_and_those_due_now_are_counted() -> None:
    calls = [
        CallTask(id="task_b", person_id="per_1", due_at=NOW + timedelta(hours=1)),
        CallTask(id="task_a", person_id="per_2", due_at=NOW - timedelta(hours=1)),
    ]
    shown = arrange(calls=calls)
    assert [one.id for one in shown.calls] == ["task_a", "task_b"]
    assert shown.calls_due == 1


def test_families_come_by_name_and_closed_ones_last() -> None:
    families = [
        a_family(1, title="The Z. family"),
        a_family(2, title="the a. family"),
        a_family(3, title="The B. family", status="closed"),
    ]
    assert [line.family.id for line in arrange(families=families).families] == ["case_2", "case_1", "case_3"]


def test_a_meeting_of_a_family_out_of_sight_is_shown_without_its_name() -> None:
    shown = arrange(meetings=[a_meeting(1, case=99)])
    assert shown.this_week[0].family is None
