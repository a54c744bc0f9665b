"""Shapes of people and the ways to reach them."""

from datetime import date, time
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from services.network.domain.people import ContactPoint, ContactPointId, Person, Profile
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
