"""Register a person in a county."""

from datetime import date, datetime

from services.network.domain.people import Person, PersonId, check_birth_date, registered, words_of
from services.network.domain.visibility import check_may_keep_staff
from services.network.storage import people
from services.network.use_cases.commands import RegisterPerson
from services.network.use_cases.settle_contact_points import settled_contact_points
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.sealed import KeyKind, KeyOf


async def register_person(unit: Unit, command: RegisterPerson, *, caller: Caller, today: date, now: datetime) -> Person:
    """Register a person; likeness to somebody else is for staff to judge, never a reason to refuse or to merge.

    Raises ColleagueRecord for a staff record that the caller may not keep.
    """
    check_may_keep_staff(caller, command.profile.staff_id)
    check_birth_date(command.profile.born_on, today=today)
    person = Person(
        id=PersonId(unit.new_id()),
        profile=command.profile,
        contact_points=settled_contact_points(
            unit, (), command.contact_points, confidential_address=command.profile.confidential_address, now=now
        ),
        registered_by=caller.staff_id,
        version=1,
        updated_at=now,
    )
    await people.add(unit, person)
    unit.changed(KeyOf(KeyKind.PERSON, person.id), "person", person.id, before=None, after=person)
    await unit.audit("person.registered", subject_kind="person", subject_id=person.id)
    unit.announce(
        registered(person, today=today, at=now),
        subject=person.id,
        words=words_of(person),
        key=KeyOf(KeyKind.PERSON, person.id),
    )
    return person
