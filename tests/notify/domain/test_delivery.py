"""What becomes of a message after an attempt or a receipt."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from services.notify.domain.delivery import (
    AWAY,
    Fate,
    Outcome,
    RetryDecision,
    after,
    after_receipt,
    backoff,
    when_claimed,
)
from services.notify.domain.messages import Phase, State

NOW = datetime(2027, 3, 4, 18, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=3)


def outcome(fate: Fate, **facts: object) -> Outcome:
    return Outcome(fate=fate, phase=Phase.ANSWERED, **facts)  # type: ignore[arg-type]  # facts are Outcome's own fields


@pytest.mark.parametrize(("attempt", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 60), (50, 60)])
def test_waits_grow_and_stay_at_an_hour(attempt: int, minutes: int) -> None:
    assert backoff(attempt, jitter=0.5) == timedelta(minutes=minutes)
    assert backoff(attempt, jitter=0.0) == timedelta(minutes=minutes) * 0.8
    assert backoff(attempt, jitter=1.0) == timedelta(minutes=minutes) * 1.2


def test_accepted_is_sent() -> None:
    assert after(outcome(Fate.ACCEPTED), attempt=1, not_after=LATER, now=NOW).state is State.SENT


@pytest.mark.parametrize("fate", [Fate.TRY_LATER, Fate.BROKE_BEFORE])
def test_what_may_pass_is_tried_again(fate: Fate) -> None:
    decision = after(outcome(fate, reason="greylisted"), attempt=2, not_after=LATER, now=NOW)
    assert decision == RetryDecision(state=State.PENDING, reason="greylisted", due_at=NOW + timedelta(minutes=5))


def test_it_is_given_up_when_the_next_try_would_be_too_late() -> None:
    decision = after(outcome(Fate.TRY_LATER), attempt=5, not_after=NOW + timedelta(minutes=60), now=NOW)
    assert decision == RetryDecision(state=State.FAILED, reason="gave_up")


def test_a_provider_may_ask_for_a_longer_wait() -> None:
    decision = after(outcome(Fate.TRY_LATER, retry_after=timedelta(minutes=9)), attempt=1, not_after=LATER, now=NOW)
    assert decision.due_at == NOW + timedelta(minutes=9)


def test_a_final_refusal_fails_and_says_what_it_means_for_the_address() -> None:
    decision = after(outcome(Fate.REFUSED, reason="no_such_mailbox", bad_address=True), attempt=1, not_after=LATER, now=NOW)
    assert (decision.state, decision.contact_lost, decision.due_at) == (State.FAILED, True, None)


def test_a_refusal_because_of_stop_suppresses_and_writes_the_opt_out() -> None:
    decision = after(outcome(Fate.REFUSED, opted_out=True), attempt=1, not_after=LATER, now=NOW)
    assert (decision.state, decision.stop_number) == (State.SUPPRESSED, True)


def test_silence_after_the_dot_is_unknown_and_never_tried_again() -> None:
    decision = after(outcome(Fate.UNKNOWN), attempt=1, not_after=LATER, now=NOW)
    assert (decision.state, decision.due_at) == (State.UNKNOWN, None)


def test_withdrawn_before_the_dot_is_cancelled() -> None:
    assert after(outcome(Fate.WITHDRAWN), attempt=1, not_after=LATER, now=NOW).state is State.CANCELLED


@pytest.mark.parametrize(
    ("due", "allowed", "not_after", "state"),
    [
        (-1, 0, 60, None),
        (-1, 0, 0, State.MISSED),
        (-1, 30, 60, State.PENDING),
        (-1, 60, 60, State.MISSED),
        (5, 0, 60, State.PENDING),
    ],
)
def test_a_claimed_message_leaves_waits_or_is_missed(due: int, allowed: int, not_after: int, state: State | None) -> None:
    def minutes(count: int) -> datetime:
        return NOW + timedelta(minutes=count)

    decision = when_claimed(due_at=minutes(due), allowed_at=minutes(allowed), not_after=minutes(not_after), now=NOW)
    assert (decision.state if decision else None) is state


def test_receipts_in_any_order_end_in_the_same_state() -> None:
    ends = set()
    for order in permutations([State.SENT, State.DELIVERED, State.SENT, State.DELIVERED]):
        state = State.SENT
        for reported in order:
            state = after_receipt(state, reported)
        ends.add(state)
    assert ends == {State.DELIVERED}


@pytest.mark.parametrize("state", [State.CANCELLED, State.SUPPRESSED, State.MISSED, State.PENDING])
def test_a_receipt_never_moves_what_never_left(state: State) -> None:
    assert after_receipt(state, State.DELIVERED) is state


def test_a_receipt_settles_the_unknown() -> None:
    assert after_receipt(State.UNKNOWN, State.DELIVERED) is State.DELIVERED


def test_a_server_that_is_away_is_asked_for_again_soon_however_often_it_was() -> None:
    decision = after(outcome(Fate.BROKE_BEFORE, reason=AWAY), attempt=9, not_after=LATER, now=NOW)
    assert decision.due_at == NOW + timedelta(minutes=1)
