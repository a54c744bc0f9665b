"""Apply lines about people: those who are new are registered together, the others changed where the file says otherwise."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import cast

from services.network.domain.errors import StaffIdTaken
from services.network.domain.imports import PersonLine
from services.network.domain.people import Person, Profile
from services.network.gateways.addresses import normalised
from services.network.storage import imports, people
from services.network.use_cases.change_person import change_person
from services.network.use_cases.commands import ChangePerson, ContactPointWish, ProfileChanges, RegisterPerson
from services.network.use_cases.import_lines import Applied, given, missing
from services.network.use_cases.register_person import new_person, register_people
from shared.db.unit import Unit
from shared.events.network import Channel
from shared.kernel.access import Caller
from shared.kernel.errors import SurroundError

QUIET_FROM, QUIET_UNTIL = time(21), time(8)

_FACTS = (
    "given_name", "family_name", "preferred_name", "born_on", "spoken_language", "written_language", "interpreter_needed",
    "time_zone", "quiet_from", "quiet_until", "voicemail_ok", "safe_words", "staff_id", "confidential_address",
)  # fmt: skip
_CHANNELS: Mapping[str, Channel] = {
    "phone": Channel.SMS,
    "landline": Channel.VOICE,
    "email": Channel.EMAIL,
    "address": Channel.LETTER,
    "substitute_address": Channel.LETTER,
}


async def import_people(
    unit: Unit, lines: Sequence[PersonLine], *, caller: Caller, zone: str, today: date, now: datetime
) -> Applied:
    """Apply lines that name each person once. A colleague's staff id that somebody else bears rejects its line alone."""
    applied = Applied()
    present = await people.list_by_external_ids_for_update(unit, (line.external_id for line in lines))
    staff = await imports.find_staff(unit, {line.staff_id for line in lines if line.staff_id})
    made: list[tuple[int, Person]] = []
    for line in lines:
        there = present.get(line.external_id)
        wishes = _wishes(line, there)
        try:
            _check_staff_id(line, there, staff)
            if there is None:
                order = RegisterPerson(profile=_profile(line, zone), contact_points=tuple(wishes.values()))
                person = new_person(unit, order, caller=caller, today=today, now=now)
                made.append((line.line, person))
                applied.took("created")
            else:
                person = await change_person(unit, there, _change(line, there, wishes), caller=caller, today=today, now=now)
                applied.took("unchanged" if person is there else "updated")
            if line.staff_id:
                staff[line.staff_id] = person.id
        except SurroundError as refusal:
            begun = len(there.contact_points) if there else 0
            columns = {f"contact_points/{begun + place}": column for place, column in enumerate(wishes)}
            applied.refused(line.line, refusal, columns)
    new = [person for _, person in made]
    alike = await imports.find_alike(unit, new)
    await register_people(unit, new, today=today, now=now)
    for number, person in made:
        if person.id in alike:
            applied.resembles(number)
    return applied


def _check_staff_id(line: PersonLine, there: Person | None, staff: Mapping[str, object]) -> None:
    holder = staff.get(line.staff_id or "")
    if holder is not None and (there is None or holder != there.id):
        raise StaffIdTaken


def _profile(line: PersonLine, zone: str) -> Profile:
    """Return what is on record about a new person; nobody guesses a name or a language."""
    spoken = line.spoken_language or line.written_language
    if line.given_name is None or spoken is None:
        raise missing(*(["given_name"] if line.given_name is None else []), *(["spoken_language"] if spoken is None else []))
    return Profile(
        given_name=line.given_name,
        family_name=line.family_name or "",
        preferred_name=line.preferred_name or "",
        born_on=line.born_on,
        spoken_language=spoken,
        written_language=line.written_language or spoken,
        interpreter_needed=bool(line.interpreter_needed),
        time_zone=line.time_zone or zone,
        quiet_from=line.quiet_from or QUIET_FROM,
        quiet_until=line.quiet_until or QUIET_UNTIL,
        voicemail_ok=bool(line.voicemail_ok),
        safe_words=line.safe_words or "",
        staff_id=line.staff_id,
        external_id=line.external_id,
        confidential_address=bool(line.confidential_address),
    )


def _change(line: PersonLine, there: Person, wishes: Mapping[str, ContactPointWish]) -> ChangePerson:
    kept = tuple(
        ContactPointWish(
            id=point.id,
            channel=None,
            value=None,
            preferred=point.preferred,
            consent=None,
            consent_source=point.consent_source,
            is_substitute=point.is_substitute,
        )
        for point in there.contact_points
    )
    points = (*kept, *wishes.values()) if wishes else None
    return ChangePerson(profile=cast(ProfileChanges, given(line, _FACTS)), contact_points=points)


def _wishes(line: PersonLine, there: Person | None) -> dict[str, ContactPointWish]:
    """Return, by column, the numbers and addresses that the person does not have yet. Nobody consents by way of a file."""
    known = {(point.channel, point.value) for point in there.contact_points} if there else set()
    return {
        column: ContactPointWish(
            id=None,
            channel=channel,
            value=value,
            preferred=False,
            consent=None,
            consent_source="",
            is_substitute=column == "substitute_address",
        )
        for column, channel in _CHANNELS.items()
        if (value := getattr(line, column)) is not None
        and not (known and (channel, normalised(channel, value, pointer="")) in known)
    }
