"""What comes in and goes out about webhooks."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.notify.domain.webhooks import TYPES, Delivery, DeliveryState, Endpoint, EndpointState
from shared.web import fields
from shared.web.fields import EndpointId, Instant, Model, PageQuery

DeliveryId = Annotated[UUID, fields.PublicId("del")]
Address = Annotated[
    str, fields.Pattern(r"[\x21-\x7e]{8,2000}", "Use a public address that begins with https.", 2000, "url_invalid")
]
Types = Annotated[list[Literal[TYPES]], Field(min_length=1, max_length=len(TYPES))]  # type: ignore[valid-type]  # a list as data


class EndpointIn(Model):
    """Where a county system listens, and of what it wants to hear."""

    url: Address
    types: Types


class EndpointChange(Model):
    """What shall change. A change also calls an endpoint again that had been disabled."""

    url: Address | None = None
    types: Types | None = None


class EndpointOut(Model):
    """An endpoint. `reason` says why it is disabled: `gone` when it answered 410."""

    id: EndpointId
    url: str
    types: list[str]
    state: EndpointState
    reason: str
    rotated_at: Instant
    made_at: Instant
    etag: str


class SecretOut(Model):
    """The secret with which calls are signed (Standard Webhooks). Whoever has it can speak in our name: keep it as a password."""

    secret: str


class DeliveriesQuery(PageQuery):
    """Which calls."""

    state: DeliveryState | None = None


class DeliveryOut(Model):
    """One call to an endpoint, with the status of its last attempt."""

    id: DeliveryId
    webhook_id: str
    type: str
    state: DeliveryState
    attempt: int
    status: int | None
    reason: str
    due_at: Instant
    made_at: Instant
    finished_at: Instant | None


def etag_of(endpoint: Endpoint) -> str:
    """Return the version of an endpoint."""
    return str(endpoint.version)


def endpoint_out(endpoint: Endpoint) -> EndpointOut:
    """Return an endpoint as its county sees it."""
    return EndpointOut(
        id=endpoint.id,
        url=endpoint.url,
        types=list(endpoint.types),
        state=endpoint.state,
        reason=endpoint.reason,
        rotated_at=endpoint.rotated_at,
        made_at=endpoint.made_at,
        etag=f'"{etag_of(endpoint)}"',
    )


def delivery_out(delivery: Delivery) -> DeliveryOut:
    """Return a call as the county sees it."""
    return DeliveryOut(
        id=delivery.id,
        webhook_id=delivery.webhook_id,
        type=delivery.type,
        state=delivery.state,
        attempt=delivery.attempt,
        status=delivery.status,
        reason=delivery.reason,
        due_at=delivery.due_at,
        made_at=delivery.made_at,
        finished_at=delivery.finished_at,
    )
