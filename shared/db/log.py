"""The numbered log of a service's facts, and what a service has applied of the others' logs.

A fact is a row written in the transaction of the change. It has no position yet: sequences commit out of order, so a position
handed out at insertion would let readers pass over a row that commits late (RELIABILITY rule Y). The relay gives positions to
rows that have committed, gapless from 1, in the order of insertion, in a transaction of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    delete,
    false,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import sealing
from shared.db.base import SHARED, county_column, instant_column
from shared.db.direct import Direct, Driver
from shared.events.envelope import Envelope
from shared.kernel.sealed import Place, Sealed

CHANNEL = "log"
"""The NOTIFY channel that wakes the relay; a poll is its floor, so a lost wake-up costs a second and no fact."""

LOG = Table(
    "log",
    SHARED,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid(), nullable=False, unique=True),
    county_column(),
    Column("type", Text, nullable=False),
    Column("subject", Uuid(), nullable=False),
    instant_column("at"),
    Column("data", JSONB, nullable=False),
    Column("key_id", Uuid()),
    Column("words", LargeBinary),
    Column("traceparent", Text, nullable=False, server_default=""),
    Column("position", BigInteger, unique=True),
    Column("published", Boolean, nullable=False, server_default=false()),
)
Index("ix_log_unnumbered", LOG.c.seq, postgresql_where=LOG.c.position.is_(None))
Index("ix_log_unpublished", LOG.c.position, postgresql_where=LOG.c.published.is_(False))

CURSORS = Table(
    "cursors",
    SHARED,
    Column("producer", Text, primary_key=True),
    Column("position", BigInteger, nullable=False, server_default="0"),
    Column("event_id", Uuid()),
)
"""One row a producer: the last position applied, and the id of that event. It belongs to no county."""

PARKED = Table(
    "parked",
    SHARED,
    Column("producer", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    county_column(),
    Column("event_id", Uuid(), nullable=False),
    Column("type", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    instant_column("parked_at"),
    Column("envelope", Text, nullable=False),
)
"""Events set aside. `reason` is the name of an error class; `envelope` is the wire form without data keys."""


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact that one transaction announces; `data` is its body, JSON-plain."""

    id: UUID
    county_id: UUID
    type: str
    subject: UUID
    time: datetime
    data: dict[str, Any]
    words: Sealed | None = None
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far one producer's log has been applied; `event_id` is None only at position 0."""

    position: int
    event_id: UUID | None


@dataclass(frozen=True, slots=True)
class Parked:
    """An event that was set aside, and why."""

    producer: str
    position: int
    county_id: UUID
    event_id: UUID
    type: str
    reason: str
    tries: int
    parked_at: datetime
    envelope: str


def place_of_words(event_id: UUID, county_id: UUID) -> Place:
    """Say where the words of a fact stand, for the producer that seals them and for every reader that opens them."""
    return Place("log", "words", event_id, county_id)


# In one message with the wake-up; PostgreSQL folds equal wake-ups of a transaction into one.
_APPEND = Direct(
    insert(LOG).returning(cast(func.pg_notify(CHANNEL, ""), Text)),
    *("id", "county_id", "type", "subject", "at", "data", "key_id", "words", "traceparent"),
)


async def append(driver: Driver, rows: Sequence[NewFact]) -> None:
    """Write the facts of a transaction and wake the relay at its commit; call it last, after the changed rows are locked."""
    await _APPEND.each(
        driver,
        [
            {
                "id": row.id,
                "county_id": row.county_id,
                "type": row.type,
                "subject": row.subject,
                "at": row.time,
                "data": row.data,
                "key_id": row.words.key_id if row.words else None,
                "words": row.words.box if row.words else None,
                "traceparent": row.traceparent,
            }
            for row in rows
        ],
    )


async def read_every_county(session: AsyncSession) -> None:
    """Let this transaction see the facts of all counties: for the relay, the log's readers, and the operators' commands."""
    await session.execute(text("SELECT set_config('app.log_reader', 'on', true)"))


async def number_next_batch(session: AsyncSession, *, limit: int = 500) -> int:
    """Give the next positions to committed rows in the order of insertion, and return how many there were.

    Commit before anything is published. The lock makes two relays that both believe they lead take turns.
    """
    await read_every_county(session)
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('surround.log.numbering', 0))"))
    waiting = (
        select(LOG.c.seq, func.row_number().over(order_by=LOG.c.seq).label("rank"))
        .where(LOG.c.position.is_(None))
        .order_by(LOG.c.seq)
        .limit(limit)
        .cte("waiting")
    )
    head = select(func.coalesce(func.max(LOG.c.position), 0)).scalar_subquery()
    numbered = await session.execute(
        update(LOG)
        .values(position=head + waiting.c.rank)
        .where(LOG.c.seq == waiting.c.seq, LOG.c.position.is_(None))
        .returning(LOG.c.position)
    )
    return len(numbered.all())


_ENVELOPE = (LOG.c.id, LOG.c.county_id, LOG.c.type, LOG.c.subject, LOG.c.at, LOG.c.data, LOG.c.key_id, LOG.c.words)


async def read_after(session: AsyncSession, producer: str, *, after: int, limit: int) -> list[Envelope]:
    """Return the numbered facts that follow a position, published or not, of every county, with the wrapped keys of their words."""
    await read_every_county(session)
    return await _read(session, producer, after=after, limit=limit, only_unpublished=False)


async def read_unpublished(session: AsyncSession, producer: str, *, limit: int) -> list[Envelope]:
    """Return the numbered facts that are not marked as published, in order."""
    await read_every_county(session)
    return await _read(session, producer, after=0, limit=limit, only_unpublished=True)


async def _read(session: AsyncSession, producer: str, *, after: int, limit: int, only_unpublished: bool) -> list[Envelope]:
    query = select(*_ENVELOPE, LOG.c.traceparent, LOG.c.position).where(LOG.c.position > after)
    if only_unpublished:
        query = query.where(LOG.c.published.is_(False))
    rows = (await session.execute(query.order_by(LOG.c.position).limit(limit))).all()
    keys = {key.key_id: key for key in await sealing.export_wrapped(session, {row.key_id for row in rows if row.key_id})}
    return [
        Envelope(
            id=row.id,
            producer=producer,
            type=row.type,
            subject=row.subject,
            time=row.at,
            county_id=row.county_id,
            position=row.position,
            data=row.data,
            words=Sealed(row.key_id, row.words) if row.key_id is not None else None,
            traceparent=row.traceparent,
            keys=(keys[row.key_id],) if row.key_id in keys else (),
        )
        for row in rows
    ]


async def find_id_at(session: AsyncSession, position: int) -> UUID | None:
    """Return the id of the fact at a position, or None where the log has none."""
    await read_every_county(session)
    found: UUID | None = await session.scalar(select(LOG.c.id).where(LOG.c.position == position))
    return found


async def mark_published(session: AsyncSession, positions: Sequence[int]) -> None:
    """Remember that the stream has these facts."""
    await read_every_county(session)
    await session.execute(update(LOG).where(LOG.c.position.in_(positions)).values(published=True))


async def get_cursor(session: AsyncSession, producer: str) -> Cursor:
    """Return how far a producer's log has been applied; a producer never read before stands at 0."""
    await session.execute(upsert(CURSORS).values(producer=producer, position=0).on_conflict_do_nothing())
    row = (await session.execute(select(CURSORS.c.position, CURSORS.c.event_id).where(CURSORS.c.producer == producer))).one()
    return Cursor(row.position, row.event_id)


_MOVE = Direct(
    update(CURSORS)
    .where(CURSORS.c.producer == bindparam("of"), CURSORS.c.position == bindparam("before"))
    .returning(CURSORS.c.position),
    "position",
    "event_id",
)


async def move_cursor(driver: Driver, producer: str, *, before: int, to: Cursor) -> bool:
    """Move a cursor on from `before`; False means that another consumer moved it, and this transaction must not commit."""
    return bool(await _MOVE.fetch(driver, of=producer, before=before, position=to.position, event_id=to.event_id))


_SET_ASIDE = upsert(PARKED)
_PARK = Direct(
    _SET_ASIDE.on_conflict_do_update(
        index_elements=["producer", "position"],
        set_={name: _SET_ASIDE.excluded[name] for name in ("reason", "tries", "parked_at")},
    )
)


async def park(driver: Driver, parked: Parked) -> None:
    """Set an event aside; parking it again replaces the reason."""
    await _PARK.fetch(driver, **{column.name: getattr(parked, column.name) for column in PARKED.c})


async def list_parked(session: AsyncSession) -> list[Parked]:
    """Return what is set aside in every county, oldest first."""
    await read_every_county(session)
    rows = await session.execute(select(PARKED).order_by(PARKED.c.parked_at, PARKED.c.producer, PARKED.c.position))
    return [Parked(**row) for row in rows.mappings()]


async def find_parked(session: AsyncSession, producer: str, position: int) -> Parked | None:
    """Return one event that was set aside, whatever its county."""
    await read_every_county(session)
    rows = await session.execute(select(PARKED).where(PARKED.c.producer == producer, PARKED.c.position == position))
    row = rows.mappings().first()
    return Parked(**row) if row else None


async def unpark(session: AsyncSession, producer: str, position: int) -> bool:
    """Forget an event that was set aside, in the transaction that applies it; False when somebody else was first."""
    gone = await session.execute(
        delete(PARKED).where(PARKED.c.producer == producer, PARKED.c.position == position).returning(PARKED.c.position)
    )
    return gone.first() is not None
