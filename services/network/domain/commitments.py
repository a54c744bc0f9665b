"""What a member promises: offered, accepted, kept or not, and always free to be taken back.

Withdrawing is always possible, never punished and needs no reason (DOMAIN §4.6). A backup who is asked to step in gets a commitment
of their own for that one time, so that answer, calendar entry and cover are the same thing everywhere.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.network.domain.cases import CaseId
from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.domain.plan_errors import (
    AlreadyAnswered,
    CommitmentHasEnded,
    NoSuchTurn,
    NotAccepted,
    TurnIsOver,
    WitnessNeeded,
)
from services.network.domain.recurrence import Pattern, turn_at
from shared.events.network import CommitmentClass
from shared.kernel.spans import Span
from shared.kernel.wall import Clock, at_wall

CommitmentId = NewType("CommitmentId", UUID)
PlanId = NewType("PlanId", UUID)
GapId = NewType("GapId", UUID)


class CommitmentState(StrEnum):
    """DOMAIN §6.5. Declined and all after it are final."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    PAUSED = "paused"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


HOLDS = frozenset({CommitmentState.ACCEPTED, CommitmentState.ACTIVE})
"""The states in which a promise counts: as a member's fourth quality, and as cover if it is protective."""

FINAL = frozenset(
    {
        CommitmentState.DECLINED,
        CommitmentState.WITHDRAWN,
        CommitmentState.COMPLETED,
        CommitmentState.EXPIRED,
        CommitmentState.SUPERSEDED,
    }
)


class AskState(StrEnum):
    """How an ask to a backup stands (`backup_ask_state`, DOMAIN §6.5); `covered` says that somebody else was first."""

    SENT = "sent"
    ACCEPTED = "accepted"
    ACCEPTED_PARTIAL = "accepted_partial"
    DECLINED = "declined"
    EXPIRED = "expired"
    COVERED = "covered"
    WITHDRAWN = "withdrawn"


OPEN_ASKS = frozenset({AskState.SENT, AskState.EXPIRED})
"""Asks that a yes still answers: a late one is welcome as long as the time is open."""


class TurnState(StrEnum):
    """What became of one turn (`occurrence_state`); a turn of which nothing is on record is planned, or unknown once it is over."""

    PLANNED = "planned"
    CONFIRMED = "confirmed"
    KEPT = "kept"
    PARTLY_KEPT = "partly_kept"
    MISSED = "missed"
    EXCUSED = "excused"
    UNKNOWN = "unknown"


class AnswerSource(StrEnum):
    """By what way an answer came; `recorded` is a worker's record, with a witness."""

    TEXT = "text"
    TAP = "tap"
    MAIL = "mail"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a member is asked to do: a verb phrase in their own words, where, when, and who steps in, in this order."""

    action: str
    place: str
    commitment_class: CommitmentClass
    pattern: Pattern
    danger_ids: tuple[UUID, ...] = ()
    backups: tuple[MemberId, ...] = ()

    @property
    def is_protective(self) -> bool:
        """Only what is protective covers a child (DOMAIN §4.4)."""
        return self.commitment_class is CommitmentClass.PROTECTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What makes a commitment a backup's: the gap it would fill, how the ask stands, and until when nobody else is asked."""

    gap_id: GapId
    state: AskState
    answer_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """One promise of one member in one plan. `excluded` are local starts of turns that the member cannot do.

    `revision` and `sequence` are those of the member's calendar entry; `witness` is who heard a promise that a worker recorded.
    `asked_until` is how long a single time was to last, where its member does a part of it only.
    """

    id: CommitmentId
    case_id: CaseId
    plan_id: PlanId
    member_id: MemberId
    person_id: PersonId
    promise: Promise
    state: CommitmentState
    offered_at: datetime
    excluded: frozenset[datetime] = frozenset()
    ask: Ask | None = None
    accepted_at: datetime | None = None
    accepted_by: AnswerSource | None = None
    witness: str = ""
    asked_until: datetime | None = None
    contact_lost: bool = False
    revision: int = 1
    sequence: int = 0
    version: int = 1
    updated_at: datetime

    @property
    def holds(self) -> bool:
        """Whether it is promised now."""
        return self.state in HOLDS

    @property
    def has_ended(self) -> bool:
        """Whether nothing can become of it any more."""
        return self.state in FINAL

    @property
    def covers(self) -> bool:
        """Whether it counts as cover."""
        return self.holds and self.promise.is_protective


def accept(commitment: Commitment, *, source: AnswerSource, witness: str = "", is_plan_active: bool, now: datetime) -> Commitment:
    """Return the commitment as promised; in an active plan it is active at once. Accepting twice is accepted once."""
    if commitment.holds:
        return commitment
    if commitment.has_ended:
        raise CommitmentHasEnded(commitment_id=commitment.id)
    if source is AnswerSource.RECORDED and not witness:
        raise WitnessNeeded
    state = CommitmentState.ACTIVE if is_plan_active else CommitmentState.ACCEPTED
    return _changed(commitment, now=now, state=state, accepted_at=now, accepted_by=source, witness=witness)


def accept_part(commitment: Commitment, span: Span, *, source: AnswerSource, witness: str = "", now: datetime) -> Commitment:
    """Return a backup's commitment as promised for this span, which may be less than was asked. Twice is once."""
    if commitment.ask is None:
        raise NoSuchTurn
    if commitment.holds:
        return commitment
    asked = single_time(commitment)
    is_whole = span.end == asked.end and span.start <= max(asked.start, now)
    taken = accept(commitment, source=source, witness=witness, is_plan_active=True, now=now)
    return replace(
        taken,
        promise=replace(taken.promise, pattern=_once(span, commitment.promise.pattern.time_zone)),
        ask=replace(commitment.ask, state=AskState.ACCEPTED if is_whole else AskState.ACCEPTED_PARTIAL),
        asked_until=asked.end if span.end < asked.end else None,
    )


def reach(commitment: Commitment, until: datetime, *, now: datetime) -> Commitment:
    """Return what was promised for a single time as reaching until then: less of it than before, or more of what was asked.

    What was given up is not forgotten: its member may take it again while nobody else does, and is not asked for it.
    """
    span, whole = single_time(commitment), asked_time(commitment)
    if not commitment.holds:
        raise NotAccepted(commitment_id=commitment.id)
    until = min(until, whole.end)
    if until == span.end:
        return commitment
    is_whole = until == whole.end
    ask = commitment.ask and replace(commitment.ask, state=AskState.ACCEPTED if is_whole else AskState.ACCEPTED_PARTIAL)
    pattern = _once(Span(span.start, until), commitment.promise.pattern.time_zone)
    return _changed(
        commitment,
        now=now,
        promise=replace(commitment.promise, pattern=pattern),
        ask=ask,
        asked_until=None if is_whole else whole.end,
    )


def single_time(commitment: Commitment) -> Span:
    """Return the time of a promise that does not recur."""
    pattern = commitment.promise.pattern
    if pattern.rule is not None:
        raise NoSuchTurn
    turn = turn_at(pattern, Clock(pattern.time_zone), pattern.starts_local)
    return Span(turn.starts_at, turn.ends_at)


def asked_time(commitment: Commitment) -> Span:
    """Return the time of such a promise as far as it was asked for, of which its member may do a part only."""
    span = single_time(commitment)
    return Span(span.start, commitment.asked_until or span.end)


def _once(span: Span, zone: str) -> Pattern:
    return Pattern(time_zone=zone, starts_local=at_wall(span.start, zone), ends_local=at_wall(span.end, zone))


def decline(commitment: Commitment, *, now: datetime) -> Commitment:
    """Return the commitment as not promised. Who had promised before withdraws instead."""
    if commitment.state is CommitmentState.DECLINED:
        return commitment
    if commitment.state is not CommitmentState.OFFERED:
        raise AlreadyAnswered(commitment_id=commitment.id)
    ask = replace(commitment.ask, state=AskState.DECLINED) if commitment.ask else None
    return _changed(commitment, now=now, state=CommitmentState.DECLINED, ask=ask)


def withdraw(commitment: Commitment, *, now: datetime) -> Commitment:
    """Return the commitment as taken back: at any time, by anybody whose promise it is, without a reason."""
    if commitment.has_ended:
        raise CommitmentHasEnded(commitment_id=commitment.id)
    ask = replace(commitment.ask, state=AskState.WITHDRAWN) if commitment.ask else None
    return _changed(commitment, now=now, state=CommitmentState.WITHDRAWN, ask=ask)


def end(commitment: Commitment, state: CommitmentState, *, now: datetime) -> Commitment:
    """Return the commitment as over because its plan is; one that has ended stays as it ended."""
    return commitment if commitment.has_ended else _changed(commitment, now=now, state=state)


def activate(commitment: Commitment, *, now: datetime) -> Commitment:
    """Return an accepted commitment as active, when its plan becomes so."""
    return (
        _changed(commitment, now=now, state=CommitmentState.ACTIVE) if commitment.state is CommitmentState.ACCEPTED else commitment
    )


def pause(commitment: Commitment, *, now: datetime) -> Commitment:
    """Return an active commitment as resting: it holds no cover until it goes on."""
    if commitment.state is not CommitmentState.ACTIVE:
        raise NotAccepted(commitment_id=commitment.id)
    return _changed(commitment, now=now, state=CommitmentState.PAUSED)


def resume(commitment: Commitment, *, now: datetime) -> Commitment:
    """Return a paused commitment as active again."""
    if commitment.state is not CommitmentState.PAUSED:
        raise NotAccepted(commitment_id=commitment.id)
    return _changed(commitment, now=now, state=CommitmentState.ACTIVE)


def excuse(commitment: Commitment, starts_local: datetime, ends_at: datetime, *, now: datetime) -> Commitment:
    """Return the commitment without one of its turns, which the member cannot do; the rest stays promised.

    One of a single time has no rest: it is taken back, and leaves the calendar.
    """
    is_only_one = commitment.promise.pattern.rule is None
    if is_only_one and commitment.state is CommitmentState.WITHDRAWN:
        return commitment
    if not commitment.holds:
        raise NotAccepted(commitment_id=commitment.id)
    if ends_at <= now:
        raise TurnIsOver
    if is_only_one:
        return withdraw(commitment, now=now)
    if starts_local in commitment.excluded:
        return commitment
    return _changed(commitment, now=now, excluded=commitment.excluded | {starts_local})


def take_back_excuse(commitment: Commitment, starts_local: datetime, *, now: datetime) -> Commitment:
    """Return the commitment with a turn that its member can do after all. What is not promised has no turns to give back."""
    if not commitment.holds:
        raise NotAccepted(commitment_id=commitment.id)
    if starts_local not in commitment.excluded:
        return commitment
    return _changed(commitment, now=now, excluded=commitment.excluded - {starts_local})


def ask_closed(commitment: Commitment, state: AskState, *, now: datetime) -> Commitment:
    """Return a backup's ask as expired (which a late yes may still answer) or as covered by somebody else; only one that waits."""
    if commitment.ask is None or commitment.state is not CommitmentState.OFFERED:
        return commitment
    over = state is not AskState.EXPIRED
    return _changed(
        commitment,
        now=now,
        ask=replace(commitment.ask, state=state),
        state=CommitmentState.SUPERSEDED if over else commitment.state,
    )


def _changed(commitment: Commitment, *, now: datetime, **changes: object) -> Commitment:
    return replace(commitment, version=commitment.version + 1, updated_at=now, **changes)  # type: ignore[arg-type]  # its own fields
