"""What a record was before each change, and after it: sealed with the key of its person, family or meeting, never changed itself.

A change is written in its own transaction. Destroying the key destroys these words with all others; that there was a change, by
whom and when, stays (API U8, D3).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, MetaData, Table, Text, Uuid, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.base import NAMING, county_column, instant_column
from shared.db.direct import Direct, Driver
from shared.db.sealing import KeyDestroyed, Keyring
from shared.kernel.differences import Difference
from shared.kernel.sealed import KeyOf, Place, Sealed

HISTORY = Table(
    "history",
    MetaData(naming_convention=NAMING),
    Column("id", Uuid(), primary_key=True),
    county_column(),
    Column("subject_kind", Text(), nullable=False),
    Column("subject_id", Uuid(), nullable=False),
    Column("kind", Text(), nullable=False),
    Column("thing_id", Uuid(), nullable=False),
    instant_column("at"),
    Column("actor_kind", Text(), nullable=False),
    Column("actor_id", Text(), nullable=False),
    Column("request_id", Text(), nullable=False),
    Column("changes", LargeBinary(), nullable=True),
    Index("ix_history_subject", "county_id", "subject_kind", "subject_id", "id"),
)
"""A service that keeps history has it among its own tables: `HISTORY.to_metadata(Base.metadata)`, and a migration."""

_ADD = Direct(insert(HISTORY))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChange:
    """A change before it is kept: whose words it holds, what was changed by whom, and how."""

    id: UUID
    county_id: UUID
    key: KeyOf
    kind: str
    thing_id: UUID
    at: datetime
    actor_kind: str
    actor_id: str
    request_id: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A change as it is kept. `differences` is None once the words were destroyed."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_id: str
    request_id: str
    kind: str
    thing_id: UUID
    differences: tuple[Difference, ...] | None


async def append(driver: Driver, keys: Keyring, changes: Sequence[NewChange]) -> None:
    """Keep changes, each sealed for its own row; one of a record whose words are destroyed keeps none."""
    if changes:
        await _ADD.each(driver, [await _row(keys, each) for each in changes])


async def list_of(
    session: AsyncSession, keys: Keyring, county_id: UUID, key: KeyOf, *, before: UUID | None, limit: int
) -> list[Change]:
    """Return a page of the changes of one person, family or meeting, newest first; `before` is the last of the page before."""
    query = (
        select(HISTORY)
        .where(HISTORY.c.county_id == county_id, HISTORY.c.subject_kind == key.kind.value, HISTORY.c.subject_id == key.id)
        .order_by(HISTORY.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(HISTORY.c.id < before)
    rows = (await session.execute(query)).all()
    await keys.load({Sealed.from_bytes(row.changes).key_id for row in rows if row.changes})
    return [
        Change(
            id=row.id,
            at=row.at,
            actor_kind=row.actor_kind,
            actor_id=row.actor_id,
            request_id=row.request_id,
            kind=row.kind,
            thing_id=row.thing_id,
            differences=await _opened(keys, row),
        )
        for row in rows
    ]


async def _row(keys: Keyring, change: NewChange) -> dict[str, object]:
    # `asdict` copies deeply: a third of what registering a person takes.
    plain = [{"field": each.field, "before": each.before, "after": each.after} for each in change.differences]
    words = json.dumps(plain, ensure_ascii=False)
    try:
        box = (await keys.seal(words, key=change.key, place=_place(change.id, change.county_id))).as_bytes()
    except KeyDestroyed:
        box = None
    return {
        "id": change.id,
        "county_id": change.county_id,
        "subject_kind": change.key.kind.value,
        "subject_id": change.key.id,
        "kind": change.kind,
        "thing_id": change.thing_id,
        "at": change.at,
        "actor_kind": change.actor_kind,
        "actor_id": change.actor_id,
        "request_id": change.request_id,
        "changes": box,
    }


async def _opened(keys: Keyring, row: Any) -> tuple[Difference, ...] | None:
    if row.changes is None:
        return None
    try:
        words = await keys.open(Sealed.from_bytes(row.changes), _place(row.id, row.county_id))
    except KeyDestroyed:
        return None
    return tuple(Difference(**each) for each in json.loads(words))


def _place(row_id: UUID, county_id: UUID) -> Place:
    return Place("history", "changes", row_id, county_id)
