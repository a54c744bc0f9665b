"""A safety plan as pages show it: what it requires, who promised what, what lies open. Local times are wall time in `time_zone`."""

from dataclasses import dataclass
from datetime import date, datetime

DRAFTS = frozenset({"draft", "agreed", "supervisor_review"})
IN_FORCE = frozenset({"active", "at_risk", "under_review"})
HOLDS = frozenset({"accepted", "active"})
STANDING = frozenset({"open", "asking_backups", "partly_filled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Time in which a plan requires protective adults."""

    id: str
    starts_local: datetime
    ends_local: datetime
    time_zone: str
    label: str = ""
    adults: int = 1
    repeats: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWords:
    """What a plan says beside its steps."""

    title: str = ""
    rules: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    monitoring: tuple[str, ...] = ()
    backup: tuple[str, ...] = ()
    review_how: str = ""
    shared_with_network: bool = False


NO_WORDS = PlanWords()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One version of a family's safety plan."""

    id: str
    case_id: str
    kind: str
    state: str
    time_zone: str
    starts_on: date
    review_on: date
    ends_on: date | None = None
    words: PlanWords = NO_WORDS
    windows: tuple[Window, ...] = ()
    replaces: str | None = None
    activated_at: datetime | None = None
    ended_at: datetime | None = None
    supervisor_review_due_at: datetime | None = None
    approved_at: datetime | None = None
    approved_by: str = ""
    returned_at: datetime | None = None
    returned_words: str = ""
    etag: str = ""

    @property
    def is_draft(self) -> bool:
        """Whether it has not come into force yet."""
        return self.state in DRAFTS

    @property
    def is_in_force(self) -> bool:
        """Whether its time must be covered now."""
        return self.state in IN_FORCE

    @property
    def has_ended(self) -> bool:
        """Whether nothing about it changes any more."""
        return not self.is_draft and not self.is_in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What makes a promise a backup's."""

    gap_id: str
    state: str
    answer_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """What one member is asked to do, or has promised. `excluded` are local starts of turns that they cannot do."""

    id: str
    plan_id: str
    member_id: str
    person_id: str
    state: str
    commitment_class: str
    action: str
    starts_local: datetime
    ends_local: datetime
    time_zone: str
    place: str = ""
    repeats: str = ""
    excluded: tuple[datetime, ...] = ()
    danger_ids: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()
    ask: Ask | None = None
    accepted_at: datetime | None = None
    accepted_by: str | None = None
    witness: str = ""
    contact_lost: bool = False
    offered_at: datetime | None = None
    etag: str = ""

    @property
    def holds(self) -> bool:
        """Whether it is promised."""
        return self.state in HOLDS

    @property
    def is_protective(self) -> bool:
        """Whether it may count as cover."""
        return self.commitment_class == "protective"

    @property
    def is_open(self) -> bool:
        """Whether something may still be said about it."""
        return self.holds or self.state in {"offered", "paused"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of time."""

    starts_at: datetime
    ends_at: datetime
    starts_local: datetime
    ends_local: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Time that too few protect. `left` is what of it lies open now."""

    id: str
    case_id: str
    plan_id: str
    state: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    opened_at: datetime
    adults: int = 1
    left: tuple[Stretch, ...] = ()
    lost_commitment_id: str | None = None
    told: str = ""
    closed_at: datetime | None = None
    accepted_by: str = ""
    reason: str = ""
    etag: str = ""

    @property
    def is_standing(self) -> bool:
        """Whether somebody may still close it."""
        return self.state in STANDING or (self.state == "elapsed_uncovered" and bool(self.left))


@dataclass(frozen=True, slots=True, kw_only=True)
class Required:
    """A time that a window requires."""

    window_id: str
    starts_at: datetime
    ends_at: datetime
    label: str = ""
    adults: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of a promise: who, whether it counts as cover, and what became of it. `shown_local` is what clocks really show."""

    commitment_id: str
    member_id: str
    starts_local: datetime
    ends_local: datetime
    starts_at: datetime
    ends_at: datetime
    shown_local: datetime
    protects: bool
    excused: bool = False
    state: str = "planned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Stretch):
    """Time that lies open, and how many adults are missing."""

    adults: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How a plan is covered on some days."""

    plan_id: str
    time_zone: str
    begin: date
    end: date
    required: tuple[Required, ...] = ()
    turns: tuple[Turn, ...] = ()
    open: tuple[Open, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One thing that keeps a plan from coming into force, in words a person can act on."""

    code: str
    detail: str
    subject_id: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether a plan may come into force, and all that is missing."""

    ready: bool = False
    reasons: tuple[Missing, ...] = ()
    warnings: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A question beside a text; it refuses nothing."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a member will do differently, and when they agreed to it."""

    id: str
    owner_member_id: str
    text: str
    when_words: str = ""
    due_on: date | None = None
    danger_ids: tuple[str, ...] = ()
    threat_ids: tuple[str, ...] = ()
    agreed_at: datetime | None = None
    witness: str = ""
    hints: tuple[Hint, ...] = ()
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat:
    """What a safety assessment came to, as a worker typed it."""

    id: str
    code: str
    text: str
    identified_on: date
    state: str = "open"
    resolved_on: date | None = None
    how: str = ""
    alert: str | None = None
    etag: str = ""

    @property
    def is_open(self) -> bool:
        """Whether a plan must answer it."""
        return self.state == "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """That somebody agreed to the plan; from `void_at` on it said something else."""

    id: str
    capacity: str
    method: str
    signed_on: date
    member_id: str | None = None
    child_id: str | None = None
    name: str = ""
    witness: str = ""
    void_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review that was held."""

    id: str
    held_on: date
    outcome: str
    text: str = ""
    review_on: date | None = None


def in_force(plans: tuple[Plan, ...]) -> Plan | None:
    """Return the plan that holds now; of several the last one that came into force."""
    holding = [one for one in plans if one.is_in_force]
    return max(holding, key=lambda one: (one.activated_at is not None, one.activated_at, one.id)) if holding else None
