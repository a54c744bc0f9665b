"""What becomes of a message after an attempt, and after a receipt: a decision as a value; somebody else acts on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.notify.domain.messages import Phase, State

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
"""Waits after the first, second, … refusal that may pass; the last one repeats (RELIABILITY P)."""

JITTER = 0.2
"""A wait is shortened or lengthened by up to a fifth, so that a backlog does not come back in one wave."""


AWAY = "cannot_connect"
"""The reason of an attempt that reached no server at all."""


class Fate(StrEnum):
    """What one attempt came to, as far as anyone can honestly say."""

    ACCEPTED = "accepted"
    TRY_LATER = "try_later"
    REFUSED = "refused"
    BROKE_BEFORE = "broke_before"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a gateway reports. `code` is the provider's number, `reason` our stable word; neither holds an address or any words.

    `slow_down` asks for fewer connections for a while. `opted_out` and `bad_address` are facts about the number or mailbox.
    """

    fate: Fate
    phase: Phase
    code: int | None = None
    reason: str = ""
    provider_id: str = ""
    retry_after: timedelta | None = None
    slow_down: bool = False
    opted_out: bool = False
    bad_address: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDecision:
    """The state a message takes, when it is due again if it is (only for `pending`), and why."""

    state: State
    reason: str
    due_at: datetime | None = None
    stop_number: bool = False
    contact_lost: bool = False


def backoff(attempt: int, *, jitter: float) -> timedelta:
    """Return the wait after attempt number `attempt` (from 1). `jitter` is a chance between 0 and 1 that the caller draws."""
    wait = BACKOFF[min(max(attempt, 1), len(BACKOFF)) - 1]
    return wait * (1 - JITTER + 2 * JITTER * jitter)


def after(outcome: Outcome, *, attempt: int, not_after: datetime, now: datetime, jitter: float = 0.5) -> RetryDecision:
    """Say what becomes of a message: sent, tried again at a time, or given up as a named state.

    `unknown` is never sent again by itself: a second copy is for a person to choose.
    """
    if outcome.fate is Fate.ACCEPTED:
        return RetryDecision(state=State.SENT, reason="accepted")
    if outcome.fate is Fate.UNKNOWN:
        return RetryDecision(state=State.UNKNOWN, reason=outcome.reason or "no_answer_after_sending")
    if outcome.fate is Fate.WITHDRAWN:
        return RetryDecision(state=State.CANCELLED, reason=outcome.reason or "withdrawn_before_sending")
    if outcome.fate is Fate.REFUSED:
        state = State.SUPPRESSED if outcome.opted_out else State.FAILED
        return RetryDecision(
            state=state, reason=outcome.reason or "refused", stop_number=outcome.opted_out, contact_lost=outcome.bad_address
        )
    # A server that is away says nothing about the message: it is asked for again soon, so that all leaves once the server is back.
    refusals = 1 if outcome.reason == AWAY else attempt
    wait = max(backoff(refusals, jitter=jitter), outcome.retry_after or timedelta(0))
    if now + wait >= not_after:
        return RetryDecision(state=State.FAILED, reason="gave_up")
    return RetryDecision(state=State.PENDING, reason=outcome.reason or "try_later", due_at=now + wait)


def when_claimed(*, due_at: datetime, not_after: datetime, allowed_at: datetime, now: datetime) -> RetryDecision | None:
    """Say why a claimed message must not leave now, or None when it may.

    `allowed_at` is the next instant outside quiet hours. A deferral never passes `not_after`: then the message is missed, visibly.
    """
    if now >= not_after or (allowed_at > now and allowed_at >= not_after):
        return RetryDecision(state=State.MISSED, reason="too_late" if now >= not_after else "quiet_hours")
    if allowed_at > now:
        return RetryDecision(state=State.PENDING, reason="quiet_hours", due_at=allowed_at)
    if due_at > now:
        return RetryDecision(state=State.PENDING, reason="not_yet", due_at=due_at)
    return None


SEVERITY: Mapping[State, int] = {State.UNKNOWN: 0, State.SENT: 1, State.DELIVERED: 2, State.FAILED: 3}
"""How much a state says about a message that left. A receipt may only raise it; the SQL update says the same."""


def after_receipt(state: State, reported: State) -> State:
    """Return the state once a receipt has come: doubled, late or out of order, it never lowers what is known."""
    if state in {State.CLAIMED, State.SENDING}:
        return reported
    if state not in SEVERITY or reported not in SEVERITY:
        return state
    return reported if SEVERITY[reported] > SEVERITY[state] else state
