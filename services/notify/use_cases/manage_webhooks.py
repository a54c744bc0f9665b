"""What a county's own engineers do about its webhook endpoints: name, change, try, end them, and look what was told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.notify.domain.errors import DeliveryNotFound, DeliveryNotRetryable, TooManyEndpoints
from services.notify.domain.webhooks import (
    TEST,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
    secret_of,
    spelled_secret,
    test_body,
)
from services.notify.storage import webhooks
from shared.db.unit import Unit

MOST = 20
"""Endpoints of one county (our choice): each fact is told to each."""

KEY = "webhooks"


async def add_endpoint(unit: Unit, *, url: str, types: Sequence[str]) -> Endpoint:
    """Name an endpoint; it hears of what happens from now on. Raises TooManyEndpoints."""
    if len(await webhooks.list_endpoints(unit, after=None, limit=MOST)) >= MOST:
        raise TooManyEndpoints
    endpoint = Endpoint(
        id=unit.new_id(),
        url=url,
        types=tuple(sorted(set(types))),
        state=EndpointState.ACTIVE,
        reason="",
        generation=1,
        rotated_at=unit.now,
        version=1,
        made_at=unit.now,
    )
    await webhooks.add_endpoint(unit, endpoint)
    await _audit(unit, "webhook.added", endpoint.id)
    return endpoint


async def change_endpoint(unit: Unit, endpoint: Endpoint, *, url: str | None, types: Sequence[str] | None) -> Endpoint:
    """Change where or of what an endpoint hears; one that was disabled is called again."""
    after = replace(
        endpoint,
        url=endpoint.url if url is None else url,
        types=endpoint.types if types is None else tuple(sorted(set(types))),
        state=EndpointState.ACTIVE,
        reason="",
        version=endpoint.version + 1,
    )
    await webhooks.save_endpoint(unit, after)
    await _audit(unit, "webhook.changed", endpoint.id)
    return after


async def end_endpoint(unit: Unit, endpoint: Endpoint) -> None:
    """Call an endpoint no more."""
    await webhooks.save_endpoint(unit, replace(endpoint, state=EndpointState.ENDED, version=endpoint.version + 1))
    await webhooks.end_open(unit, DeliveryState.DROPPED, reason="endpoint_ended", endpoint_id=endpoint.id)
    await _audit(unit, "webhook.ended", endpoint.id)


async def rotate_secret(unit: Unit, endpoint: Endpoint) -> Endpoint:
    """Begin a new secret; the one before it signs too for a day."""
    after = replace(endpoint, generation=endpoint.generation + 1, rotated_at=unit.now, version=endpoint.version + 1)
    await webhooks.save_endpoint(unit, after)
    await _audit(unit, "webhook.secret_rotated", endpoint.id)
    return after


async def read_secret(unit: Unit, endpoint: Endpoint) -> str:
    """Return the present secret, for whoever configures the other side. Reading it is recorded."""
    await _audit(unit, "webhook.secret_read", endpoint.id)
    return spelled_secret(secret_of(unit.county_key(KEY), endpoint.id, endpoint.generation))


async def try_endpoint(unit: Unit, endpoint: Endpoint) -> Delivery:
    """Call an endpoint with nothing but its own id, to see whether it answers."""
    delivery_id = unit.new_id()
    await _audit(unit, "webhook.tried", endpoint.id)
    return await webhooks.tell(
        unit,
        endpoint,
        delivery_id=delivery_id,
        kind=TEST,
        webhook_id=f"test_{delivery_id.hex}",
        body=test_body(endpoint.id, county_id=unit.county_id, at=unit.now),
    )


async def list_deliveries(
    unit: Unit, endpoint_id: UUID, *, state: DeliveryState | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[Delivery]:
    """Return what was told to an endpoint, the newest first. Raises EndpointNotFound."""
    endpoint = await webhooks.get_endpoint(unit, endpoint_id)
    return await webhooks.list_deliveries(unit, endpoint.id, state=state, after=after, limit=limit)


async def retry_delivery(unit: Unit, endpoint_id: UUID, delivery_id: UUID) -> Delivery:
    """Make a call again that was given up, with the same webhook-id. Raises DeliveryNotFound, DeliveryNotRetryable."""
    endpoint = await webhooks.get_endpoint(unit, endpoint_id)
    delivery = await webhooks.find_for_update(unit, endpoint.id, delivery_id)
    if delivery is None:
        raise DeliveryNotFound
    if delivery.state is not DeliveryState.FAILED or endpoint.state is not EndpointState.ACTIVE:
        raise DeliveryNotRetryable
    await webhooks.make_due(unit, delivery.id)
    await _audit(unit, "webhook.retried", endpoint.id)
    return replace(delivery, state=DeliveryState.WAITING, attempt=0, reason="", due_at=unit.now, finished_at=None)


async def _audit(unit: Unit, action: str, endpoint_id: UUID) -> None:
    await unit.audit(action, subject_kind="webhook_endpoint", subject_id=endpoint_id)
