"""Queries about what came back: stored and committed before it is answered, understood later, each provider's id once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from services.notify.domain.messages import State
from services.notify.domain.receipts import Receipt
from services.notify.storage.tables import InboundRow, ReceiptRow
from shared.db.unit import Unit
from shared.events.notify import ReplyChannel
from shared.kernel.sealed import KeyKind, KeyOf

TRIES = 5
CHANNEL = "inbound"
"""Where a commit that stored something is heard of."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """Something that came back, opened. `raw` is what the gateway read, JSON-plain."""

    id: UUID
    channel: ReplyChannel
    provider_id: str
    raw: Mapping[str, str]
    received_at: datetime
    tries: int
    traceparent: str


async def add(
    unit: Unit, *, channel: ReplyChannel, provider_id: str, lookup: str, raw: Mapping[str, str], key: KeyOf | None = None
) -> UUID | None:
    """Store what came; None when the same was stored before. Without a known person it is sealed with a key of its own."""
    row_id = unit.new_id()
    known = await unit.session.scalar(
        select(InboundRow.id).where(_mine(unit), InboundRow.channel == channel.value, InboundRow.provider_id == provider_id)
    )
    if known is not None:
        return None
    sealed = await unit.seal(
        json.dumps(dict(raw), ensure_ascii=False),
        key=key or KeyOf(KeyKind.PERSON, row_id),
        table="inbound",
        column="raw",
        row_id=row_id,
    )
    made = await unit.session.execute(
        insert(InboundRow)
        .values(
            id=row_id,
            county_id=unit.county_id,
            channel=channel.value,
            provider_id=provider_id,
            lookup=lookup,
            raw=sealed,
            received_at=unit.now,
            tries=0,
            proof="",
            became="",
            traceparent=unit.trace.traceparent,
        )
        .on_conflict_do_nothing(index_elements=["county_id", "channel", "provider_id"])
        .returning(InboundRow.id, cast(func.pg_notify(CHANNEL, ""), Text))
    )
    return row_id if made.first() is not None else None


async def list_waiting(unit: Unit, *, limit: int) -> list[UUID]:
    """Return what may be understood now, oldest first: of each number one text. What keeps failing waits for a person."""
    return list(
        await unit.session.scalars(
            select(InboundRow.id).where(*_may_be_understood(unit)).order_by(InboundRow.received_at, InboundRow.id).limit(limit)
        )
    )


async def oldest_waiting(unit: Unit) -> datetime | None:
    """Return since when the oldest of what came back has not been understood, what keeps failing among it."""
    found: datetime | None = await unit.session.scalar(
        select(func.min(InboundRow.received_at)).where(_mine(unit), InboundRow.processed_at.is_(None))
    )
    return found


async def hold(unit: Unit, inbound_id: UUID) -> Arrived | None:
    """Return something whose turn it is, and hold its row; None when another process has it, or it is done."""
    row = await unit.session.scalar(
        select(InboundRow)
        .where(*_may_be_understood(unit), InboundRow.id == inbound_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if row is None:
        return None
    raw = json.loads(await unit.open(row.raw, table="inbound", column="raw", row_id=row.id))
    return Arrived(row.id, ReplyChannel(row.channel), row.provider_id, raw, row.received_at, row.tries, row.traceparent)


async def finish(unit: Unit, inbound_id: UUID, *, became: str, proof: str, person_id: UUID | None) -> None:
    """Mark something as understood."""
    await unit.session.execute(
        update(InboundRow)
        .where(_mine(unit), InboundRow.id == inbound_id)
        .values(processed_at=unit.now, became=became, proof=proof, person_id=person_id)
    )


async def fade(unit: Unit, *, understood_before: datetime, most: int) -> int:
    """Remove the words of what was understood before an instant, and return of how many; what it became stays."""
    old = (
        select(InboundRow.id)
        .where(_mine(unit), InboundRow.raw != b"", InboundRow.processed_at < understood_before)
        .order_by(InboundRow.processed_at)
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("old")
    )
    faded = await unit.session.execute(
        update(InboundRow)
        .where(InboundRow.id == old.c.id)
        .values(raw=b"")
        .returning(InboundRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(faded.all())


async def count_try(unit: Unit, inbound_id: UUID) -> None:
    """Remember that understanding it failed."""
    await unit.session.execute(
        update(InboundRow).where(_mine(unit), InboundRow.id == inbound_id).values(tries=InboundRow.tries + 1)
    )


async def add_receipt(unit: Unit, receipt: Receipt) -> bool:
    """Store what a provider reports; False when it reported the same before."""
    made = await unit.session.execute(
        insert(ReceiptRow)
        .values(
            county_id=unit.county_id,
            provider=receipt.provider,
            provider_id=receipt.provider_id,
            event=receipt.event,
            code=receipt.code,
            state=receipt.state.value,
            bad_number=receipt.bad_number,
            opted_out=receipt.opted_out,
            received_at=unit.now,
        )
        .on_conflict_do_nothing()
        .returning(ReceiptRow.provider_id)
    )
    return made.first() is not None


async def take_turns(unit: Unit, provider_id: str) -> None:
    """Wait until nobody else is storing a report about a message, or the id by which its provider knows it.

    Each of the two looks for the other; without turns both could look before either had committed.
    """
    await unit.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"receipt|{provider_id}", 0))))


async def list_waiting_receipts(unit: Unit, provider_id: str) -> list[Receipt]:
    """Return the reports about a message that came before its id was stored."""
    rows = await unit.session.scalars(
        select(ReceiptRow)
        .where(ReceiptRow.county_id == unit.county_id, ReceiptRow.provider_id == provider_id, ReceiptRow.applied_at.is_(None))
        .order_by(ReceiptRow.received_at)
    )
    return [
        Receipt(
            provider=row.provider,
            provider_id=row.provider_id,
            event=row.event,
            code=row.code,
            state=State(row.state),
            bad_number=row.bad_number,
            opted_out=row.opted_out,
        )
        for row in rows
    ]


async def mark_applied(unit: Unit, receipt: Receipt) -> None:
    """Remember that a report has had its effect."""
    await unit.session.execute(
        update(ReceiptRow)
        .where(
            ReceiptRow.county_id == unit.county_id,
            ReceiptRow.provider == receipt.provider,
            ReceiptRow.provider_id == receipt.provider_id,
            ReceiptRow.event == receipt.event,
            ReceiptRow.code == receipt.code,
        )
        .values(applied_at=unit.now)
    )


def _mine(unit: Unit) -> ColumnElement[bool]:
    return InboundRow.county_id == unit.county_id


def _may_be_understood(unit: Unit) -> tuple[ColumnElement[bool], ...]:
    """What is open and still tried, and no text behind an earlier one of its number: the last word of a person must be the last.

    Who holds the earlier one has not committed, so that to everybody else it is still open.
    """
    earlier = aliased(InboundRow)
    is_behind = (
        select(earlier.id)
        .where(
            earlier.county_id == unit.county_id,
            earlier.channel == InboundRow.channel,
            earlier.lookup == InboundRow.lookup,
            earlier.processed_at.is_(None),
            earlier.tries < TRIES,
            tuple_(earlier.received_at, earlier.id) < tuple_(InboundRow.received_at, InboundRow.id),
            InboundRow.channel == ReplyChannel.SMS.value,
        )
        .exists()
    )
    return _mine(unit), InboundRow.processed_at.is_(None), InboundRow.tries < TRIES, ~is_behind
