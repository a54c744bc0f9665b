"""Take over what a person said, through notify, about being reached."""

from datetime import datetime

from services.network.domain.people import ContactPointId, PersonId
from services.network.domain.people import hear_consent as heard
from services.network.storage import people
from shared.db.unit import Unit
from shared.events.network import Consent
from shared.kernel.sealed import KeyKind, KeyOf


async def hear_consent(
    unit: Unit, person_id: PersonId, contact_point_id: ContactPointId, consent: Consent, *, source: str, at: datetime
) -> None:
    """Keep the person's word on one contact point, unless a later one stands or the number has been replaced.

    Nothing is announced: notify said it first, and an echo would go round between the two services.
    """
    point = await people.find_contact_point(unit, person_id, contact_point_id)
    after = heard(point, consent, source=source, at=at) if point else None
    if after is None:
        return
    await people.save_consent(unit, person_id, after)
    before, now = ({"contact_points": (each,)} for each in (point, after))
    unit.changed(KeyOf(KeyKind.PERSON, person_id), "person", person_id, before=before, after=now)
    await unit.audit(
        "person.consent_changed", subject_kind="person", subject_id=person_id, details={"consent": consent.value, "source": source}
    )
