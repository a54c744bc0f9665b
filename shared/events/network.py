"""What network announces: families, the people around them, who must never meet, what was promised and what nobody covers."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from shared.events.catalogue import event
from shared.events.entries import Entry


class Channel(StrEnum):
    """A way to reach a person."""

    SMS = "sms"
    EMAIL = "email"
    VOICE = "voice"
    LETTER = "letter"


class Consent(StrEnum):
    """What a person has said about being reached on one contact point."""

    NONE = "none"
    REQUESTED = "requested"
    PENDING_DOUBLE_OPT_IN = "pending_double_opt_in"
    GRANTED = "granted"
    REVOKED = "revoked"
    INVALID_NUMBER = "invalid_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint:
    """One way to reach a person, without the number or address itself, which travels in the sealed words by this id.

    `lookup` is a keyed hash of the normalised number or address, equal within one county only.
    """

    contact_point_id: UUID
    channel: Channel
    consent: Consent
    preferred: bool
    lookup: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonWords:
    """A person's names, numbers and addresses (by contact point id as text), and words that are safe to say to whoever answers."""

    given_name: str
    family_name: str = ""
    preferred_name: str = ""
    addresses: dict[str, str] = field(default_factory=dict)
    safe_words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What others may know of a person without opening the words; languages are BCP 47, quiet hours wall time in `time_zone`.

    `age_band` is under_10, under_12, 12_to_15, 16_to_17 or adult (DOMAIN §4.8). `direct_messages_ok` is false for a minor to whom
    nothing goes directly. What is for somebody with a `relay_person_id` is passed on by that person, through a call.
    """

    person_id: UUID
    time_zone: str
    spoken_language: str
    written_language: str
    interpreter_needed: bool
    is_minor: bool
    contact_points: tuple[ContactPoint, ...]
    quiet_from: time
    quiet_until: time
    voicemail_ok: bool
    staff_id: str | None
    at: datetime
    age_band: str = "adult"
    urgent_at_night: bool = False
    relay_person_id: UUID | None = None
    direct_messages_ok: bool = True


@event("network.person_registered.v1", words=PersonWords)
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRegistered(PersonFacts):
    """A person was registered in a county."""


@event("network.person_changed.v1", words=PersonWords)
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChanged(PersonFacts):
    """A person's names, languages, zone, contact points or quiet hours changed; all of them are given anew."""


@event("network.case_opened.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened:
    """Work with a family began."""

    case_id: UUID
    time_zone: str
    at: datetime


@event("network.case_closed.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed:
    """Work with a family ended."""

    case_id: UUID
    at: datetime


@event("network.case_access_changed.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAccessChanged:
    """Who holds a family changed: unit, assigned staff and shares are given anew."""

    case_id: UUID
    unit: str
    assigned: tuple[str, ...]
    shared_with: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildFacts:
    """The placement facts of a child on which meeting mandates rest; dates are county-local."""

    case_id: UUID
    child_id: UUID
    entered_care_on: date | None
    disposition_on: date | None
    icwa_status: str
    placement_kind: str
    intensive_services: bool
    at: datetime


@event("network.child_added.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class ChildAdded(ChildFacts):
    """A child became part of a family's work; `child_id` is the child's person id."""


@event("network.child_facts_changed.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class ChildFactsChanged(ChildFacts):
    """A child's placement facts changed; all of them are given anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFacts:
    """One person's place around one family."""

    case_id: UUID
    member_id: UUID
    person_id: UUID
    relationship: str
    side: str
    circle: str
    support_type: str
    caregiver_of_concern: bool
    at: datetime
    knows_level: str = "nothing"
    state: str = "identified"


@event("network.member_joined.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(MemberFacts):
    """A person joined a family's safety network."""


@event("network.member_changed.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChanged(MemberFacts):
    """A member's relationship, circle or flags changed; all of them are given anew."""


@event("network.member_left.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft:
    """A member left a family's safety network, or was taken off it."""

    case_id: UUID
    member_id: UUID
    person_id: UUID
    at: datetime


@event("network.separation_set.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class SeparationSet:
    """Two people must never meet nor learn of each other. The reason stays in network; `until` is county-local, None is open."""

    rule_id: UUID
    person_a: UUID
    person_b: UUID
    overridable: bool
    until: date | None
    at: datetime


@event("network.separation_lifted.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class SeparationLifted:
    """A separation no longer holds."""

    rule_id: UUID
    person_a: UUID
    person_b: UUID
    at: datetime


@event("network.words_destroyed.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class WordsDestroyed:
    """Somebody's words are gone for good: names, addresses, notes of a person, or all that was written about a family.

    Whoever kept the data key destroys it too. `kind` is `person` or `case`. Ids, times and states stay.
    """

    kind: str
    subject_id: UUID
    at: datetime


class CommitmentClass(StrEnum):
    """Safety people protect; support people help (DOMAIN §4.4). Only what is protective covers a child."""

    PROTECTIVE = "protective"
    SUPPORTIVE = "supportive"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """Which safety plan of which family; `state` is how it stands after this fact."""

    case_id: UUID
    plan_id: UUID
    kind: str
    state: str
    at: datetime


@event("network.plan_activated.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanActivated(PlanFacts):
    """A safety plan holds from now on. Dates are of the family's zone."""

    starts_on: date
    ends_on: date | None
    review_on: date


@event("network.plan_at_risk.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAtRisk(PlanFacts):
    """Time that an active plan must cover lies open."""

    gap_ids: tuple[UUID, ...]


@event("network.plan_restored.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRestored(PlanFacts):
    """All that an active plan must cover is covered again, or was accepted as it is by a worker."""


@event("network.plan_ended.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEnded(PlanFacts):
    """A safety plan holds no longer; `state` says how it ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseWords:
    """What a member is to do, and where: shown to that member alone, once they proved who they are; never in a message."""

    action: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRevision:
    """A member's promise at one revision. `entry` is what leaves to the member because of it; None where nothing does.

    `state` is a commitment state. A backup's promise names the `gap_id` that it would fill.
    """

    case_id: UUID
    plan_id: UUID
    commitment_id: UUID
    member_id: UUID
    person_id: UUID
    commitment_class: CommitmentClass
    state: str
    revision: int
    gap_id: UUID | None
    entry: Entry | None
    at: datetime


@event("network.commitment_offered.v1", words=PromiseWords)
@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentOffered(PromiseRevision):
    """A member was asked to take on a commitment; nothing is promised until they accept."""


@event("network.commitment_changed.v1", words=PromiseWords)
@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentChanged(PromiseRevision):
    """A commitment's times or state changed: a turn was taken out of it, a backup's part was settled, its plan became active."""


@event("network.commitment_ended.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentEnded(PromiseRevision):
    """A commitment holds no longer: withdrawn, declined, completed, expired or superseded."""


@event("network.backup_asked.v1", words=PromiseWords)
@dataclass(frozen=True, slots=True, kw_only=True)
class BackupAsked(PromiseRevision):
    """A backup was asked to step in. After `answer_by` the next one is asked; a later yes is still taken while the time is open."""

    answer_by: datetime


@event("network.backup_closed.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class BackupClosed(PromiseRevision):
    """An ask came to its end. `outcome` is accepted, accepted_partial, declined, expired, covered or withdrawn."""

    outcome: str


@event("network.commitment_answered.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentAnswered:
    """An answer about a promise was judged.

    `said` is what it meant: accepted, declined, partial, withdrawn, paused, resumed, turn_excused, turn_confirmed, kept,
    partly_kept, missed or help. `outcome` is applied, already_covered, too_late, old_time, not_possible or unclear. `channel` is
    that of the reply: sms, link, mail or staff. `turn_starts_at` names the turn, `until` how long a partial yes reaches.
    """

    case_id: UUID
    plan_id: UUID
    commitment_id: UUID
    person_id: UUID
    revision: int
    said: str
    outcome: str
    turn_starts_at: datetime | None
    until: datetime | None
    channel: str
    reply_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GapFacts:
    """A stretch of a plan's time that too few protect; `state` is a coverage gap state, `adults` how many are missing at most."""

    case_id: UUID
    plan_id: UUID
    gap_id: UUID
    starts_at: datetime
    ends_at: datetime
    adults: int
    state: str
    at: datetime


@event("network.coverage_gap_opened.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGapOpened(GapFacts):
    """Nobody, or too few, protect the child in a stretch of time that a plan must cover."""


@event("network.coverage_gap_closed.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGapClosed(GapFacts):
    """A gap is filled, was accepted by a worker with a reason, or went by uncovered."""


@event("network.staff_needed.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class StaffNeeded:
    """Staff must look at something of a family now; `staff_ids` are those to tell.

    `reason` is a code: coverage_gap, coverage_unfilled, coverage_urgent, coverage_uncovered, coverage_accepted, review_due,
    contact_lost or help_wanted.
    """

    case_id: UUID
    subject_id: UUID
    reason: str
    staff_ids: tuple[str, ...]
    answer_by: datetime | None
    at: datetime


@event("network.release_signed.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSigned:
    """Somebody with power to consent allowed named members to receive and disclose records of these classes (WIC 832)."""

    case_id: UUID
    release_id: UUID
    signer_person_id: UUID
    member_ids: tuple[UUID, ...]
    record_classes: tuple[str, ...]
    at: datetime


@event("network.release_revoked.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRevoked:
    """A release holds no longer: it was taken back, or a person it rests on no longer takes part."""

    case_id: UUID
    release_id: UUID
    at: datetime
