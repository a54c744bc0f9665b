"""Register a person in a county."""

from collections.abc import Sequence
from datetime import date, datetime

from services.network.domain.people import Person, PersonId, check_birth_date, for_record, registered, words_of
from services.network.domain.visibility import check_may_keep_staff
from services.network.storage import people
from services.network.use_cases.commands import RegisterPerson
from services.network.use_cases.settle_contact_points import settled_contact_points
from services.network.use_cases.settle_relay import check_relay_of
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.sealed import KeyKind, KeyOf


async def register_person(unit: Unit, command: RegisterPerson, *, caller: Caller, today: date, now: datetime) -> Person:
    """Register a person; likeness to somebody else is for staff to judge, never a reason to refuse or to merge.

    Raises ColleagueRecord for a staff record that the caller may not keep, and what `check_relay_of` raises.
    """
    person = new_person(unit, command, caller=caller, today=today, now=now)
    if person.profile.relay_person_id is not None:
        await check_relay_of(unit, person.id, person.profile.relay_person_id, caller=caller, today=today)
    await people.add(unit, person)
    await _tell(unit, person, today=today, now=now)
    return person


async def register_people(unit: Unit, made: Sequence[Person], *, today: date, now: datetime) -> None:
    """Register many people whom `new_person` made, in few messages: each with a key, a history and an announcement of their own."""
    await unit.make_own_keys(KeyOf(KeyKind.PERSON, person.id) for person in made)
    await people.add_all(unit, made)
    for person in made:
        await _tell(unit, person, today=today, now=now)


def new_person(unit: Unit, command: RegisterPerson, *, caller: Caller, today: date, now: datetime) -> Person:
    """Return a person who is not yet stored. Raises ColleagueRecord or Invalid."""
    check_may_keep_staff(caller, command.profile.staff_id)
    check_birth_date(command.profile.born_on, today=today)
    return Person(
        id=PersonId(unit.new_id()),
        profile=command.profile,
        contact_points=settled_contact_points(
            unit, (), command.contact_points, confidential_address=command.profile.confidential_address, now=now
        ),
        registered_by=caller.staff_id,
        version=1,
        updated_at=now,
    )


async def _tell(unit: Unit, person: Person, *, today: date, now: datetime) -> None:
    unit.changed(KeyOf(KeyKind.PERSON, person.id), "person", person.id, before=None, after=for_record(person))
    await unit.audit("person.registered", subject_kind="person", subject_id=person.id)
    unit.announce(
        registered(person, today=today, at=now),
        subject=person.id,
        words=words_of(person),
        key=KeyOf(KeyKind.PERSON, person.id),
    )
