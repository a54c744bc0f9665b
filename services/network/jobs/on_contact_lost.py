"""notify found that a number or address does not work."""

from services.network.domain.people import ContactPointId, PersonId
from services.network.use_cases.hear_consent import hear_consent
from services.network.use_cases.note_contact_lost import note_contact_lost
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import Consent
from shared.events.notify import ContactLost

SOURCE = "contact_lost"


@on(ContactLost)
async def mark_invalid(unit: Unit, fact: Fact[ContactLost]) -> None:
    """Mark the contact point, so that staff see that a new number is needed, and flag what the person has promised."""
    body = fact.body
    await hear_consent(
        unit,
        PersonId(body.person_id),
        ContactPointId(body.contact_point_id),
        Consent.INVALID_NUMBER,
        source=SOURCE,
        at=body.at,
    )
    await note_contact_lost(unit, PersonId(body.person_id))
