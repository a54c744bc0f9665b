"""Something happened that a county's own systems may hear of."""

from typing import Any

from services.notify.domain.webhooks import OFFERED
from services.notify.use_cases.tell_systems import tell_systems
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit


@on(*OFFERED)
async def tell_county_systems(unit: Unit, fact: Fact[Any]) -> None:
    """Plan a call to each endpoint that wants to hear of it."""
    await tell_systems(unit, fact.body, fact_id=fact.id, position=fact.position, at=fact.time)
