"""What network announces: families, the people around them, who must never meet."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from shared.events.catalogue import event


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
    """What others may know of a person without opening the words; languages are BCP 47, quiet hours wall time in `time_zone`."""

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
