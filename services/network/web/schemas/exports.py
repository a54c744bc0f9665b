"""Shapes of what leaves as a file."""

from datetime import date

from services.network.domain.members import Circle, MemberState, Side, SupportType
from services.network.domain.people import Person
from services.network.use_cases.export_roster import RosterEntry
from services.network.web.schemas.people import CONTACT_READ
from shared.events.network import Channel
from shared.kernel.access import Caller
from shared.web import fields
from shared.web.fields import Instant, Model


class RosterLineOut(Model):
    """A member of a family. Numbers and mail addresses are for callers with `people.contact.read`; no place to live is in it."""

    case_id: fields.CaseId
    case_external_id: str | None
    unit: str
    member_id: fields.MemberId
    person_id: fields.PersonId
    person_external_id: str | None
    given_name: str
    family_name: str
    preferred_name: str
    is_minor: bool
    spoken_language: str
    written_language: str
    interpreter_needed: bool
    relationship: str
    relationship_words: str
    side: Side
    circle: Circle
    support_type: SupportType
    caregiver_of_concern: bool
    state: MemberState
    phone: str | None
    email: str | None
    joined_at: Instant


def roster_line_out(entry: RosterEntry, caller: Caller, today: date) -> RosterLineOut:
    """Write a member for a county system."""
    profile, standing = entry.person.profile, entry.member.standing
    return RosterLineOut(
        case_id=entry.case.id,
        case_external_id=entry.case.external_id,
        unit=entry.case.access.unit,
        member_id=entry.member.id,
        person_id=entry.person.id,
        person_external_id=profile.external_id,
        given_name=profile.given_name,
        family_name=profile.family_name,
        preferred_name=profile.preferred_name,
        is_minor=entry.person.is_minor(today),
        spoken_language=profile.spoken_language,
        written_language=profile.written_language,
        interpreter_needed=profile.interpreter_needed,
        relationship=standing.relationship.value,
        relationship_words=standing.relationship_words,
        side=standing.side,
        circle=standing.circle,
        support_type=standing.support_type,
        caregiver_of_concern=standing.caregiver_of_concern,
        state=entry.member.state,
        phone=_reached(entry.person, caller, Channel.SMS, Channel.VOICE),
        email=_reached(entry.person, caller, Channel.EMAIL),
        joined_at=entry.member.joined_at,
    )


def _reached(person: Person, caller: Caller, *channels: Channel) -> str | None:
    """Return the first number or address of these channels, as staff ranked them."""
    if CONTACT_READ not in caller.scopes:
        return None
    return next((point.value for channel in channels for point in person.contact_points if point.channel is channel), None)
