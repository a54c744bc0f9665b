"""Queries about webhook endpoints and the calls to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, exists, func, literal, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from services.notify.domain.errors import EndpointNotFound
from services.notify.domain.webhooks import Delivery, DeliveryState, Endpoint, EndpointState, Next
from services.notify.storage.tables import DeliveryRow, EndpointRow, SendingHoldRow
from shared.db.unit import Unit

CHANNEL = "webhooks"
"""Where a commit that made calls due is heard of."""

LEASE = text("interval '20 seconds'")
"""Longer than any call takes; after it another process may call again, with the same webhook-id."""

_Place = tuple[datetime, UUID] | None


async def add_endpoint(unit: Unit, endpoint: Endpoint) -> None:
    """Store a new endpoint."""
    unit.session.add(EndpointRow(id=endpoint.id, county_id=unit.county_id, **_columns(endpoint)))
    await unit.session.flush()


async def save_endpoint(unit: Unit, endpoint: Endpoint) -> None:
    """Store an endpoint anew."""
    await unit.session.execute(
        update(EndpointRow).where(_my_endpoint(unit), EndpointRow.id == endpoint.id).values(**_columns(endpoint))
    )


async def get_endpoint(unit: Unit, endpoint_id: UUID, *, hold: bool = False) -> Endpoint:
    """Return an endpoint that has not ended, and hold its row if asked to. Raises EndpointNotFound."""
    query = select(EndpointRow).where(
        _my_endpoint(unit), EndpointRow.id == endpoint_id, EndpointRow.state != EndpointState.ENDED.value
    )
    row = await unit.session.scalar((query.with_for_update() if hold else query).execution_options(populate_existing=True))
    if row is None:
        raise EndpointNotFound
    return _to_endpoint(row)


async def find_active_for_update(unit: Unit, endpoint_id: UUID) -> Endpoint | None:
    """Return an endpoint that is called, and hold its row; None when it has ended or was disabled."""
    row = await unit.session.scalar(
        select(EndpointRow)
        .where(_my_endpoint(unit), EndpointRow.id == endpoint_id, EndpointRow.state == EndpointState.ACTIVE.value)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return None if row is None else _to_endpoint(row)


async def list_endpoints(unit: Unit, *, after: _Place, limit: int) -> list[Endpoint]:
    """Return a page of the county's endpoints, the oldest first."""
    query = select(EndpointRow).where(_my_endpoint(unit), EndpointRow.state != EndpointState.ENDED.value)
    if after is not None:
        query = query.where(tuple_(EndpointRow.made_at, EndpointRow.id) > after)
    rows = await unit.session.scalars(query.order_by(EndpointRow.made_at, EndpointRow.id).limit(limit))
    return [_to_endpoint(row) for row in rows]


async def tell_everybody(unit: Unit, *, kind: str, webhook_id: str, body: str) -> None:
    """Make a call due to every endpoint that wants to hear of this kind; one that it was told of before stays as it is."""
    chosen = select(
        func.gen_random_uuid(),
        *map(literal, (unit.county_id, webhook_id, kind, body, DeliveryState.WAITING.value, 0, "", unit.now, unit.now)),
        EndpointRow.id,
    ).where(_my_endpoint(unit), EndpointRow.state == EndpointState.ACTIVE.value, literal(kind) == EndpointRow.types.any_())
    columns = ("id", "county_id", "webhook_id", "type", "body", "state", "attempt", "reason", "due_at", "made_at", "endpoint_id")
    made = await unit.session.execute(
        insert(DeliveryRow)
        .from_select(columns, chosen)
        .on_conflict_do_nothing(index_elements=["endpoint_id", "webhook_id"])
        .returning(DeliveryRow.id)
    )
    if made.first() is not None:
        await _wake(unit)


async def tell(unit: Unit, endpoint: Endpoint, *, delivery_id: UUID, kind: str, webhook_id: str, body: str) -> Delivery:
    """Make a call due to one endpoint."""
    row = DeliveryRow(
        id=delivery_id,
        county_id=unit.county_id,
        endpoint_id=endpoint.id,
        webhook_id=webhook_id,
        type=kind,
        body=body,
        state=DeliveryState.WAITING.value,
        attempt=0,
        reason="",
        due_at=unit.now,
        made_at=unit.now,
    )
    unit.session.add(row)
    await unit.session.flush()
    await _wake(unit)
    return _to_delivery(row)


async def list_deliveries(
    unit: Unit, endpoint_id: UUID, *, state: DeliveryState | None, after: _Place, limit: int
) -> list[Delivery]:
    """Return a page of the calls to an endpoint, the newest first."""
    query = select(DeliveryRow).where(_my_delivery(unit), DeliveryRow.endpoint_id == endpoint_id)
    if state is not None:
        query = query.where(DeliveryRow.state == state.value)
    if after is not None:
        query = query.where(tuple_(DeliveryRow.made_at, DeliveryRow.id) < after)
    rows = await unit.session.scalars(query.order_by(DeliveryRow.made_at.desc(), DeliveryRow.id.desc()).limit(limit))
    return [_to_delivery(row) for row in rows]


async def find_for_update(unit: Unit, endpoint_id: UUID, delivery_id: UUID) -> Delivery | None:
    """Return one call to an endpoint and hold its row."""
    row = await unit.session.scalar(
        select(DeliveryRow)
        .where(_my_delivery(unit), DeliveryRow.endpoint_id == endpoint_id, DeliveryRow.id == delivery_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return None if row is None else _to_delivery(row)


async def make_due(unit: Unit, delivery_id: UUID) -> None:
    """Let a call that was given up be made again, now and with all its tries."""
    await unit.session.execute(
        update(DeliveryRow)
        .where(_my_delivery(unit), DeliveryRow.id == delivery_id)
        .values(state=DeliveryState.WAITING.value, attempt=0, reason="", due_at=unit.now, finished_at=None)
    )
    await _wake(unit)


async def claim(unit: Unit, *, lease: UUID, most: int) -> list[tuple[Delivery, Endpoint]]:
    """Take calls that are due, with their endpoints; each counts as one more attempt. Nothing is due while sending is held."""
    due = or_(
        (DeliveryRow.state == DeliveryState.WAITING.value) & (DeliveryRow.due_at <= unit.now),
        (DeliveryRow.state == DeliveryState.SENDING.value) & (DeliveryRow.lease_until < unit.now),
    )
    held = exists().where(SendingHoldRow.county_id == unit.county_id)
    chosen = (
        select(DeliveryRow.id)
        .join(EndpointRow, EndpointRow.id == DeliveryRow.endpoint_id)
        .where(_my_delivery(unit), due, EndpointRow.state == EndpointState.ACTIVE.value, ~held)
        .order_by(DeliveryRow.due_at)
        .limit(most)
        .with_for_update(of=DeliveryRow, skip_locked=True)
    )
    taken = await unit.session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(chosen))
        .values(
            state=DeliveryState.SENDING.value,
            attempt=DeliveryRow.attempt + 1,
            lease_owner=lease,
            lease_until=func.surround_now() + LEASE,
        )
        .returning(DeliveryRow)
        .execution_options(populate_existing=True)
    )
    deliveries = [_to_delivery(row) for row in taken.scalars()]
    found = await unit.session.scalars(select(EndpointRow).where(EndpointRow.id.in_({each.endpoint_id for each in deliveries})))
    endpoints = {row.id: _to_endpoint(row) for row in found}
    return [(each, endpoints[each.endpoint_id]) for each in sorted(deliveries, key=lambda each: each.due_at)]


async def mark(unit: Unit, delivery: Delivery, end: Next, *, lease: UUID, status: int | None) -> bool:
    """Record what a call came to; False when it is no longer ours to say (the zombie rule, RELIABILITY §3)."""
    is_final = end.due_at is None
    done = await unit.session.execute(
        update(DeliveryRow)
        .where(
            _my_delivery(unit),
            DeliveryRow.id == delivery.id,
            DeliveryRow.attempt == delivery.attempt,
            DeliveryRow.lease_owner == lease,
        )
        .values(
            state=end.state.value,
            reason=end.reason,
            status=status,
            due_at=end.due_at or delivery.due_at,
            finished_at=unit.now if is_final else None,
            lease_owner=None,
            lease_until=None,
        )
        .returning(DeliveryRow.id)
    )
    return done.first() is not None


async def end_open(unit: Unit, state: DeliveryState, *, reason: str, endpoint_id: UUID | None = None) -> None:
    """End every call that still waits: to one endpoint, or to all of the county's."""
    of = [] if endpoint_id is None else [DeliveryRow.endpoint_id == endpoint_id]
    await unit.session.execute(
        update(DeliveryRow)
        .where(_my_delivery(unit), DeliveryRow.state == DeliveryState.WAITING.value, *of)
        .values(state=state.value, reason=reason, finished_at=unit.now)
    )


async def _wake(unit: Unit) -> None:
    await unit.session.execute(select(cast(func.pg_notify(CHANNEL, ""), Text)))


def _my_endpoint(unit: Unit) -> ColumnElement[bool]:
    return EndpointRow.county_id == unit.county_id


def _my_delivery(unit: Unit) -> ColumnElement[bool]:
    return DeliveryRow.county_id == unit.county_id


def _columns(endpoint: Endpoint) -> dict[str, object]:
    return {
        "url": endpoint.url,
        "types": list(endpoint.types),
        "state": endpoint.state.value,
        "reason": endpoint.reason,
        "generation": endpoint.generation,
        "rotated_at": endpoint.rotated_at,
        "version": endpoint.version,
        "made_at": endpoint.made_at,
    }


def _to_endpoint(row: EndpointRow) -> Endpoint:
    return Endpoint(
        id=row.id,
        url=row.url,
        types=tuple(row.types),
        state=EndpointState(row.state),
        reason=row.reason,
        generation=row.generation,
        rotated_at=row.rotated_at,
        version=row.version,
        made_at=row.made_at,
    )


def _to_delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        endpoint_id=row.endpoint_id,
        webhook_id=row.webhook_id,
        type=row.type,
        body=row.body,
        state=DeliveryState(row.state),
        attempt=row.attempt,
        status=row.status,
        reason=row.reason,
        due_at=row.due_at,
        made_at=row.made_at,
        finished_at=row.finished_at,
    )
