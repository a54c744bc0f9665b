"""Write a person under the county's own id: registered when new, else changed to what the county says."""

from dataclasses import asdict, replace
from datetime import date, datetime
from typing import cast

from services.network.domain.errors import CountySystemsOnly
from services.network.domain.people import Person
from services.network.domain.visibility import may_write_by_external_id
from services.network.storage import people
from services.network.use_cases.change_person import change_person
from services.network.use_cases.commands import ChangePerson, ProfileChanges, RegisterPerson
from services.network.use_cases.register_person import register_person
from shared.db.unit import Unit
from shared.kernel.access import Caller

AGREED = frozenset(
    {
        "shared_device",
        "safe_channels",
        "urgent_at_night",
        "relay_person_id",
        "wants_direct_messages",
        "direct_messages_approved",
    }
)
"""What a worker agreed with the person: no file of the county's knows of it, so none takes it back."""


async def write_person(
    unit: Unit, external_id: str, command: RegisterPerson, *, caller: Caller, today: date, now: datetime
) -> tuple[Person, bool]:
    """Return the person and whether they are new. Written twice alike, it changes and announces nothing.

    What a county's file says of consent counts for a new person only: it never speaks against the word of one who is there.
    """
    if not may_write_by_external_id(caller):
        raise CountySystemsOnly
    present = await people.find_by_external_id_for_update(unit, external_id)
    if present is None:
        return await register_person(unit, command, caller=caller, today=today, now=now), True
    facts = cast(ProfileChanges, {name: value for name, value in asdict(command.profile).items() if name not in AGREED})
    change = ChangePerson(profile=facts, contact_points=tuple(replace(wish, consent=None) for wish in command.contact_points))
    return await change_person(unit, present, change, caller=caller, today=today, now=now), False
