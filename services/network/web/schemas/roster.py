"""Shapes of a family's children and members."""

from datetime import date
from typing import Annotated
from uuid import UUID

from services.network.domain.children import IcwaStatus, Placement, PlacementKind
from services.network.domain.members import (
    Circle,
    KnowsLevel,
    MemberState,
    Quality,
    SeenQuality,
    SetAside,
    Side,
    Standing,
    SupportType,
    Vetting,
    VettingLimit,
    VettingOutcome,
    relationship_of,
)
from services.network.domain.people import AgeBand, Person, PersonId
from services.network.domain.qualities import CannotProtect, may_protect
from services.network.use_cases.commands import AddChild, AddMember
from services.network.use_cases.see_roster import SeenChild, SeenMember
from services.network.web.schemas.values import absent
from shared.events.network import Channel, Consent
from shared.web import fields
from shared.web.fields import Day, Instant, Line, Model, PublicId, Text

StatementId = Annotated[UUID, PublicId("stm")]
Words = Annotated[str, Text(2000, lines=True, may_be_blank=True)]


class ChannelOut(Model):
    """That a person can be reached in one way, and what was said about it; never the number itself."""

    contact_point_id: fields.ContactPointId
    channel: Channel
    consent: Consent
    preferred: bool


class PersonSummary(Model):
    """What a roster shows of a person; `age` is a minor's, because it says how the person is asked to a meeting."""

    id: fields.PersonId
    given_name: str
    family_name: str
    preferred_name: str
    is_minor: bool
    age: int | None
    age_band: AgeBand
    direct_messages_ok: bool
    relay_person_id: fields.PersonId | None
    safe_channels: list[Channel]
    spoken_language: str
    written_language: str
    interpreter_needed: bool
    time_zone: str
    staff_id: str | None
    channels: list[ChannelOut]


class ChildIn(Model):
    """A child to become part of a family's work; the child is registered as a person first. Dates are county-local."""

    person_id: fields.PersonId
    entered_care_on: Day | None = None
    disposition_on: Day | None = None
    icwa_status: IcwaStatus = IcwaStatus.UNKNOWN
    placement_kind: PlacementKind = PlacementKind.HOME
    intensive_services: bool = False


class ChildPatch(Model):
    """What shall change about a child's placement facts."""

    entered_care_on: Day | None = absent()
    disposition_on: Day | None = absent()
    icwa_status: IcwaStatus = absent()
    placement_kind: PlacementKind = absent()
    intensive_services: bool = absent()


class ChildOut(Model):
    """A child of a family, with the placement facts. `id` is the child's person id."""

    id: fields.PersonId
    case_id: fields.CaseId
    person: PersonSummary
    entered_care_on: date | None
    disposition_on: date | None
    icwa_status: IcwaStatus
    placement_kind: PlacementKind
    intensive_services: bool
    updated_at: Instant
    etag: str


class MemberIn(Model):
    """A person to join a family's network. `relationship` is a kind of the list, or a worker's own words where it has none."""

    person_id: fields.PersonId
    relationship: Line
    side: Side = Side.NA
    circle: Circle = Circle.NONE
    support_type: SupportType = SupportType.INFORMAL
    caregiver_of_concern: bool = False
    knows_level: KnowsLevel = KnowsLevel.NOTHING
    contacted_on: Day | None = None
    met_agency_on: Day | None = None


class MemberPatch(Model):
    """What shall change about a member's standing. `set_aside` is what people said; an exclusion needs its reason beside it."""

    relationship: Line = absent()
    side: Side = absent()
    circle: Circle = absent()
    support_type: SupportType = absent()
    caregiver_of_concern: bool = absent()
    knows_level: KnowsLevel = absent()
    contacted_on: Day | None = absent()
    met_agency_on: Day | None = absent()
    set_aside: SetAside | None = absent()
    set_aside_reason: Words | None = absent()


class QualityOut(Model):
    """That a quality of a member was seen. `needs_refresh` says that the danger statement that was shared has a newer version."""

    quality: Quality
    seen_on: date
    seen_by: str
    note: str
    statement_id: StatementId | None
    statement_version: int | None
    needs_refresh: bool


class VettingOut(Model):
    """What looking into a member came to."""

    outcome: VettingOutcome
    limits: list[VettingLimit]
    words: str
    vetted_on: date | None
    vetted_by: str


class MemberOut(Model):
    """A member of a family's network. `relationship_words` stand beside the kind `other`.

    `state` follows from the qualities that were seen, the member's commitments and `set_aside`. `cannot_protect` says why a member
    does not count as cover; null means that they can.
    """

    id: fields.MemberId
    case_id: fields.CaseId
    person_id: fields.PersonId
    person: PersonSummary
    relationship: str
    relationship_words: str
    side: Side
    circle: Circle
    support_type: SupportType
    caregiver_of_concern: bool
    knows_level: KnowsLevel
    contacted_on: date | None
    met_agency_on: date | None
    set_aside: SetAside | None
    set_aside_reason: str
    state: MemberState
    qualities: list[QualityOut]
    will_do_something: bool
    vetting: VettingOut
    cannot_protect: CannotProtect | None
    joined_at: Instant
    updated_at: Instant
    etag: str


def add_child_from(body: ChildIn) -> AddChild:
    """Read the order to add a child."""
    return AddChild(
        person_id=PersonId(body.person_id),
        placement=Placement(
            entered_care_on=body.entered_care_on,
            disposition_on=body.disposition_on,
            icwa_status=body.icwa_status,
            placement_kind=body.placement_kind,
            intensive_services=body.intensive_services,
        ),
    )


def add_member_from(body: MemberIn) -> AddMember:
    """Read the order to add a member."""
    kind, words = relationship_of(body.relationship)
    return AddMember(
        person_id=PersonId(body.person_id),
        standing=Standing(
            relationship=kind,
            relationship_words=words,
            side=body.side,
            circle=body.circle,
            support_type=body.support_type,
            caregiver_of_concern=body.caregiver_of_concern,
            knows_level=body.knows_level,
            contacted_on=body.contacted_on,
            met_agency_on=body.met_agency_on,
        ),
    )


def child_out(seen: SeenChild, today: date) -> ChildOut:
    """Write a child."""
    child = seen.child
    return ChildOut(
        id=child.person_id,
        case_id=child.case_id,
        person=summary_out(seen.person, today),
        entered_care_on=child.placement.entered_care_on,
        disposition_on=child.placement.disposition_on,
        icwa_status=child.placement.icwa_status,
        placement_kind=child.placement.placement_kind,
        intensive_services=child.placement.intensive_services,
        updated_at=child.updated_at,
        etag=f'"{child.version}"',
    )


def member_out(seen: SeenMember, today: date) -> MemberOut:
    """Write a member."""
    member, standing = seen.member, seen.member.standing
    return MemberOut(
        id=member.id,
        case_id=member.case_id,
        person_id=member.person_id,
        person=summary_out(seen.person, today),
        relationship=standing.relationship.value,
        relationship_words=standing.relationship_words,
        side=standing.side,
        circle=standing.circle,
        support_type=standing.support_type,
        caregiver_of_concern=standing.caregiver_of_concern,
        knows_level=standing.knows_level,
        contacted_on=standing.contacted_on,
        met_agency_on=standing.met_agency_on,
        set_aside=standing.set_aside,
        set_aside_reason=standing.set_aside_reason,
        state=member.state,
        qualities=[quality_out(each) for each in member.qualities],
        will_do_something=member.will_do_something,
        vetting=_vetting_out(member.vetting),
        cannot_protect=may_protect(member, seen.person, today),
        joined_at=member.joined_at,
        updated_at=member.updated_at,
        etag=f'"{member.version}"',
    )


def quality_out(seen: SeenQuality) -> QualityOut:
    """Write that a quality was seen."""
    return QualityOut(
        quality=seen.quality,
        seen_on=seen.seen_on,
        seen_by=seen.seen_by,
        note=seen.note,
        statement_id=seen.statement_id,
        statement_version=seen.statement_version,
        needs_refresh=seen.needs_refresh,
    )


def _vetting_out(vetting: Vetting) -> VettingOut:
    return VettingOut(
        outcome=vetting.vetting,
        limits=sorted(vetting.vetting_limits),
        words=vetting.vetting_words,
        vetted_on=vetting.vetted_on,
        vetted_by=vetting.vetted_by,
    )


def summary_out(person: Person, today: date) -> PersonSummary:
    """Write what a roster shows of a person."""
    profile = person.profile
    return PersonSummary(
        id=person.id,
        given_name=profile.given_name,
        family_name=profile.family_name,
        preferred_name=profile.preferred_name,
        is_minor=person.is_minor(today),
        age=person.age_of_minor(today),
        age_band=person.age_band(today),
        direct_messages_ok=person.direct_messages_ok(today),
        relay_person_id=profile.relay_person_id,
        safe_channels=sorted(profile.safe_channels),
        spoken_language=profile.spoken_language,
        written_language=profile.written_language,
        interpreter_needed=profile.interpreter_needed,
        time_zone=profile.time_zone,
        staff_id=profile.staff_id,
        channels=[
            ChannelOut(contact_point_id=point.id, channel=point.channel, consent=point.consent, preferred=point.preferred)
            for point in person.contact_points
        ],
    )
