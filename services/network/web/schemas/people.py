"""Shapes of people and the ways to reach them."""

from collections.abc import Sequence
from datetime import date, time
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from services.network.domain.duplicates import KeptBoth
from services.network.domain.people import AgeBand, ContactPoint, ContactPointId, Person, PersonId, Profile
from services.network.use_cases.commands import ChangePerson, ContactPointWish, ProfileChanges, RegisterPerson, SearchPeople
from services.network.use_cases.search_people import Match
from services.network.web.schemas.values import absent
from shared.events.network import Channel, Consent
from shared.kernel.access import Caller
from shared.kernel.errors import NotFound
from shared.web import fields
from shared.web.fields import BirthDate, Clock, Code, ExternalId, Instant, Language, Line, Model, Name, StaffId, ZoneName

CONTACT_READ = "people.contact.read"
OptionalName = Annotated[str, fields.Text(100, may_be_blank=True)]
SafeWords = Annotated[str, fields.Text(500, may_be_blank=True)]
Address = Annotated[str, fields.Text(320)]
QUIET_FROM: Final = time(21)
QUIET_UNTIL: Final = time(8)


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
SafeChannels = Annotated[list[Channel], Field(max_length=len(Channel))]


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
    """A person to be registered. Quiet hours are wall time in the person's zone, which is the county's unless given.

    `safe_channels` are the only ones that are safe; none means that all are. What is for the person is passed on by the relay.
    """

    external_id: ExternalId | None = None
    shared_device: bool = False
    safe_channels: SafeChannels = Field(default_factory=list)
    urgent_at_night: bool = False
    relay_person_id: fields.PersonId | None = None
    wants_direct_messages: bool = False
    direct_messages_approved: bool = False


class PersonPatch(Model):
    """What shall change about a person. `contact_points` replace those that are there."""

    given_name: Name = absent()
    family_name: OptionalName | None = absent()
    preferred_name: OptionalName | None = absent()
    born_on: BirthDate | None = absent()
    spoken_language: Language = absent()
    written_language: Language = absent()
    interpreter_needed: bool = absent()
    time_zone: ZoneName = absent()
    quiet_from: Clock = absent()
    quiet_until: Clock = absent()
    voicemail_ok: bool = absent()
    safe_words: SafeWords | None = absent()
    staff_id: StaffId | None = absent()
    external_id: ExternalId | None = absent()
    confidential_address: bool = absent()
    shared_device: bool = absent()
    safe_channels: SafeChannels = absent()
    urgent_at_night: bool = absent()
    relay_person_id: fields.PersonId | None = absent()
    wants_direct_messages: bool = absent()
    direct_messages_approved: bool = absent()
    contact_points: Annotated[list[ContactPointPatch], Field(max_length=20)] = absent()


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
    """A person as one caller sees them. `direct_messages_ok` follows from the age band, the wish and the approval."""

    id: fields.PersonId
    given_name: str
    family_name: str
    preferred_name: str
    born_on: date | None
    is_minor: bool
    age_band: AgeBand
    spoken_language: str
    written_language: str
    interpreter_needed: bool
    time_zone: str
    quiet_from: Clock
    quiet_until: Clock
    urgent_at_night: bool
    voicemail_ok: bool
    safe_words: str | None
    shared_device: bool
    safe_channels: list[Channel]
    relay_person_id: fields.PersonId | None
    wants_direct_messages: bool
    direct_messages_approved: bool
    direct_messages_ok: bool
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


class RegisteredOut(PersonOut):
    """A person who was registered, and who else they may be. Nobody is merged: decide, and record to keep both."""

    possible_duplicates: list[MatchOut]


class KeptBothIn(Model):
    """The decision about two people who are alike: they are not the same, so both records stay."""

    decision: Literal["keep_both"]


class KeptBothOut(Model):
    """That two people who are alike are not the same, as somebody decided."""

    person_id: fields.PersonId
    other_person_id: fields.PersonId
    decision: Literal["keep_both"]
    decided_by: str
    decided_at: Instant


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
        **_agreed_in(body),
    )


def _agreed_in(body: PersonFactsIn) -> dict[str, Any]:
    """Read what a worker agreed with the person; a county's own file has none of it."""
    if not isinstance(body, PersonIn):
        return {}
    return {
        "shared_device": body.shared_device,
        "safe_channels": frozenset(body.safe_channels),
        "urgent_at_night": body.urgent_at_night,
        "relay_person_id": PersonId(body.relay_person_id) if body.relay_person_id else None,
        "wants_direct_messages": body.wants_direct_messages,
        "direct_messages_approved": body.direct_messages_approved,
    }


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
    if "safe_channels" in given:
        given["safe_channels"] = frozenset(given["safe_channels"])
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
    """Name a version of a person as a caller sees it: another age band and the scope for contacts change the answer too."""
    age = "" if (band := person.age_band(today)) is AgeBand.ADULT else f"m{list(AgeBand).index(band)}"
    return f"{person.version}{age}{'c' if CONTACT_READ in caller.scopes else ''}"


def person_out(person: Person, caller: Caller, today: date) -> PersonOut:
    """Write a person for a caller."""
    return PersonOut(**_members_of(person, caller, today))


def registered_out(person: Person, duplicates: Sequence[Match], caller: Caller, today: date) -> RegisteredOut:
    """Write a person who was registered, for the caller who did."""
    return RegisteredOut(
        **_members_of(person, caller, today), possible_duplicates=[match_out(match, today) for match in duplicates]
    )


def kept_both_out(person_id: UUID, kept: KeptBoth) -> KeptBothOut:
    """Write a decision, seen from one of the two."""
    return KeptBothOut(
        person_id=person_id,
        other_person_id=kept.other_than(person_id),
        decision="keep_both",
        decided_by=kept.decided_by,
        decided_at=kept.decided_at,
    )


def _members_of(person: Person, caller: Caller, today: date) -> dict[str, Any]:
    profile = person.profile
    may_reach = CONTACT_READ in caller.scopes
    return dict(
        id=person.id,
        given_name=profile.given_name,
        family_name=profile.family_name,
        preferred_name=profile.preferred_name,
        born_on=profile.born_on,
        is_minor=person.is_minor(today),
        age_band=person.age_band(today),
        spoken_language=profile.spoken_language,
        written_language=profile.written_language,
        interpreter_needed=profile.interpreter_needed,
        time_zone=profile.time_zone,
        quiet_from=profile.quiet_from,
        quiet_until=profile.quiet_until,
        urgent_at_night=profile.urgent_at_night,
        voicemail_ok=profile.voicemail_ok,
        safe_words=profile.safe_words if may_reach else None,
        shared_device=profile.shared_device,
        safe_channels=sorted(profile.safe_channels),
        relay_person_id=profile.relay_person_id,
        wants_direct_messages=profile.wants_direct_messages,
        direct_messages_approved=profile.direct_messages_approved,
        direct_messages_ok=person.direct_messages_ok(today),
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
