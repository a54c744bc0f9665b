"""Queries about links: secrets kept as hashes, found before their county is known, revoked with what ends them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.domain.links import Link, Purpose
from services.notify.storage.tables import EntryRow, LinkRow
from shared.db.direct import Direct
from shared.db.unit import Unit

LINKS = cast(Table, LinkRow.__table__)


@dataclass(frozen=True, slots=True)
class Found:
    """A link, the county it belongs to, the entry it is about, and the language its reader chose."""

    link: Link
    county_id: UUID
    entry_id: UUID | None
    language: str
    made_at: datetime


_ADD = Direct(
    insert(LINKS),
    *("id", "county_id", "purpose", "person_id", "entry_id", "subject_id", "part", "sequence"),
    *("token_hash", "language", "expires_at", "made_at"),
)


async def add(unit: Unit, made: Sequence[tuple[Link, UUID | None]]) -> None:
    """Store the hashes of new secrets, each with the entry it is about."""
    rows = [
        {
            "id": link.id,
            "county_id": unit.county_id,
            "purpose": link.purpose.value,
            "person_id": link.person_id,
            "entry_id": entry_id,
            "subject_id": link.subject_id,
            "part": link.part,
            "sequence": link.sequence,
            "token_hash": link.token_hash,
            "language": "",
            "expires_at": link.expires_at,
            "made_at": unit.now,
        }
        for link, entry_id in made
    ]
    if rows:
        await unit.each(_ADD, rows)


async def find_anywhere(session: AsyncSession, token_hash: str) -> Found | None:
    """Return the open link with this hash, whatever its county; the session was opened outside any, with `link_hash` set to it.

    One that has ended is not found here, as one that never was: neither the answer nor the time it takes tells them apart.
    """
    is_open = LinkRow.revoked_at.is_(None) & (LinkRow.expires_at.is_(None) | (LinkRow.expires_at > func.surround_now()))
    row = (await session.scalars(select(LinkRow).where(LinkRow.token_hash == token_hash, is_open))).first()
    return None if row is None else _to_found(row)


async def find(unit: Unit, link_id: UUID) -> Found | None:
    """Return a link of this county as it now stands."""
    row = (
        await unit.session.scalars(
            select(LinkRow).where(_mine(unit), LinkRow.id == link_id).execution_options(populate_existing=True)
        )
    ).first()
    return None if row is None else _to_found(row)


async def find_by_hash(unit: Unit, token_hash: str) -> Found | None:
    """Return the link of this county with this hash."""
    row = (
        await unit.session.scalars(
            select(LinkRow).where(_mine(unit), LinkRow.token_hash == token_hash).execution_options(populate_existing=True)
        )
    ).first()
    return None if row is None else _to_found(row)


async def choose_language(unit: Unit, link_id: UUID, language: str) -> None:
    """Remember in which language a link's reader wants to read."""
    await unit.session.execute(update(LinkRow).where(_mine(unit), LinkRow.id == link_id).values(language=language))


async def extend(unit: Unit, entry_id: UUID, purpose: Purpose, *, sequence: int, expires_at: datetime | None) -> None:
    """Let the links about an entry name its present number, and live as long as its present time asks for."""
    await unit.session.execute(
        update(LinkRow)
        .where(_mine(unit), LinkRow.entry_id == entry_id, LinkRow.purpose == purpose.value, LinkRow.revoked_at.is_(None))
        .values(sequence=sequence, expires_at=expires_at)
    )


async def has_revoked_of_case(unit: Unit, case_id: UUID, person_id: UUID) -> bool:
    """Whether a person's answer links to a family's meetings were ended."""
    found = await unit.session.scalar(
        select(LinkRow.id)
        .join(EntryRow, EntryRow.id == LinkRow.entry_id)
        .where(
            _mine(unit),
            EntryRow.case_id == case_id,
            LinkRow.person_id == person_id,
            LinkRow.purpose == Purpose.ANSWER.value,
            LinkRow.revoked_at.is_not(None),
        )
        .limit(1)
    )
    return found is not None


async def revoke_of_entry(unit: Unit, entry_id: UUID, purposes: Collection[Purpose]) -> None:
    """Revoke the links about one entry."""
    await _revoke(unit, LinkRow.entry_id == entry_id, purposes)


async def revoke_of_person(unit: Unit, person_id: UUID, purposes: Collection[Purpose]) -> None:
    """Revoke a person's links."""
    await _revoke(unit, LinkRow.person_id == person_id, purposes)


async def _revoke(unit: Unit, where: ColumnElement[bool], purposes: Collection[Purpose]) -> None:
    await unit.session.execute(
        update(LinkRow)
        .where(_mine(unit), where, LinkRow.purpose.in_([each.value for each in purposes]), LinkRow.revoked_at.is_(None))
        .values(revoked_at=unit.now)
    )


def _mine(unit: Unit) -> ColumnElement[bool]:
    return LinkRow.county_id == unit.county_id


def _to_found(row: LinkRow) -> Found:
    link = Link(
        id=row.id,
        purpose=Purpose(row.purpose),
        person_id=row.person_id,
        subject_id=row.subject_id,
        token_hash=row.token_hash,
        expires_at=row.expires_at,
        part=row.part,
        sequence=row.sequence,
        revoked_at=row.revoked_at,
    )
    return Found(link, row.county_id, row.entry_id, row.language, row.made_at)
