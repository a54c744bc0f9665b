"""Kinds, lanes, limits and keys of messages."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.notify.domain.messages import (
    ENTRY_KINDS,
    Kind,
    Lane,
    State,
    Way,
    asks_for_call,
    dedupe_key,
    has_entry,
    kind_of,
    lane_of,
    may_be_too_much,
    not_after,
    waits_for_morning,
)
from shared.events.entries import Notice
from shared.events.notify import SubjectKind

NOW = datetime(2027, 3, 1, tzinfo=UTC)
STARTS = NOW + timedelta(days=3)
ENDS = STARTS + timedelta(hours=1)
MEETING, PERSON, OTHER = (UUID(int=n) for n in (1, 2, 3))


OF_MEETINGS = {Notice.INVITATION, Notice.MOVED, Notice.CHANGED, Notice.CANCELLED, Notice.REMOVED, Notice.AGAIN}


def test_every_notice_is_a_kind_that_carries_an_entry_by_mail_only() -> None:
    told = {kind_of(notice) for notice in OF_MEETINGS}
    told |= {kind_of(notice, SubjectKind.COMMITMENT) for notice in set(Notice) - {Notice.AGAIN}}
    assert told | {Kind.TURN_EXCUSED} == ENTRY_KINDS
    assert has_entry(Kind.MOVED, Way.EMAIL)
    assert not has_entry(Kind.MOVED, Way.SMS)
    assert not has_entry(Kind.REMINDER_2H, Way.EMAIL)


def test_moves_and_cancellations_overtake_invitations_and_reminders() -> None:
    assert lane_of(Kind.MOVED) is lane_of(Kind.CANCELLED) is lane_of(Kind.HELP) is Lane.URGENT
    assert lane_of(Kind.INVITATION) is Lane.INVITES
    assert lane_of(Kind.REMINDER_2D) is Lane.REMINDERS


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        (Kind.INVITATION, STARTS),
        (Kind.CANCELLED, ENDS),
        (Kind.REMOVED, ENDS),
        (Kind.OPT_OUT_CONFIRMATION, NOW + timedelta(minutes=5)),
        (Kind.ANSWER_CONFIRMATION, NOW + timedelta(hours=1)),
        (Kind.DOUBLE_OPT_IN, NOW + timedelta(days=3)),
    ],
)
def test_each_kind_has_a_time_after_which_it_would_be_wrong(kind: Kind, limit: datetime) -> None:
    assert not_after(kind, now=NOW, starts_at=STARTS, ends_at=ENDS) == limit


def test_the_key_names_the_person_the_revision_the_way_and_the_part() -> None:
    key = dedupe_key(Kind.INVITATION, MEETING, 1, PERSON, Way.EMAIL)
    others = {
        dedupe_key(Kind.INVITATION, MEETING, 2, PERSON, Way.EMAIL),
        dedupe_key(Kind.INVITATION, MEETING, 1, OTHER, Way.EMAIL),
        dedupe_key(Kind.INVITATION, MEETING, 1, PERSON, Way.CALL),
        dedupe_key(Kind.INVITATION, MEETING, 1, PERSON, Way.EMAIL, part=1),
        dedupe_key(Kind.MOVED, MEETING, 1, PERSON, Way.EMAIL),
        dedupe_key(Kind.INVITATION, MEETING, 1, PERSON, Way.EMAIL, again="r2"),
    }
    assert key == dedupe_key(Kind.INVITATION, MEETING, 1, PERSON, Way.EMAIL)
    assert len(others | {key}) == 7


def test_quiet_hours_hold_what_makes_a_phone_sound() -> None:
    assert waits_for_morning(Kind.INVITATION, Way.SMS)
    assert waits_for_morning(Kind.CANCELLED, Way.SMS)
    assert waits_for_morning(Kind.REMINDER_2D, Way.EMAIL)
    assert not waits_for_morning(Kind.INVITATION, Way.EMAIL)
    assert not waits_for_morning(Kind.HELP, Way.SMS)


def test_a_backup_is_asked_in_the_night_only_where_they_allowed_it() -> None:
    assert waits_for_morning(Kind.BACKUP_ASK, Way.SMS)
    assert not waits_for_morning(Kind.BACKUP_ASK, Way.SMS, urgent_at_night=True)
    assert waits_for_morning(Kind.TURN_REMINDER, Way.SMS, urgent_at_night=True)
    assert not waits_for_morning(Kind.PROMISE_CONFIRMED, Way.SMS)


def test_staff_are_woken_for_what_is_loud_or_because_they_are_on_call() -> None:
    assert waits_for_morning(Kind.STAFF_ALERT, Way.SMS, detail="review_due")
    assert waits_for_morning(Kind.STAFF_ALERT, Way.SMS, detail="coverage_gap")
    assert not waits_for_morning(Kind.STAFF_ALERT, Way.SMS, detail="coverage_uncovered")
    assert not waits_for_morning(Kind.STAFF_ALERT, Way.SMS, detail="coverage_gap", urgent_at_night=True)


def test_asks_and_alerts_pass_the_texts_of_the_day_and_nothing_else_of_a_promise_does() -> None:
    passing = {kind for kind in Kind if not may_be_too_much(kind)}
    assert {Kind.BACKUP_ASK, Kind.BACKUP_COVERED, Kind.STAFF_ALERT} <= passing
    assert not passing & {Kind.PROMISE_OFFER, Kind.PROMISE_CHANGED, Kind.TURN_REMINDER, Kind.CHECK_IN}
    assert lane_of(Kind.BACKUP_ASK) is lane_of(Kind.BACKUP_COVERED) is lane_of(Kind.STAFF_ALERT) is Lane.URGENT
    assert lane_of(Kind.CHECK_IN) is lane_of(Kind.TURN_REMINDER) is Lane.REMINDERS


def test_a_missed_check_in_is_unknown_and_a_missed_reminder_is_a_call() -> None:
    assert not asks_for_call(Kind.CHECK_IN, State.MISSED)
    assert asks_for_call(Kind.TURN_REMINDER, State.MISSED)
    assert asks_for_call(Kind.BACKUP_ASK, State.FAILED)


def test_an_ask_is_worth_sending_until_the_time_is_over() -> None:
    assert not_after(Kind.BACKUP_ASK, now=NOW, starts_at=STARTS, ends_at=ENDS) == ENDS


def test_what_did_not_get_through_about_a_meeting_becomes_a_call() -> None:
    assert asks_for_call(Kind.REMINDER_2H, State.MISSED)
    assert asks_for_call(Kind.CANCELLED, State.FAILED)
    assert not asks_for_call(Kind.INVITATION, State.CANCELLED)
    assert not asks_for_call(Kind.HELP, State.FAILED)
