"""Every person is told exactly what concerns them, under one UID and a number that never repeats (CALENDAR C16-C30, §8.1)."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.meetings.domain.errors import (
    AlreadyInvited,
    InterpreterUnfilled,
    InThePast,
    MeetingIsCancelled,
    MeetingIsNotCancelled,
    NobodyInvited,
    ParticipantNotFound,
    PlaceMissing,
    RequiredAnswerMissing,
    RequiredRoleMissing,
)
from services.meetings.domain.meetings import Heard, Meeting, MeetingState, Place, Stretch, TeamRole
from services.meetings.domain.revisions import (
    Revision,
    add_person,
    again,
    cancel,
    change,
    confirm,
    diff,
    hear,
    move,
    remove_person,
    revive,
)
from shared.events.entries import Answer, Method, Mode, Notice, PlaceWords
from shared.events.meetings import (
    MeetingCancelled,
    MeetingChanged,
    MeetingRescheduled,
    MeetingScheduled,
    ParticipantInvited,
    ParticipantRemoved,
)
from tests.meetings.domain.factories import MONDAY, OFFICE, THURSDAY_TEN, TRIBAL_OFFICE, a_booking, an_id, book_for, someone

TUESDAY = MONDAY + timedelta(days=1)
LATER = THURSDAY_TEN + timedelta(hours=4)


def told(revision: Revision) -> list[tuple[int, str, str, int]]:
    """Who is told what: person, method, notice, number."""
    return [(e.person_id.int, e.method.value, e.notice.value, e.sequence) for e in revision.entries]


def accepted(meeting: Meeting, *numbers: int) -> Meeting:
    """The meeting after these people said yes to what they were last asked."""
    for number in numbers:
        part = next(one for one in meeting.participants if one.person_id == an_id(number)).parts[0]
        heard = Heard(
            answer=Answer.ACCEPTED, sequence=part.asked or 0, stamp=MONDAY, received_at=MONDAY, reply_id="r", channel="link"
        )
        meeting = hear(meeting, an_id(1000 + number), 0, heard)
    return meeting


def test_booking_invites_everyone_at_number_zero() -> None:
    booked = a_booking(someone(11), someone(12))
    assert told(booked) == [(11, "REQUEST", "invitation", 0), (12, "REQUEST", "invitation", 0)]
    assert {entry.answer for entry in booked.entries} == {Answer.NEEDS_ACTION}
    assert type(booked.fact) is MeetingScheduled
    assert (booked.meeting.revision, booked.meeting.sequence, booked.meeting.state) == (1, 0, MeetingState.SCHEDULED)


def test_an_entry_says_its_instant_and_its_wall_time() -> None:
    entry = a_booking().entries[0]
    assert entry.starts_at.isoformat() == "2027-03-04T18:00:00+00:00"
    assert (entry.starts_local, entry.ends_local) == (THURSDAY_TEN, THURSDAY_TEN + timedelta(minutes=90))


def test_a_uid_is_constant_and_names_nobody() -> None:
    booked = a_booking()
    moved = move(booked.meeting, starts_local=LATER, now=TUESDAY)
    assert [e.uid for e in moved.entries] == [e.uid for e in booked.entries]
    assert booked.entries[0].uid == f"{an_id(1011).hex}-0@alder.surround"


def test_a_move_raises_everyones_number_and_asks_anew() -> None:
    meeting = accepted(a_booking(someone(11), someone(12)).meeting, 11)
    moved = move(meeting, starts_local=LATER, now=TUESDAY)
    assert told(moved) == [(11, "REQUEST", "moved", 1), (12, "REQUEST", "moved", 1)]
    assert moved.entries[0].answer is Answer.NEEDS_ACTION
    assert [one.answer for one in moved.meeting.participants] == [Answer.NEEDS_ACTION, Answer.NEEDS_ACTION]
    assert moved.meeting.participants[0].answered_old_time
    assert type(moved.fact) is MeetingRescheduled


def test_a_longer_meeting_asks_anew_and_a_move_to_the_same_time_tells_nobody() -> None:
    meeting = a_booking().meeting
    assert told(move(meeting, starts_local=THURSDAY_TEN, minutes=120, now=TUESDAY))[0][2:] == ("moved", 1)
    same = move(meeting, starts_local=THURSDAY_TEN, now=TUESDAY)
    assert (same.entries, same.fact, same.meeting) == ((), None, meeting)


def test_a_far_place_asks_anew_only_those_who_go_there() -> None:
    meeting = a_booking(someone(11), someone(12, mode=Mode.VIDEO)).meeting
    went = change(
        meeting, place=replace(TRIBAL_OFFICE, words=replace(TRIBAL_OFFICE.words, join_url="https://v.test/1")), now=TUESDAY
    )
    assert told(went) == [(11, "REQUEST", "moved", 1)]
    assert type(went.fact) is MeetingRescheduled


def test_another_word_for_the_same_place_keeps_number_and_answers() -> None:
    meeting = accepted(a_booking(someone(11), someone(12, mode=Mode.PHONE)).meeting, 11, 12)
    changed = change(meeting, place=Place("", PlaceWords(place="Room 2", dial_in="555-0100")), correction=True, now=TUESDAY)
    assert told(changed) == [(11, "REQUEST", "changed", 0)]
    assert changed.entries[0].answer is Answer.ACCEPTED
    assert type(changed.fact) is MeetingChanged
    assert changed.words.places == {str(an_id(1011)): PlaceWords(place="Room 2")}


def test_a_change_nobody_can_see_tells_nobody_and_is_a_revision() -> None:
    meeting = a_booking().meeting
    changed = change(meeting, room_id=an_id(70), now=TUESDAY)
    assert (changed.entries, changed.meeting.revision) == ((), 2)


def test_one_persons_own_way_of_taking_part_concerns_only_them() -> None:
    changed = change(a_booking().meeting, modes={an_id(1011): Mode.VIDEO}, now=TUESDAY)
    assert told(changed) == [(11, "REQUEST", "moved", 1)]


def test_a_person_added_begins_at_the_meetings_number_and_nobody_else_hears() -> None:
    moved = move(a_booking(someone(11)).meeting, starts_local=LATER, now=TUESDAY).meeting
    added = add_person(moved, someone(13), now=TUESDAY)
    assert told(added) == [(13, "REQUEST", "invitation", 1)]
    assert type(added.fact) is ParticipantInvited


def test_a_person_removed_gets_one_cancel_and_comes_back_above_it() -> None:
    meeting = a_booking(someone(11), someone(12)).meeting
    removed = remove_person(meeting, an_id(1012), now=TUESDAY)
    assert told(removed) == [(12, "CANCEL", "removed", 1)]
    assert type(removed.fact) is ParticipantRemoved
    assert removed.words.places == {}
    back = add_person(removed.meeting, replace(someone(12), participant_id=an_id(9999)), now=TUESDAY)
    assert told(back) == [(12, "REQUEST", "invitation", 2)]
    assert back.entries[0].participant_id == an_id(1012)


def test_the_last_person_removed_is_told_too() -> None:
    assert told(remove_person(a_booking(someone(11)).meeting, an_id(1011), now=TUESDAY)) == [(11, "CANCEL", "removed", 1)]


def test_a_cancel_goes_to_decliners_and_not_twice_to_who_was_removed() -> None:
    meeting = remove_person(a_booking(someone(11), someone(12), someone(13)).meeting, an_id(1013), now=TUESDAY).meeting
    no = Heard(answer=Answer.DECLINED, sequence=0, stamp=MONDAY, received_at=MONDAY, reply_id="r", channel="mail")
    called_off = cancel(hear(meeting, an_id(1012), 0, no), reason_code="family_asked", now=TUESDAY)
    assert told(called_off) == [(11, "CANCEL", "cancelled", 1), (12, "CANCEL", "cancelled", 1)]
    assert type(called_off.fact) is MeetingCancelled
    assert called_off.meeting.state is MeetingState.CANCELLED


def test_a_revived_meeting_is_above_the_cancels_number() -> None:
    called_off = cancel(a_booking(someone(11)).meeting, reason_code="x", now=TUESDAY).meeting
    revived = revive(called_off, starts_local=LATER, now=TUESDAY)
    assert told(revived) == [(11, "REQUEST", "invitation", 2)]
    assert type(revived.fact) is MeetingScheduled
    assert told(add_person(revived.meeting, someone(12), now=TUESDAY)) == [(12, "REQUEST", "invitation", 2)]


def test_asking_for_the_entry_again_repeats_it_as_it_stands() -> None:
    meeting = accepted(a_booking(someone(11), someone(12)).meeting, 11)
    repeated = again(meeting, an_id(1011), now=TUESDAY)
    assert told(repeated) == [(11, "REQUEST", "again", 0)]
    assert repeated.entries[0].answer is Answer.ACCEPTED
    assert repeated.meeting == meeting


def test_who_attends_two_parts_has_two_entries_with_their_own_hours() -> None:
    raul = replace(someone(11), stretches=(Stretch(0, 45), Stretch(75, 15)))
    meeting = a_booking(raul, someone(12)).meeting
    entries = [e for e in a_booking(raul, someone(12)).entries if e.person_id == an_id(11)]
    assert [(e.part, e.starts_local.time().isoformat(), e.ends_local.time().isoformat()) for e in entries] == [
        (0, "10:00:00", "10:45:00"),
        (1, "11:15:00", "11:30:00"),
    ]
    assert len({e.uid for e in entries}) == 2
    assert len(cancel(meeting, reason_code="x", now=TUESDAY).entries) == 3


def test_another_facilitator_comes_with_the_move_in_one_revision() -> None:
    meeting = a_booking(someone(11), someone(20, TeamRole.FACILITATOR)).meeting
    moved = move(meeting, starts_local=LATER, joining=[someone(21, TeamRole.FACILITATOR)], leaving=[an_id(1020)], now=TUESDAY)
    assert told(moved) == [(11, "REQUEST", "moved", 1), (20, "CANCEL", "removed", 1), (21, "REQUEST", "invitation", 1)]
    assert moved.meeting.revision == meeting.revision + 1


def test_each_person_is_given_only_the_words_they_need() -> None:
    booked = a_booking(someone(11), someone(12, mode=Mode.PHONE), someone(13, mode=Mode.VIDEO))
    assert booked.words.places[str(an_id(1011))] == PlaceWords(place="Family office", address="1 Alder Street")
    assert booked.words.places[str(an_id(1012))] == PlaceWords(dial_in="555-0100")
    assert booked.words.places[str(an_id(1013))] == PlaceWords(join_url="https://v.test/1", dial_in="555-0100")


def test_a_meeting_over_the_clock_change_keeps_its_wall_time() -> None:
    # V7-6: after the change ten o'clock is 17:00Z; a week before it was 18:00Z.
    booked = a_booking(starts_local=datetime(2027, 3, 15, 10))  # noqa: DTZ001
    assert booked.meeting.starts_at.isoformat() == "2027-03-15T17:00:00+00:00"


def test_what_cannot_be_done_is_refused() -> None:
    meeting = a_booking().meeting
    called_off = cancel(meeting, reason_code="x", now=TUESDAY).meeting
    with pytest.raises(MeetingIsCancelled):
        move(called_off, starts_local=LATER, now=TUESDAY)
    with pytest.raises(MeetingIsNotCancelled):
        revive(meeting, now=TUESDAY)
    with pytest.raises(InThePast):
        move(meeting, starts_local=THURSDAY_TEN - timedelta(days=30), now=TUESDAY)
    with pytest.raises(AlreadyInvited):
        add_person(meeting, someone(11), now=TUESDAY)
    with pytest.raises(ParticipantNotFound):
        remove_person(meeting, an_id(5), now=TUESDAY)


def test_a_meeting_of_nobody_is_refused() -> None:
    with pytest.raises(NobodyInvited):
        book_for([])


def test_confirming_waits_for_seats_interpreters_answers_and_places() -> None:
    meeting = a_booking(someone(11), someone(12, required=False)).meeting
    with pytest.raises(RequiredRoleMissing) as missing:
        confirm(meeting, missing_roles=["tribal_representative"], unfilled_languages=[])
    assert missing.value.facts["roles"] == ["tribal_representative"]
    with pytest.raises(InterpreterUnfilled):
        confirm(meeting, missing_roles=[], unfilled_languages=["es"])
    with pytest.raises(RequiredAnswerMissing):
        confirm(meeting, missing_roles=[], unfilled_languages=[])
    nowhere = replace(accepted(meeting, 11), place=Place())
    with pytest.raises(PlaceMissing):
        confirm(nowhere, missing_roles=[], unfilled_languages=[])
    assert confirm(accepted(meeting, 11), missing_roles=[], unfilled_languages=[]).state is MeetingState.CONFIRMED


@pytest.mark.parametrize("role", [TeamRole.PARENT, TeamRole.INTERPRETER])
def test_a_confirmed_meeting_falls_back_when_someone_needed_declines(role: TeamRole) -> None:
    meeting = accepted(a_booking(someone(11, role)).meeting, 11)
    confirmed = confirm(meeting, missing_roles=[], unfilled_languages=[])
    no = Heard(answer=Answer.DECLINED, sequence=0, stamp=TUESDAY, received_at=TUESDAY, reply_id="s", channel="sms")
    assert hear(confirmed, an_id(1011), 0, no).state is MeetingState.SCHEDULED


def test_a_move_makes_a_confirmed_meeting_scheduled_again() -> None:
    confirmed = confirm(accepted(a_booking(someone(11)).meeting, 11), missing_roles=[], unfilled_languages=[])
    assert move(confirmed, starts_local=LATER, now=TUESDAY).meeting.state is MeetingState.SCHEDULED
    assert change(confirmed, room_id=an_id(70), now=TUESDAY).meeting.state is MeetingState.CONFIRMED


# The reference: what a careful clerk with one index card for each person would send. It shares nothing with the code above.


Says = tuple[tuple[tuple[datetime, int], str], int]


class Card(NamedTuple):
    """The last number sent, whether the calendar holds the entry, and what it says."""

    number: int = -1
    held: bool = False
    says: Says | None = None


class Clerk:
    """One card a person."""

    def __init__(self) -> None:
        self.number = 0
        self.cards: dict[int, Card] = {}
        self.on: set[int] = set()
        self.off = False
        self.at = (THURSDAY_TEN, 90)
        self.site = "office"
        self.words = 0

    def send(self, kind: str, who: int, argument: int) -> list[tuple[int, str, int]]:
        """Note the change and return (person, method, number) for everyone who must be told."""
        before = (self.at, self.site, self.off)
        if kind == "move":
            self.at = (THURSDAY_TEN + timedelta(hours=argument), 90)
        elif kind == "place":
            self.site = ("office", "far")[argument % 2]
        elif kind == "words":
            self.words = argument
        elif kind == "cancel":
            self.off = True
        elif kind == "revive":
            self.off = False
        elif kind == "add":
            self.on.add(who)
        elif kind == "remove":
            self.on.remove(who)
        if (self.at, self.site, self.off) != before:
            self.number += 1
        out = []
        for person in sorted(self.cards.keys() | self.on):
            last, held, says = self.cards.get(person, Card())
            wants = person in self.on and not self.off
            now: Says = ((self.at, self.site), self.words)
            if held and not wants:
                card = Card(last + 1, held=False)
            elif wants and not held:
                card = Card(max(self.number, last + 1), held=True, says=now)
            elif wants and says and says[0] != now[0]:
                card = Card(last + 1, held=True, says=now)
            elif wants and says != now:
                card = Card(last, held=True, says=now)
            else:
                continue
            self.cards[person] = card
            out.append((person, "REQUEST" if card.held else "CANCEL", card.number))
        return out


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["move", "place", "words", "cancel", "revive", "add", "remove"]), st.integers(11, 14), st.integers(0, 3)
    ),
    max_size=25,
)


def do(meeting: Meeting, clerk: Clerk, kind: str, who: int, argument: int) -> Revision | None:
    """Take one step if the present state allows it."""
    if kind == "revive":
        return revive(meeting, now=TUESDAY) if clerk.off else None
    if clerk.off or ((kind == "add") == (who in clerk.on and kind in ("add", "remove")) and kind in ("add", "remove")):
        return None
    words = replace(OFFICE.words, place=f"Room {clerk.words}")
    match kind:
        case "move":
            return move(meeting, starts_local=THURSDAY_TEN + timedelta(hours=argument), now=TUESDAY)
        case "place":
            return change(meeting, place=Place(("office", "far")[argument % 2], words), now=TUESDAY)
        case "words":
            return change(meeting, place=Place(clerk.site, replace(words, place=f"Room {argument}")), now=TUESDAY)
        case "cancel":
            return cancel(meeting, reason_code="x", now=TUESDAY)
        case "add":
            return add_person(meeting, someone(who), now=TUESDAY)
        case _:
            return remove_person(meeting, an_id(1000 + who), now=TUESDAY)


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_any_sequence_of_changes_sends_what_a_careful_clerk_would(steps: list[tuple[str, int, int]]) -> None:
    clerk = Clerk()
    clerk.on = {11, 12}
    first = a_booking(someone(11), someone(12), place=Place("office", replace(OFFICE.words, place="Room 0")))
    assert [(e.person_id.int, e.method.value, e.sequence) for e in first.entries] == clerk.send("book", 0, 0)
    meeting, sent = first.meeting, [*first.entries]
    for kind, who, argument in steps:
        revision = do(meeting, clerk, kind, who, argument)
        if revision is None:
            continue
        assert sorted((e.person_id.int, e.method.value, e.sequence) for e in revision.entries) == clerk.send(kind, who, argument)
        assert diff(meeting, meeting) == ()
        meeting = revision.meeting
        sent += revision.entries
    for uid in {entry.uid for entry in sent}:
        history = [entry for entry in sent if entry.uid == uid]
        numbers = [entry.sequence for entry in history]
        assert numbers == sorted(numbers)
        assert len({entry.person_id for entry in history}) == 1
        for earlier, later in pairwise(history):
            kept = later.notice is Notice.CHANGED
            assert later.sequence == earlier.sequence if kept else later.sequence > earlier.sequence
            assert (later.method is Method.CANCEL) <= (earlier.method is Method.REQUEST)
