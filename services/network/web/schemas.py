"""What comes in and goes out: shapes of people, families, children, members and rules, and how they become orders and answers.

`…In` is a body, `…Patch` a merge patch (an absent member stays as it is), `…Out` an answer. Phone numbers, addresses and safe words
are in an answer only for callers with the scope `people.contact.read`.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.config import JsonDict

from services.network.domain.cases import Case
from services.network.domain.children import IcwaStatus, Placement, PlacementKind
from services.network.domain.members import Circle, Side, Standing, SupportType, relationship_of
from services.network.domain.people import ContactPoint, ContactPointId, Person, PersonId, Profile
from services.network.domain.separation import SeparationReason, SeparationRule
from services.network.storage.access_log import Look
from services.network.use_cases.commands import (
    AddChild,
    AddMember,
    ChangePerson,
    ContactPointWish,
    OpenCase,
    ProfileChanges,
    RegisterPerson,
    SearchPeople,
    SetSeparation,
)
from services.network.use_cases.search_people import Match
from services.network.use_cases.see_roster import SeenChild, SeenMember
from shared.events.network import Channel, Consent
from shared.kernel.access import Caller, CaseAccess
from shared.kernel.errors import NotFound
from shared.web import fields
from shared.web.fields import (
    BirthDate,
    Clock,
    Code,
    Day,
    ExternalId,
    Instant,
    Language,
    Line,
    Model,
    Name,
    PageQuery,
    StaffId,
    ZoneName,
)

PREFIXES = {"person_id": "per", "case_id": "case", "child_id": "per", "member_id": "mem", "rule_id": "sep"}

CONTACT_READ = "people.contact.read"

OptionalName = Annotated[str, fields.Text(100, may_be_blank=True)]
SafeWords = Annotated[str, fields.Text(500, may_be_blank=True)]
UnitName = Annotated[str, fields.Pattern(r"[A-Za-z0-9][A-Za-z0-9._ \-]{0,63}", "Use the unit's name as the sign-in has it.", 64)]
Address = Annotated[str, fields.Text(320)]
Staff = Annotated[list[StaffId], Field(max_length=50)]

QUIET_FROM: Final = time(21)
QUIET_UNTIL: Final = time(8)


def _absent() -> Any:
    """A member of a merge patch that may be left out; its default is never used and not part of the API's description."""
    return Field(default=None, json_schema_extra=_without_default)


def _without_default(schema: JsonDict) -> None:
    schema.pop("default", None)


# --- people --------------------------------------------------------------------------------------------------------------------


class ContactPointIn(Model):
    """One way to reach a person. `substitute` marks the address that a confidentiality programme gives in place of the real one."""

    channel: Channel
    value: Address
    preferred: bool = False
    consent: Consent = Consent.NONE
    consent_source: Code | None = None
    substitute: bool = False


class ContactPointPatch(Model):
    """One way to reach a person. An `id` keeps the number or address that is there, and its consent unless another is given."""

    id: fields.ContactPointId | None = None
    channel: Channel | None = None
    value: Address | None = None
    preferred: bool = False
    consent: Consent | None = None
    consent_source: Code | None = None
    substitute: bool = False


ContactPoints = Annotated[list[ContactPointIn], Field(max_length=20)]


class PersonFactsIn(Model):
    """The facts of a person, but for the county's own id."""

    given_name: Name
    family_name: OptionalName = ""
    preferred_name: OptionalName | None = None
    born_on: BirthDate | None = None
    spoken_language: Language
    written_language: Language
    interpreter_needed: bool = False
    time_zone: ZoneName | None = None
    quiet_from: Clock = Field(default=QUIET_FROM, json_schema_extra={"default": "21:00"})
    quiet_until: Clock = Field(default=QUIET_UNTIL, json_schema_extra={"default": "08:00"})
    voicemail_ok: bool = False
    safe_words: SafeWords | None = None
    staff_id: StaffId | None = None
    confidential_address: bool = False
    contact_points: ContactPoints = Field(default_factory=list)


class PersonIn(PersonFactsIn):
    """A person to be registered. Quiet hours are wall time in the person's zone, which is the county's unless given."""

    external_id: ExternalId | None = None


class PersonPatch(Model):
    """What shall change about a person. `contact_points` replace those that are there."""

    given_name: Name = _absent()
    family_name: OptionalName | None = _absent()
    preferred_name: OptionalName | None = _absent()
    born_on: BirthDate | None = _absent()
    spoken_language: Language = _absent()
    written_language: Language = _absent()
    interpreter_needed: bool = _absent()
    time_zone: ZoneName = _absent()
    quiet_from: Clock = _absent()
    quiet_until: Clock = _absent()
    voicemail_ok: bool = _absent()
    safe_words: SafeWords | None = _absent()
    staff_id: StaffId | None = _absent()
    external_id: ExternalId | None = _absent()
    confidential_address: bool = _absent()
    contact_points: Annotated[list[ContactPointPatch], Field(max_length=20)] = _absent()


class ContactPointOut(Model):
    """One way to reach a person; `value` is null without the scope `people.contact.read`."""

    id: fields.ContactPointId
    channel: Channel
    value: str | None
    preferred: bool
    consent: Consent
    consent_source: str
    substitute: bool


class PersonOut(Model):
    """A person as one caller sees them."""

    id: fields.PersonId
    given_name: str
    family_name: str
    preferred_name: str
    born_on: date | None
    is_minor: bool
    spoken_language: str
    written_language: str
    interpreter_needed: bool
    time_zone: str
    quiet_from: Clock
    quiet_until: Clock
    voicemail_ok: bool
    safe_words: str | None
    staff_id: str | None
    external_id: str | None
    confidential_address: bool
    contact_points: list[ContactPointOut]
    updated_at: Instant
    etag: str


class SearchIn(Model):
    """What is known about somebody: at least one of these. Never in a URL."""

    name: Line | None = None
    phone: Address | None = None
    email: Address | None = None
    external_id: ExternalId | None = None
    staff_id: StaffId | None = None


class MatchOut(Model):
    """A possible duplicate. Of people out of the caller's sight the names are null; the id may be added to a family for an hour."""

    id: fields.PersonId
    matched: list[str]
    visible: bool
    given_name: str | None
    family_name: str | None
    preferred_name: str | None
    is_minor: bool | None


def external_id_from(key: str) -> str:
    """Read the county's own id from a path. Raises NotFound for what can be none."""
    try:
        return TypeAdapter(ExternalId).validate_python(key)
    except ValidationError as error:
        raise NotFound from error


def profile_from(body: PersonFactsIn, *, external_id: str | None, county_zone: str) -> Profile:
    """Read the facts of a person."""
    return Profile(
        given_name=body.given_name,
        family_name=body.family_name,
        preferred_name=body.preferred_name or "",
        born_on=body.born_on,
        spoken_language=body.spoken_language,
        written_language=body.written_language,
        interpreter_needed=body.interpreter_needed,
        time_zone=body.time_zone or county_zone,
        quiet_from=body.quiet_from,
        quiet_until=body.quiet_until,
        voicemail_ok=body.voicemail_ok,
        safe_words=body.safe_words or "",
        staff_id=body.staff_id,
        external_id=external_id,
        confidential_address=body.confidential_address,
    )


def register_person_from(body: PersonFactsIn, *, external_id: str | None, county_zone: str) -> RegisterPerson:
    """Read the order to register a person."""
    return RegisterPerson(
        profile=profile_from(body, external_id=external_id, county_zone=county_zone),
        contact_points=tuple(_wish(None, point) for point in body.contact_points),
    )


def change_person_from(body: PersonPatch) -> ChangePerson:
    """Read the order to change a person; null empties what may be empty."""
    given = {name: getattr(body, name) for name in body.model_fields_set - {"contact_points"}}
    for name in ("family_name", "preferred_name", "safe_words"):
        if name in given:
            given[name] = given[name] or ""
    points = tuple(_wish(point.id, point) for point in body.contact_points) if "contact_points" in body.model_fields_set else None
    return ChangePerson(profile=ProfileChanges(**given), contact_points=points)  # type: ignore[typeddict-item]  # names from the model


def _wish(point_id: UUID | None, point: ContactPointIn | ContactPointPatch) -> ContactPointWish:
    return ContactPointWish(
        id=ContactPointId(point_id) if point_id else None,
        channel=point.channel,
        value=point.value,
        preferred=point.preferred,
        consent=point.consent,
        consent_source=point.consent_source or "",
        is_substitute=point.substitute,
    )


def search_from(body: SearchIn) -> SearchPeople:
    """Read the order to search."""
    return SearchPeople(name=body.name, phone=body.phone, email=body.email, external_id=body.external_id, staff_id=body.staff_id)


def person_etag(person: Person, caller: Caller, today: date) -> str:
    """Name a version of a person as a caller sees it: coming of age and the scope for contacts change the answer too."""
    return f"{person.version}{'m' if person.is_minor(today) else ''}{'c' if CONTACT_READ in caller.scopes else ''}"


def person_out(person: Person, caller: Caller, today: date) -> PersonOut:
    """Write a person for a caller."""
    profile = person.profile
    may_reach = CONTACT_READ in caller.scopes
    return PersonOut(
        id=person.id,
        given_name=profile.given_name,
        family_name=profile.family_name,
        preferred_name=profile.preferred_name,
        born_on=profile.born_on,
        is_minor=person.is_minor(today),
        spoken_language=profile.spoken_language,
        written_language=profile.written_language,
        interpreter_needed=profile.interpreter_needed,
        time_zone=profile.time_zone,
        quiet_from=profile.quiet_from,
        quiet_until=profile.quiet_until,
        voicemail_ok=profile.voicemail_ok,
        safe_words=profile.safe_words if may_reach else None,
        staff_id=profile.staff_id,
        external_id=profile.external_id,
        confidential_address=profile.confidential_address,
        contact_points=[_contact_point_out(point, may_reach=may_reach) for point in person.contact_points],
        updated_at=person.updated_at,
        etag=f'"{person_etag(person, caller, today)}"',
    )


def _contact_point_out(point: ContactPoint, *, may_reach: bool) -> ContactPointOut:
    return ContactPointOut(
        id=point.id,
        channel=point.channel,
        value=point.value if may_reach else None,
        preferred=point.preferred,
        consent=point.consent,
        consent_source=point.consent_source,
        substitute=point.is_substitute,
    )


def match_out(match: Match, today: date) -> MatchOut:
    """Write a possible duplicate; one out of sight without a word about them."""
    profile = match.person.profile if match.visible else None
    return MatchOut(
        id=match.person.id,
        matched=list(match.matched),
        visible=match.visible,
        given_name=profile.given_name if profile else None,
        family_name=profile.family_name if profile else None,
        preferred_name=profile.preferred_name if profile else None,
        is_minor=match.person.is_minor(today) if match.visible else None,
    )


# --- families ------------------------------------------------------------------------------------------------------------------


class CaseIn(Model):
    """A family to be opened. `title` is what staff call it, such as "The R. family"; without a zone it is the county's."""

    title: Line
    time_zone: ZoneName | None = None
    unit: UnitName
    assigned: Staff = Field(default_factory=list)
    external_id: ExternalId | None = None


class CasePatch(Model):
    """What shall change about a family."""

    title: Line = _absent()
    external_id: ExternalId | None = _absent()


class AccessIn(Model):
    """Who holds a family, all of them."""

    unit: UnitName
    assigned: Staff
    shared_with: Staff = Field(default_factory=list)


class CaseStatus(StrEnum):
    """Whether work with a family goes on."""

    OPEN = "open"
    CLOSED = "closed"


class CasesQuery(PageQuery):
    """Which families to list."""

    status: CaseStatus | None = None


class CaseOut(Model):
    """A family."""

    id: fields.CaseId
    title: str
    time_zone: str
    status: CaseStatus
    unit: str
    assigned: list[str]
    shared_with: list[str]
    external_id: str | None
    opened_at: Instant
    closed_at: Instant | None
    updated_at: Instant
    etag: str


def open_case_from(body: CaseIn) -> OpenCase:
    """Read the order to open a family."""
    return OpenCase(
        title=body.title,
        time_zone=body.time_zone,
        unit=body.unit,
        assigned=frozenset(body.assigned),
        external_id=body.external_id,
    )


def access_from(body: AccessIn) -> CaseAccess:
    """Read who shall hold a family."""
    return CaseAccess(unit=body.unit, assigned=frozenset(body.assigned), shared_with=frozenset(body.shared_with))


def case_out(case: Case) -> CaseOut:
    """Write a family."""
    return CaseOut(
        id=case.id,
        title=case.title,
        time_zone=case.time_zone,
        status=CaseStatus.CLOSED if case.is_closed else CaseStatus.OPEN,
        unit=case.access.unit,
        assigned=sorted(case.access.assigned),
        shared_with=sorted(case.access.shared_with),
        external_id=case.external_id,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        updated_at=case.updated_at,
        etag=f'"{case.version}"',
    )


# --- children and members ------------------------------------------------------------------------------------------------------


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

    entered_care_on: Day | None = _absent()
    disposition_on: Day | None = _absent()
    icwa_status: IcwaStatus = _absent()
    placement_kind: PlacementKind = _absent()
    intensive_services: bool = _absent()


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


class MemberPatch(Model):
    """What shall change about a member's standing."""

    relationship: Line = _absent()
    side: Side = _absent()
    circle: Circle = _absent()
    support_type: SupportType = _absent()
    caregiver_of_concern: bool = _absent()


class MemberOut(Model):
    """A member of a family's network. `relationship_words` stand beside the kind `other`."""

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
        ),
    )


def child_out(seen: SeenChild, today: date) -> ChildOut:
    """Write a child."""
    child = seen.child
    return ChildOut(
        id=child.person_id,
        case_id=child.case_id,
        person=_summary(seen.person, today),
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
        person=_summary(seen.person, today),
        relationship=standing.relationship.value,
        relationship_words=standing.relationship_words,
        side=standing.side,
        circle=standing.circle,
        support_type=standing.support_type,
        caregiver_of_concern=standing.caregiver_of_concern,
        joined_at=member.joined_at,
        updated_at=member.updated_at,
        etag=f'"{member.version}"',
    )


def _summary(person: Person, today: date) -> PersonSummary:
    profile = person.profile
    return PersonSummary(
        id=person.id,
        given_name=profile.given_name,
        family_name=profile.family_name,
        preferred_name=profile.preferred_name,
        is_minor=person.is_minor(today),
        age=person.age_of_minor(today),
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


# --- separation and looks ------------------------------------------------------------------------------------------------------


class SeparationIn(Model):
    """Two people to be kept apart everywhere. `until` is the last county-local date; without it the rule stays."""

    person_a: fields.PersonId
    person_b: fields.PersonId
    reason: SeparationReason
    until: Day | None = None


class SeparationOut(Model):
    """A rule that keeps two people apart."""

    id: fields.RuleId
    case_id: fields.CaseId
    person_a: fields.PersonId
    person_b: fields.PersonId
    reason: SeparationReason
    overridable: bool
    active: bool
    until: date | None
    set_at: Instant
    updated_at: Instant
    etag: str


class LookOut(Model):
    """One entry of the record of who looked at a family or changed it."""

    seq: int
    at: Instant
    actor_kind: str
    actor_id: str
    action: str
    request_id: str


def set_separation_from(body: SeparationIn) -> SetSeparation:
    """Read the order to keep two people apart."""
    return SetSeparation(person_a=PersonId(body.person_a), person_b=PersonId(body.person_b), reason=body.reason, until=body.until)


def separation_out(rule: SeparationRule, today: date) -> SeparationOut:
    """Write a rule."""
    return SeparationOut(
        id=rule.id,
        case_id=rule.case_id,
        person_a=rule.person_a,
        person_b=rule.person_b,
        reason=rule.reason,
        overridable=rule.is_overridable,
        active=rule.is_active(today),
        until=rule.until,
        set_at=rule.set_at,
        updated_at=rule.updated_at,
        etag=f'"{rule.version}"',
    )


def look_out(look: Look) -> LookOut:
    """Write an entry of the record."""
    return LookOut(
        seq=look.seq,
        at=look.at,
        actor_kind=look.actor_kind,
        actor_id=look.actor_id,
        action=look.action,
        request_id=look.request_id,
    )


def place_of(updated_at: datetime, row_id: UUID) -> tuple[str, str]:
    """Return the place of a row in a list, as a cursor keeps it."""
    return updated_at.isoformat(), str(row_id)


def place_from(place: Sequence[Any] | None) -> tuple[datetime, UUID] | None:
    """Read a place that a cursor kept; the cursor's signature says that it is one of ours."""
    return None if place is None else (datetime.fromisoformat(place[0]), UUID(place[1]))
