"""The orders about plans, promises and gaps: frozen, as the edge read them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypedDict

from services.network.domain.agreements import AgreementMethod, Capacity
from services.network.domain.commitments import AnswerSource, Promise
from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.domain.plans import PlanKind, PlanWords
from services.network.domain.recurrence import Pattern
from services.network.domain.reviews import ReviewOutcome
from services.network.domain.statements import StatementId
from services.network.domain.threats import ThreatId, ThreatState


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedWindow:
    """Time that the plan shall require."""

    label: str
    pattern: Pattern
    adults: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MakePlan:
    """Begin a plan as a draft. Without a review date it is reviewed after a week or at half its time."""

    kind: PlanKind
    starts_on: date
    ends_on: date | None
    review_on: date | None
    words: PlanWords
    windows: tuple[WantedWindow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCommitment:
    """Ask a member to do one thing. With a witness they said yes where they were asked."""

    member_id: MemberId
    promise: Promise
    witness: str = ""


class Said(StrEnum):
    """What an answer about a promise means."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    PARTIAL = "partial"
    WITHDRAWN = "withdrawn"
    PAUSED = "paused"
    RESUMED = "resumed"
    TURN_EXCUSED = "turn_excused"
    TURN_CONFIRMED = "turn_confirmed"
    KEPT = "kept"
    PARTLY_KEPT = "partly_kept"
    MISSED = "missed"
    HELP = "help"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveAnswer:
    """What a member says about a promise, by whatever way it came.

    `turn_starts_at` names the turn it is about, `until` how long a yes reaches. `sequence` is that of the entry it answers; None is
    whatever stands. `reply_id` names the reply it came by.
    """

    said: Said
    source: AnswerSource
    witness: str = ""
    note: str = ""
    turn_starts_at: datetime | None = None
    until: datetime | None = None
    sequence: int | None = None
    reply_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordThreat:
    """Keep a threat of the safety assessment."""

    code: str
    text: str
    identified_on: date
    child_ids: tuple[PersonId, ...]


class ThreatChanges(TypedDict, total=False):
    """Those facts of a threat that shall change."""

    text: str
    child_ids: tuple[PersonId, ...]
    state: ThreatState
    resolved_on: date | None
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddStep:
    """Add a step to a plan that is not in force yet."""

    owner_member_id: MemberId
    text: str
    when_words: str
    due_on: date | None
    danger_ids: tuple[StatementId, ...]
    threat_ids: tuple[ThreatId, ...]


class StepChanges(TypedDict, total=False):
    """Those facts of a step that shall change."""

    owner_member_id: MemberId
    text: str
    when_words: str
    due_on: date | None
    danger_ids: tuple[StatementId, ...]
    threat_ids: tuple[ThreatId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agree:
    """Keep that somebody agreed: a member, a child of the family, or somebody else by name, in a capacity of their own."""

    member_id: MemberId | None
    child_id: PersonId | None
    name: str
    capacity: Capacity | None
    method: AgreementMethod
    witness: str
    signed_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReview:
    """Keep that a plan was reviewed. Without a next date it follows from the plan's kind and age."""

    held_on: date
    outcome: ReviewOutcome
    text: str
    review_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisePlan:
    """Make a new version of a plan that holds. What is not said stays.

    It begins today where nobody says otherwise, or with the night that runs into that day.
    """

    kind: PlanKind | None
    starts_on: date | None
    ends_on: date | None
    review_on: date | None
