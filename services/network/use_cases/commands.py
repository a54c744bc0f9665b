"""The orders that use cases take: frozen, as the edge read them."""

from dataclasses import dataclass
from datetime import date, time
from typing import TypedDict

from services.network.domain.children import IcwaStatus, Placement, PlacementKind
from services.network.domain.members import Circle, KnowsLevel, RelationshipKind, SetAside, Side, Standing, SupportType
from services.network.domain.people import ContactPointId, PersonId, Profile
from services.network.domain.separation import SeparationReason
from shared.events.network import Channel, Consent


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPointWish:
    """A way to reach a person as it was typed. An `id` alone keeps the number or address that is there."""

    id: ContactPointId | None
    channel: Channel | None
    value: str | None
    preferred: bool
    consent: Consent | None
    consent_source: str
    is_substitute: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPerson:
    """Register a person with the ways to reach them."""

    profile: Profile
    contact_points: tuple[ContactPointWish, ...]


class ProfileChanges(TypedDict, total=False):
    """Those facts of a person that shall change."""

    given_name: str
    family_name: str
    preferred_name: str
    born_on: date | None
    spoken_language: str
    written_language: str
    interpreter_needed: bool
    time_zone: str
    quiet_from: time
    quiet_until: time
    voicemail_ok: bool
    safe_words: str
    staff_id: str | None
    external_id: str | None
    confidential_address: bool
    shared_device: bool
    safe_channels: frozenset[Channel]
    urgent_at_night: bool
    relay_person_id: PersonId | None
    wants_direct_messages: bool
    direct_messages_approved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePerson:
    """Change some facts of a person; `contact_points` replace those that are there, None leaves them."""

    profile: ProfileChanges
    contact_points: tuple[ContactPointWish, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPeople:
    """Look for a person who may already be registered. Each key is looked for by itself."""

    name: str | None
    phone: str | None
    email: str | None
    external_id: str | None
    staff_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """Begin work with a family. Without a zone it is the county's."""

    title: str
    time_zone: str | None
    unit: str
    assigned: frozenset[str]
    external_id: str | None


class CaseChanges(TypedDict, total=False):
    """Those facts of a family that shall change."""

    title: str
    external_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddChild:
    """Make a child part of a family's work."""

    person_id: PersonId
    placement: Placement


class PlacementChanges(TypedDict, total=False):
    """Those placement facts of a child that shall change."""

    entered_care_on: date | None
    disposition_on: date | None
    icwa_status: IcwaStatus
    placement_kind: PlacementKind
    intensive_services: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMember:
    """Bring a person into a family's safety network."""

    person_id: PersonId
    standing: Standing


class StandingChanges(TypedDict, total=False):
    """Those facts of a member's standing that shall change; `relationship` is the kind or a worker's own words."""

    relationship: str
    side: Side
    circle: Circle
    support_type: SupportType
    caregiver_of_concern: bool
    knows_level: KnowsLevel
    contacted_on: date | None
    met_agency_on: date | None
    set_aside: SetAside | None
    set_aside_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackKinNotice:
    """Track the notice that a relative is owed about a child."""

    child_id: PersonId
    person_id: PersonId
    relationship: RelationshipKind
    relationship_words: str
    note: str
    located_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSeparation:
    """Keep two people apart."""

    person_a: PersonId
    person_b: PersonId
    reason: SeparationReason
    until: date | None
