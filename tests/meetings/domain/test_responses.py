"""One reducer for every channel: the end is the same in whatever order replies arrive (CALENDAR C31-C43, I1-I15)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.meetings.domain.meetings import Meeting, Part, Stretch
from services.meetings.domain.responses import (
    Judgement,
    Outcome,
    Reply,
    approve,
    asks_again,
    judge,
    match,
    reply_from,
    taken_by_staff,
)
from services.meetings.domain.revisions import cancel, hear, move, revive
from shared.events.entries import Answer
from shared.events.notify import Proof, ReplyChannel, ReplyKind, ReplyReceived, SubjectKind
from tests.meetings.domain.factories import MONDAY, THURSDAY_TEN, a_booking, an_id, someone

HOUR = timedelta(hours=1)


def judge_one(part: Part | None, earlier: Sequence[Reply], reply: Reply) -> tuple[Judgement, Outcome]:
    """Judge one more reply beside the earlier ones; returns everything, and what became of this one."""
    judgement = judge(part, [*earlier, reply])
    return judgement, judgement.outcomes[reply.reply_id]


def a_reply(
    partstat: str = "accepted",
    *,
    id: str = "r1",
    sequence: int | None = 0,
    at: datetime = MONDAY + HOUR,
    stamp: datetime | None = None,
    kind: ReplyKind = ReplyKind.ANSWER,
    proof: Proof = Proof.TOKEN,
    refused: str = "",
) -> Reply:
    return Reply(
        reply_id=id,
        kind=kind,
        partstat=partstat,
        sequence=sequence,
        stamp=stamp or at,
        received_at=at,
        channel=ReplyChannel.MAIL,
        proof=proof,
        refused=refused,
    )


def booked() -> Meeting:
    return a_booking(someone(11)).meeting


def moved() -> Meeting:
    """Booked on Monday at nine, moved three hours later."""
    return move(booked(), starts_local=THURSDAY_TEN + 5 * HOUR, now=MONDAY + 3 * HOUR).meeting


def part_of(meeting: Meeting) -> Part:
    return meeting.participants[0].parts[0]


def answer_after(meeting: Meeting, *replies: Reply) -> Answer:
    heard = judge(part_of(meeting), replies).heard
    return hear(meeting, an_id(1011), 0, heard).participants[0].answer


def end_of(meeting: Meeting, reply: Reply) -> Outcome:
    return judge_one(part_of(meeting), [], reply)[1]


@pytest.mark.parametrize(
    ("partstat", "answer"),
    [
        ("accepted", Answer.ACCEPTED),
        ("declined", Answer.DECLINED),
        ("tentative", Answer.TENTATIVE),
        ("needs-action", Answer.NEEDS_ACTION),
        ("x-perhaps", Answer.NEEDS_ACTION),
    ],
)
def test_an_answer_is_applied(partstat: str, answer: Answer) -> None:
    assert end_of(booked(), a_reply(partstat)) is Outcome.APPLIED
    assert answer_after(booked(), a_reply(partstat)) is answer


def test_changing_ones_mind_is_allowed_and_the_last_word_stands() -> None:
    first, second, third = (
        a_reply(word, id=word, at=MONDAY + n * HOUR) for n, word in enumerate(["accepted", "declined", "tentative"])
    )
    for order in permutations([first, second, third]):
        judgement = judge(part_of(booked()), order)
        assert judgement.outcomes == {
            "accepted": Outcome.SUPERSEDED,
            "declined": Outcome.SUPERSEDED,
            "tentative": Outcome.APPLIED,
        }
        assert answer_after(booked(), *order) is Answer.TENTATIVE


def test_an_answer_to_the_old_time_is_kept_and_does_not_count() -> None:
    late = a_reply(sequence=0, at=MONDAY + 4 * HOUR)
    assert end_of(moved(), late) is Outcome.ANSWERED_OLD_TIME
    assert answer_after(moved(), late) is Answer.NEEDS_ACTION
    kept = hear(moved(), an_id(1011), 0, judge(part_of(moved()), [late]).heard)
    assert kept.participants[0].answered_old_time


def test_an_old_answer_that_arrives_last_takes_nothing_away() -> None:
    new, old = a_reply("accepted", id="n", sequence=1, at=MONDAY + 4 * HOUR), a_reply("declined", id="o", at=MONDAY + 5 * HOUR)
    for order in permutations([new, old]):
        assert answer_after(moved(), *order) is Answer.ACCEPTED


def test_a_stamp_from_the_future_is_taken_as_the_arrival() -> None:
    wrong_clock = a_reply("accepted", id="a", at=MONDAY + HOUR, stamp=MONDAY + timedelta(days=300))
    assert answer_after(booked(), wrong_clock, a_reply("declined", id="b", at=MONDAY + 2 * HOUR)) is Answer.DECLINED


def test_a_second_answer_with_the_same_stamp_counts() -> None:
    first, second = (a_reply(w, id=w, at=MONDAY + n * HOUR, stamp=MONDAY) for n, w in ((1, "accepted"), (2, "declined")))
    assert answer_after(booked(), second, first) is Answer.DECLINED


@pytest.mark.parametrize("sequence", [7, 1, -1, None])
def test_a_number_we_never_sent_is_the_one_they_had(sequence: int | None) -> None:
    early = a_reply(sequence=sequence, at=MONDAY + HOUR)
    assert answer_after(booked(), early) is Answer.ACCEPTED
    assert end_of(moved(), early) is Outcome.ANSWERED_OLD_TIME


@pytest.mark.parametrize("kind", [ReplyKind.ANSWER, ReplyKind.OTHER_TIME, ReplyKind.DELEGATION])
def test_an_unproved_sender_changes_nothing_until_staff_vouch(kind: ReplyKind) -> None:
    reply = replace(a_reply(proof=Proof.NONE, kind=kind), names_delegate=True)
    assert end_of(booked(), reply) is Outcome.QUARANTINED
    assert answer_after(booked(), reply) is Answer.NEEDS_ACTION
    assert end_of(booked(), approve(reply)) is not Outcome.QUARANTINED


def test_a_stranger_is_set_aside() -> None:
    assert judge_one(None, [], a_reply())[1] is Outcome.QUARANTINED


@pytest.mark.parametrize("partstat", ["completed", "in-process"])
def test_an_impossible_answer_is_refused(partstat: str) -> None:
    assert end_of(booked(), a_reply(partstat)) is Outcome.REFUSED


def test_what_notify_refused_stays_refused_even_without_a_person() -> None:
    assert judge_one(None, [], a_reply(refused="two_attendees"))[1] is Outcome.REFUSED


def test_a_bounce_is_no_answer() -> None:
    assert end_of(booked(), a_reply("declined", kind=ReplyKind.NOT_AN_ANSWER)) is Outcome.NOT_AN_ANSWER


def test_another_time_is_a_proposal_and_the_answer_stands() -> None:
    yes, counter = a_reply(id="y"), a_reply("tentative", id="c", kind=ReplyKind.OTHER_TIME, at=MONDAY + 2 * HOUR)
    assert judge(part_of(booked()), [yes, counter]).outcomes == {"y": Outcome.APPLIED, "c": Outcome.PROPOSAL}
    assert answer_after(booked(), yes, counter) is Answer.ACCEPTED


def test_sending_somebody_else_is_a_proposal_and_says_they_do_not_come_themselves() -> None:
    sends = replace(a_reply("delegated", kind=ReplyKind.DELEGATION), names_delegate=True)
    assert end_of(booked(), sends) is Outcome.PROPOSAL
    assert answer_after(booked(), sends) is Answer.DELEGATED
    assert end_of(booked(), replace(sends, names_delegate=False)) is Outcome.REFUSED


def test_asking_again_is_answered_for_those_we_know_only() -> None:
    refresh = a_reply("", kind=ReplyKind.REFRESH)
    assert asks_again(part_of(booked()), refresh)
    assert not asks_again(None, refresh)
    assert not asks_again(part_of(booked()), replace(refresh, proof=Proof.NONE))
    assert end_of(booked(), refresh) is Outcome.NOT_AN_ANSWER


def test_after_a_cancel_a_reply_is_recorded_and_changes_nothing() -> None:
    yes, no = a_reply(id="y"), a_reply("declined", id="n", at=MONDAY + 5 * HOUR)
    called_off = cancel(booked(), reason_code="x", now=MONDAY + 3 * HOUR).meeting
    assert judge(part_of(called_off), [no, yes]).outcomes == {"y": Outcome.APPLIED, "n": Outcome.AFTER_CANCEL}
    assert answer_after(called_off, yes, no) is Answer.ACCEPTED
    revived = revive(called_off, now=MONDAY + 6 * HOUR).meeting
    assert answer_after(revived, yes, no) is Answer.NEEDS_ACTION
    assert answer_after(revived, yes, no, a_reply(id="z", sequence=2, at=MONDAY + 7 * HOUR)) is Answer.ACCEPTED


def test_an_answer_taken_by_phone_is_about_the_present_time() -> None:
    meeting = moved()
    reply = taken_by_staff("p", Answer.TENTATIVE, part=part_of(meeting), now=MONDAY + 4 * HOUR)
    assert end_of(meeting, reply) is Outcome.APPLIED
    assert answer_after(meeting, reply) is Answer.TENTATIVE


def test_a_reply_to_one_instance_of_a_meeting_that_does_not_recur_is_set_aside() -> None:
    assert end_of(booked(), replace(a_reply(), of_an_instance=True)) is Outcome.QUARANTINED


def test_a_reply_finds_its_entry_by_uid_or_person_and_not_when_they_disagree() -> None:
    raul = replace(someone(11), stretches=(Stretch(0, 45), Stretch(60, None)))
    meeting = a_booking(raul, someone(12)).meeting
    uid = meeting.participants[0].parts[1].uid
    assert [part.part for _, part in match(meeting, uid=uid.upper(), participant_id=None, person_id=None)] == [1]
    assert [part.part for _, part in match(meeting, uid="", participant_id=None, person_id=an_id(11))] == [0, 1]
    assert match(meeting, uid=uid, participant_id=None, person_id=an_id(12)) == ()
    assert match(meeting, uid="", participant_id=None, person_id=None) == ()


def test_what_notify_announces_is_read_as_a_reply() -> None:
    fact = ReplyReceived(
        reply_id="m1",
        subject_kind=SubjectKind.MEETING,
        subject_id=an_id(1),
        person_id=an_id(11),
        participant_id=None,
        uid="",
        recurrence_id=None,
        sequence=0,
        stamp=None,
        received_at=MONDAY + HOUR,
        channel=ReplyChannel.SMS,
        kind=ReplyKind.ANSWER,
        partstat="accepted",
        proof=Proof.PHONE_NUMBER,
        refused="",
        proposed_starts_at=None,
        proposed_ends_at=None,
    )
    assert end_of(booked(), reply_from(fact)) is Outcome.APPLIED


REPLIES = st.lists(
    st.builds(
        Reply,
        reply_id=st.sampled_from("abcdefgh"),
        kind=st.sampled_from(ReplyKind),
        partstat=st.sampled_from(["accepted", "declined", "tentative", "delegated", "completed", "odd", ""]),
        sequence=st.none() | st.integers(-1, 5),
        stamp=st.none() | st.integers(0, 12).map(lambda h: MONDAY + h * HOUR),
        received_at=st.integers(0, 12).map(lambda h: MONDAY + h * HOUR),
        channel=st.sampled_from(ReplyChannel),
        proof=st.sampled_from(Proof),
        refused=st.sampled_from(["", "", "", "two_attendees"]),
        names_delegate=st.booleans(),
    ),
    max_size=7,
    unique_by=lambda reply: reply.reply_id,
)
CHANGES = st.lists(st.tuples(st.sampled_from(["move", "cancel", "revive"]), st.integers(1, 3)), max_size=5)


def history(changes: list[tuple[str, int]]) -> list[Meeting]:
    """The meeting after each of some changes, two hours apart."""
    meetings = [booked()]
    for n, (kind, hours) in enumerate(changes, 1):
        now, last = MONDAY + 2 * n * HOUR, meetings[-1]
        if kind == "revive" and not last.is_ahead:
            meetings.append(revive(last, now=now).meeting)
        elif kind == "move" and last.is_ahead:
            meetings.append(move(last, starts_local=last.starts_local + hours * HOUR, now=now).meeting)
        elif kind == "cancel" and last.is_ahead:
            meetings.append(cancel(last, reason_code="x", now=now).meeting)
    return meetings


@settings(max_examples=400, deadline=None)
@given(REPLIES, CHANGES, st.randoms(use_true_random=False), st.integers(0, 6))
def test_the_end_is_the_same_for_any_order_of_arrival_and_any_repetition(
    replies: list[Reply], changes: list[tuple[str, int]], chance: Random, doubled: int
) -> None:
    """Replies arrive shuffled, doubled, and anywhere among the changes; the end equals judging all of them at the end."""
    meetings = history(changes)
    expected = judge(part_of(meetings[-1]), replies)
    arrivals = [*replies, *replies[:doubled]]
    chance.shuffle(arrivals)
    known: list[Reply] = []
    for step, meeting in enumerate(meetings):
        last = step == len(meetings) - 1
        while arrivals and (last or chance.random() < 0.5):
            known.append(arrivals.pop())
            judge_one(part_of(meeting), known[:-1], known[-1])
    found = judge(part_of(meetings[-1]), known)
    assert found == expected
    assert set(found.outcomes) == {reply.reply_id for reply in replies}
    counted = [id for id, outcome in found.outcomes.items() if outcome is Outcome.APPLIED]
    assert len(counted) <= 1
    assert not counted or (found.heard is not None and found.heard.reply_id == counted[0])
