"""Tell others, each night, of those who entered another age band: who comes of age may be written to."""

from datetime import date, timedelta

from services.network.domain.people import changed, words_of
from services.network.storage import people
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf

MISSED_NIGHTS = 30
"""A night that was missed is made up for by one of the next thirty."""


async def refresh_age_bands(unit: Unit, today: date) -> int:
    """Announce those whose band changed by a county-local date, each once; return how many were told of."""
    told = 0
    days = [today - timedelta(days=ago) for ago in range(MISSED_NIGHTS + 1)]
    for person_id in await people.list_entering_band(unit, days):
        # Held, so that what is told here never comes after a later change of the person.
        person = await people.get_for_update(unit, person_id)
        if not await people.take_bands(unit, person_id, days):
            # Another ticker told of them while this one waited for the row.
            continue
        if person.profile.born_on is None:
            # Their words were destroyed, the birth date with them: there is nothing left to tell, nor a key to seal it with.
            continue
        told += 1
        await unit.audit(
            "person.age_band_changed", subject_kind="person", subject_id=person_id, details={"band": person.age_band(today).value}
        )
        unit.announce(
            changed(person, today=today, at=unit.now),
            subject=person_id,
            words=words_of(person),
            key=KeyOf(KeyKind.PERSON, person_id),
        )
    return told
