"""The orders about plans, promises and gaps: frozen, as the edge read them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.network.domain.commitments import AnswerSource, Promise
from services.network.domain.members import MemberId
from services.network.domain.plans import PlanKind, PlanWords
from services.network.domain.recurrence import Pattern


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
    """Ask a member to do one thing."""

    member_id: MemberId
    promise: Promise


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
