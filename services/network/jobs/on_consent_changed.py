"""notify heard a person allow or refuse messages on one contact point."""

from services.network.domain.people import ContactPointId, PersonId
from services.network.use_cases.hear_consent import hear_consent
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.notify import ConsentChanged


@on(ConsentChanged)
async def keep_consent(unit: Unit, fact: Fact[ConsentChanged]) -> None:
    """Keep the person's word."""
    body = fact.body
    await hear_consent(
        unit,
        PersonId(body.person_id),
        ContactPointId(body.contact_point_id),
        body.consent,
        source=body.source,
        at=body.at,
    )
