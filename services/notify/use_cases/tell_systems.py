"""Tell county systems of a fact: a row for each endpoint that wants to hear of it, in the transaction that applies the fact."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.notify.domain.webhooks import body_of
from services.notify.storage import webhooks
from shared.db.unit import Unit


async def tell_systems(unit: Unit, fact: Any, *, fact_id: UUID, position: int, at: datetime) -> None:
    """Plan the calls; `fact_id` makes the webhook-id, so that a fact that is applied again is told once."""
    name, body = body_of(fact, county_id=unit.county_id, position=position, at=at)
    await webhooks.tell_everybody(unit, kind=name, webhook_id=f"evt_{fact_id.hex}", body=body)
