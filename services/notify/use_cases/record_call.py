"""Record what a call to a county system came to."""

from dataclasses import replace
from uuid import UUID

from services.notify.domain.webhooks import Answered, Delivery, DeliveryState, EndpointState, after_call
from services.notify.storage import webhooks
from shared.db.unit import Unit


async def record_call(unit: Unit, delivery: Delivery, answered: Answered, *, lease: UUID, jitter: float) -> DeliveryState | None:
    """Return the state that the call now has; None when another process has taken it over since, whose word counts."""
    end = after_call(answered, attempt=delivery.attempt, now=unit.now, jitter=jitter)
    if not await webhooks.mark(unit, delivery, end, lease=lease, status=answered.status):
        return None
    if end.disables:
        endpoint = await webhooks.get_endpoint(unit, delivery.endpoint_id, hold=True)
        disabled = replace(endpoint, state=EndpointState.DISABLED, reason=end.disables, version=endpoint.version + 1)
        await webhooks.save_endpoint(unit, disabled)
        await unit.audit("webhook.disabled", subject_kind="webhook_endpoint", subject_id=endpoint.id)
    return end.state
