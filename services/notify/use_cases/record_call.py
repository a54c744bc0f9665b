"""Record what a call to a county system came to."""

from dataclasses import replace
from uuid import UUID

from services.notify.domain.webhooks import Answered, Delivery, DeliveryState, Endpoint, EndpointState, after_call
from services.notify.storage import webhooks
from shared.db.unit import Unit


async def record_call(
    unit: Unit, delivery: Delivery, called: Endpoint, answered: Answered, *, lease: UUID, jitter: float
) -> DeliveryState | None:
    """Return the state that the call now has; None when another process has taken it over since, whose word counts.

    `called` is the endpoint as it stood when it was called.
    """
    end = after_call(answered, attempt=delivery.attempt, now=unit.now, jitter=jitter)
    if not await webhooks.mark(unit, delivery, end, lease=lease, status=answered.status):
        return None
    if end.disables:
        return await _disable(unit, delivery, called, reason=end.disables) or end.state
    return end.state


async def _disable(unit: Unit, delivery: Delivery, called: Endpoint, *, reason: str) -> DeliveryState | None:
    """Disable an endpoint that is as it was called; one that was changed meanwhile is called anew, and what state that is."""
    endpoint = await webhooks.find_active_for_update(unit, delivery.endpoint_id)
    if endpoint is None:
        return None
    if endpoint.version != called.version:
        await webhooks.make_due(unit, delivery.id)
        return DeliveryState.WAITING
    disabled = replace(endpoint, state=EndpointState.DISABLED, reason=reason, version=endpoint.version + 1)
    await webhooks.save_endpoint(unit, disabled)
    await unit.audit("webhook.disabled", subject_kind="webhook_endpoint", subject_id=endpoint.id)
    return None
