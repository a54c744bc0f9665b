"""A promise's entry through its revisions: the newest stands, turns come and go, and what is over stays over."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.entries import (
    EntryStatus,
    KeptEntry,
    Revision,
    Step,
    ended,
    may_answer,
    only_excused,
    revise,
    settle,
    turn_difference,
)
from services.notify.domain.messages import Kind
from services.notify.domain.quiet_hours import QuietHours
from services.notify.domain.reminders import plan_turns
from services.notify.domain.step_up import MOST_WRONG, Tries, is_theirs
from shared.events.entries import Answer, Entry, Method, Mode, Notice, Turn
from shared.events.notify import SubjectKind
from shared.kernel.wall import at_wall, resolve

LA = "America/Los_Angeles"
NOW = datetime(2027, 9, 1, 16, tzinfo=UTC)
COMMITMENT, PERSON, CASE = UUID(int=1), UUID(int=2), UUID(int=3)


def a_turn(starts: str, *, hours: float) -> Turn:
    starts_at = resolve(datetime.fromisoformat(starts), LA).instant
    ends_at = starts_at + timedelta(hours=hours)
    return Turn(starts_local=at_wall(starts_at, LA), ends_local=at_wall(ends_at, LA), starts_at=starts_at, ends_at=ends_at)


SATURDAYS = tuple(a_turn(f"2027-09-{day}T20:00", hours=12) for day in ("04", "11", "18", "25"))


def an_entry(*turns: Turn, sequence: int = 0, notice: Notice = Notice.OFFER, method: Method = Method.REQUEST) -> Entry:
    first = turns[0] if turns else SATURDAYS[0]
    return Entry(
        participant_id=COMMITMENT,
        person_id=PERSON,
        part=0,
        uid="a@alder.surround",
        sequence=sequence,
        method=method,
        notice=notice,
        required=True,
        mode=Mode.IN_PERSON,
        answer=Answer.NEEDS_ACTION,
        time_zone=LA,
        starts_local=first.starts_local,
        ends_local=first.ends_local,
        starts_at=first.starts_at,
        ends_at=first.ends_at,
        rule="FREQ=WEEKLY;BYDAY=SA" if len(turns) > 1 else "",
        turns=turns if len(turns) > 1 else (),
    )


def a_fact(
    entry: Entry | None, *, revision: int = 1, standing: str = "offered", at: datetime = NOW, is_ask: bool = False
) -> Revision:
    return Revision(
        subject_kind=SubjectKind.COMMITMENT,
        subject_id=COMMITMENT,
        case_id=CASE,
        revision=revision,
        position=1 + (at - NOW) // timedelta(minutes=1),
        at=at,
        entries=(entry,) if entry else (),
        standing=standing,
        is_ask=is_ask,
    )


def kept_after(kept: KeptEntry | None, fact: Revision) -> KeptEntry:
    revised = revise(kept, fact.entries[0], fact, new_id=UUID(int=7)) if fact.entries else settle(kept, fact) if kept else None
    assert revised is not None
    return revised.entry


def a_promise(*turns: Turn, standing: str = "active", commitment: UUID = COMMITMENT) -> KeptEntry:
    entry = kept_after(None, a_fact(an_entry(*turns), standing=standing))
    return replace(entry, id=commitment, subject_id=commitment)


def test_an_offer_is_kept_with_its_turns_and_reminds_of_none_before_a_yes() -> None:
    offered = kept_after(None, a_fact(an_entry(*SATURDAYS)))
    assert (offered.turns, offered.due_turns, offered.standing) == (SATURDAYS, (), "offered")
    assert offered.over_at == SATURDAYS[-1].ends_at
    assert may_answer(offered, at=SATURDAYS[-1].starts_at)
    assert not may_answer(offered, at=offered.over_at)


def test_what_does_not_recur_is_its_own_only_turn() -> None:
    assert a_promise(SATURDAYS[0]).turns == (SATURDAYS[0],)


def test_a_yes_makes_every_turn_due_and_a_revision_keeps_those_that_stay() -> None:
    offered = kept_after(None, a_fact(an_entry(*SATURDAYS)))
    active = kept_after(
        offered, a_fact(an_entry(*SATURDAYS, sequence=1), revision=2, standing="active", at=NOW + timedelta(hours=1))
    )
    assert turn_difference(offered, active, at=NOW) == ([], list(SATURDAYS))
    fewer = an_entry(SATURDAYS[0], *SATURDAYS[2:], sequence=2, notice=Notice.CHANGED)
    fewer = replace(fewer, excluded=(SATURDAYS[1].starts_local,))
    excused = kept_after(active, a_fact(fewer, revision=3, standing="active", at=NOW + timedelta(hours=2)))
    assert turn_difference(active, excused, at=NOW) == ([SATURDAYS[1]], [])
    assert only_excused(active, excused) == SATURDAYS[1]
    assert only_excused(offered, excused) is None


def test_a_turn_that_has_begun_is_not_gone_when_it_is_no_longer_ahead() -> None:
    active = a_promise(*SATURDAYS)
    later = kept_after(active, a_fact(an_entry(*SATURDAYS[1:], sequence=1), revision=2, standing="active", at=SATURDAYS[0].ends_at))
    assert turn_difference(active, later, at=SATURDAYS[0].ends_at) == ([], [])


def test_a_turn_that_ends_earlier_takes_the_place_of_the_longer_one_also_while_it_runs() -> None:
    night = SATURDAYS[0]
    early = replace(night, ends_at=night.ends_at - timedelta(hours=2), ends_local=night.ends_local - timedelta(hours=2))
    active = a_promise(night)
    running = night.starts_at + timedelta(minutes=5)
    shorter = kept_after(active, a_fact(an_entry(early, sequence=1), revision=2, standing="active", at=running))
    assert turn_difference(active, shorter, at=running) == ([night], [early])


def test_a_pause_ends_every_reminder_and_going_on_brings_them_back() -> None:
    active = a_promise(*SATURDAYS)
    paused = kept_after(active, a_fact(None, standing="paused", at=NOW + timedelta(hours=1)))
    assert turn_difference(active, paused, at=NOW) == (list(SATURDAYS), [])
    going_on = kept_after(paused, a_fact(None, standing="active", at=NOW + timedelta(hours=2)))
    assert turn_difference(paused, going_on, at=NOW) == ([], list(SATURDAYS))


def test_a_declined_offer_is_over_though_nothing_leaves() -> None:
    offered = kept_after(None, a_fact(an_entry(*SATURDAYS)))
    revised = settle(offered, a_fact(None, standing="declined", at=NOW + timedelta(hours=1)))
    assert revised is not None
    assert (revised.step, revised.entry.status, revised.entry.answer) == (Step.END, EntryStatus.CANCELLED, Answer.DECLINED)
    assert settle(revised.entry, a_fact(None, at=NOW)) is None


def test_what_ended_here_may_still_be_said_to_its_member() -> None:
    over = ended(a_promise(*SATURDAYS), at=NOW)
    told = a_fact(
        an_entry(*SATURDAYS, sequence=1, notice=Notice.ENDED, method=Method.CANCEL), revision=2, standing="superseded", at=NOW
    )
    revised = revise(over, told.entries[0], told, new_id=UUID(int=8))
    assert revised is not None
    assert revised.step is Step.END


STANDINGS = ("offered", "accepted", "active", "paused", "active", "withdrawn")


@given(st.permutations(list(range(len(STANDINGS)))), st.lists(st.integers(0, len(STANDINGS) - 1), max_size=4))
def test_facts_in_any_order_and_however_often_end_in_the_newest(order: list[int], again: list[int]) -> None:
    """The first and every second fact carry an entry, the others none: the newest revision and the latest standing hold."""
    facts = [
        a_fact(
            an_entry(*SATURDAYS, sequence=n) if n % 2 == 0 else None,
            revision=n - n % 2 + 1,
            standing=standing,
            at=NOW + timedelta(minutes=n),
        )
        for n, standing in enumerate(STANDINGS)
    ]
    kept: KeptEntry | None = None
    # A fact without an entry waits for the first that has one: they come from one producer, in order.
    for n in [0, *order, *again, *order]:
        fact = facts[n]
        revised = revise(kept, fact.entries[0], fact, new_id=UUID(int=7)) if fact.entries else settle(kept, fact) if kept else None
        kept = revised.entry if revised else kept
    assert kept is not None
    assert (kept.revision, kept.standing) == (5, "withdrawn")


NIGHT = QuietHours(time(21), time(8), LA)


def test_each_turn_has_a_reminder_two_hours_before_and_a_question_fifteen_minutes_after() -> None:
    afternoon = a_turn("2027-03-01T15:00", hours=3.5)
    planned = plan_turns([afternoon], NIGHT, now=afternoon.starts_at - timedelta(days=1))
    assert [(each.kind, each.due_at) for each in planned] == [
        (Kind.TURN_REMINDER, resolve(datetime(2027, 3, 1, 13), LA).instant),  # noqa: DTZ001
        (Kind.CHECK_IN, resolve(datetime(2027, 3, 1, 18, 45), LA).instant),  # noqa: DTZ001
    ]


def test_what_falls_into_the_night_comes_the_evening_before_or_in_the_morning() -> None:
    breakfast = a_turn("2027-09-12T06:00", hours=4)
    evening = a_turn("2027-09-11T18:00", hours=5)
    now = breakfast.starts_at - timedelta(days=3)
    reminder = plan_turns([breakfast], NIGHT, now=now)[0]
    question = plan_turns([evening], NIGHT, now=now)[1]
    assert at_wall(reminder.due_at, LA) == datetime(2027, 9, 11, 20, 30)  # noqa: DTZ001
    assert at_wall(question.due_at, LA) == datetime(2027, 9, 12, 8)  # noqa: DTZ001


def test_two_hours_before_is_elapsed_time_across_a_clock_change() -> None:
    early = a_turn("2027-03-14T03:30", hours=1)
    reminder = plan_turns([early], None, now=early.starts_at - timedelta(days=1))[0]
    assert early.starts_at - reminder.due_at == timedelta(hours=2)
    assert at_wall(reminder.due_at, LA) == datetime(2027, 3, 14, 0, 30)  # noqa: DTZ001


def test_what_is_past_is_not_planned() -> None:
    turn = SATURDAYS[0]
    assert [each.kind for each in plan_turns([turn], NIGHT, now=turn.starts_at - timedelta(hours=1))] == [Kind.CHECK_IN]
    assert plan_turns([turn], NIGHT, now=turn.ends_at + timedelta(hours=1)) == []


def test_five_wrong_tries_in_a_row_lock_for_an_hour() -> None:
    tries = Tries()
    for _ in range(MOST_WRONG):
        assert not tries.is_locked(NOW)
        tries = tries.one_more(NOW)
    assert tries.is_locked(NOW)
    assert tries.is_locked(NOW + timedelta(minutes=59))
    assert not tries.is_locked(NOW + timedelta(hours=1))
    assert tries.one_more(NOW + timedelta(hours=1)) == Tries(1)


def test_the_digits_are_those_of_any_of_ones_own_numbers() -> None:
    assert is_theirs("0131", ["+17075550131"])
    assert is_theirs("0131", ["+17075550100", "(707) 555-01 31"])
    assert not is_theirs("0132", ["+17075550131"])
    assert not is_theirs("0131", [])
