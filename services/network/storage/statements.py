"""Queries about statements and their versions. One that was retired stays on record and out of every answer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, tuple_

from services.network.domain.audience import Audience, Visibility
from services.network.domain.cases import CaseId
from services.network.domain.members import MemberId
from services.network.domain.statements import Statement, StatementId, StatementKind, Tense, Version, Wording
from services.network.storage.sealed_words import open_words, seal_words
from services.network.storage.tables.words import StatementLinkRow, StatementRow, StatementVersionRow
from shared.db.unit import Unit
from shared.kernel.errors import NotFound

_TABLE = "statement_versions"

_Rows = Select[StatementRow, StatementVersionRow]


async def get(unit: Unit, case_id: CaseId, statement_id: StatementId) -> Statement:
    """Return a statement of this family, of no other."""
    return await _one(unit, _standing(unit, case_id).where(StatementRow.id == statement_id))


async def get_for_update(unit: Unit, case_id: CaseId, statement_id: StatementId) -> Statement:
    """Return a statement of this family, of no other, and hold the row."""
    return await _one(unit, _standing(unit, case_id).where(StatementRow.id == statement_id).with_for_update(of=StatementRow))


async def list_of(
    unit: Unit, case_id: CaseId, *, kind: StatementKind | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[Statement]:
    """Return a page of a family's statements, least recently changed first."""
    query = _standing(unit, case_id).order_by(StatementRow.updated_at, StatementRow.id).limit(limit)
    if kind is not None:
        query = query.where(StatementRow.kind == kind.value)
    if after is not None:
        query = query.where(tuple_(StatementRow.updated_at, StatementRow.id) > after)
    return await _statements(unit, query)


async def list_written(unit: Unit, case_id: CaseId, *, after: StatementId | None, limit: int) -> list[Statement]:
    """Return a page of a family's statements, oldest first: a new version of one does not move it."""
    query = _standing(unit, case_id).order_by(StatementRow.id).limit(limit)
    return await _statements(unit, query if after is None else query.where(StatementRow.id > after))


async def list_all(unit: Unit, case_id: CaseId) -> list[Statement]:
    """Return all statements of a family, oldest first."""
    return await _statements(unit, _standing(unit, case_id).order_by(StatementRow.id))


async def kinds_of(unit: Unit, case_id: CaseId, ids: Collection[StatementId]) -> dict[StatementId, StatementKind]:
    """Return the kinds of those of these statements that this family has now."""
    if not ids:
        return {}
    rows = await unit.session.execute(
        select(StatementRow.id, StatementRow.kind).where(_present(unit, case_id), StatementRow.id.in_(ids))
    )
    return {StatementId(found): StatementKind(kind) for found, kind in rows}


async def list_versions(unit: Unit, statement: Statement, *, before: int | None, limit: int) -> list[Version]:
    """Return a page of a statement's versions, newest first."""
    query = (
        select(StatementVersionRow)
        .where(StatementVersionRow.county_id == unit.county_id, StatementVersionRow.statement_id == statement.id)
        .order_by(StatementVersionRow.number.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(StatementVersionRow.number < before)
    return await _versions(unit, (await unit.session.scalars(query)).all())


@dataclass(frozen=True, slots=True)
class ToldVersion:
    """One version of a statement that is still there, with what may be seen of it now."""

    statement: Statement
    version: Version


async def list_numbers(unit: Unit, case_id: CaseId, numbers: Collection[tuple[StatementId, int]]) -> list[ToldVersion]:
    """Return these versions of statements that were not retired, in order of the statements."""
    if not numbers:
        return []
    standing = {each.id: each for each in await list_all(unit, case_id)}
    wanted = tuple_(StatementVersionRow.statement_id, StatementVersionRow.number).in_(numbers)
    query = (
        select(StatementVersionRow)
        .where(StatementVersionRow.county_id == unit.county_id, StatementVersionRow.case_id == case_id, wanted)
        .order_by(StatementVersionRow.statement_id)
    )
    rows = [row for row in (await unit.session.scalars(query)).all() if row.statement_id in standing]
    versions = await _versions(unit, rows)
    return [ToldVersion(standing[StatementId(row.statement_id)], each) for row, each in zip(rows, versions, strict=True)]


async def add(unit: Unit, statement: Statement) -> None:
    """Store a statement with its first version, in a family whose row is held."""
    row = StatementRow(id=statement.id, county_id=unit.county_id, case_id=statement.case_id)
    _fill(row, statement)
    unit.session.add(row)
    await unit.session.flush()
    await _add_version(unit, statement)


async def save(unit: Unit, statement: Statement) -> None:
    """Store a statement anew; a version that is new is added, the others stay as they are."""
    row = await unit.session.get_one(StatementRow, statement.id)
    is_new = row.number != statement.current.number
    _fill(row, statement)
    if is_new:
        await _add_version(unit, statement)


async def end(unit: Unit, statement: Statement) -> None:
    """Keep that a statement was retired."""
    row = await unit.session.get_one(StatementRow, statement.id)
    row.ended_at = row.updated_at = unit.now


def _present(unit: Unit, case_id: CaseId) -> ColumnElement[bool]:
    return (StatementRow.county_id == unit.county_id) & (StatementRow.case_id == case_id) & StatementRow.ended_at.is_(None)


def _standing(unit: Unit, case_id: CaseId) -> _Rows:
    newest = (StatementVersionRow.statement_id == StatementRow.id) & (StatementVersionRow.number == StatementRow.number)
    return select(StatementRow, StatementVersionRow).join(StatementVersionRow, newest).where(_present(unit, case_id))


async def _one(unit: Unit, query: _Rows) -> Statement:
    found = await _statements(unit, query)
    if not found:
        raise NotFound
    return found[0]


async def _statements(unit: Unit, query: _Rows) -> list[Statement]:
    rows = (await unit.session.execute(query)).all()
    versions = await _versions(unit, [version for _, version in rows])
    return [_to_statement(row, version) for (row, _), version in zip(rows, versions, strict=True)]


def _to_statement(row: StatementRow, current: Version) -> Statement:
    return Statement(
        id=StatementId(row.id),
        case_id=CaseId(row.case_id),
        audience=Audience(visibility=Visibility(row.visibility), member_ids=frozenset(map(MemberId, row.member_ids))),
        current=current,
        version=row.version,
        updated_at=row.updated_at,
    )


async def _versions(unit: Unit, rows: Sequence[StatementVersionRow]) -> list[Version]:
    await unit.load_keys([row.words for row in rows])
    links: dict[UUID, list[StatementId]] = {row.id: [] for row in rows}
    found = await unit.session.scalars(
        select(StatementLinkRow)
        .where(StatementLinkRow.county_id == unit.county_id, StatementLinkRow.version_id.in_(links))
        .order_by(StatementLinkRow.rank)
    )
    for link in found if links else ():
        links[link.version_id].append(StatementId(link.statement_id))
    return [await _to_version(unit, row, tuple(links[row.id])) for row in rows]


async def _to_version(unit: Unit, row: StatementVersionRow, links: tuple[StatementId, ...]) -> Version:
    words = await open_words(unit, row.words, table=_TABLE, row_id=row.id)
    wording = Wording(
        text=words["text"],
        language=words["language"],
        impact=words["impact"],
        tense=Tense(words["tense"]) if words["tense"] else None,
        happened_on=date.fromisoformat(words["happened_on"]) if words["happened_on"] else None,
        actor_id=MemberId(row.actor_id) if row.actor_id else None,
        links=links,
    )
    return Version(
        number=row.number,
        kind=StatementKind(row.kind),
        wording=wording,
        why=words["why"],
        written_at=row.written_at,
        written_by=row.written_by,
    )


def _fill(row: StatementRow, statement: Statement) -> None:
    row.kind = statement.kind.value
    row.number = statement.current.number
    row.visibility = statement.audience.visibility.value
    row.member_ids = sorted(statement.audience.member_ids)
    row.version = statement.version
    row.updated_at = statement.updated_at


async def _add_version(unit: Unit, statement: Statement) -> None:
    version, wording = statement.current, statement.current.wording
    version_id = unit.new_id()
    words = {
        "text": wording.text,
        "language": wording.language,
        "impact": wording.impact,
        "tense": wording.tense.value if wording.tense else None,
        "happened_on": wording.happened_on.isoformat() if wording.happened_on else None,
        "why": version.why,
    }
    unit.session.add(
        StatementVersionRow(
            id=version_id,
            county_id=unit.county_id,
            case_id=statement.case_id,
            statement_id=statement.id,
            number=version.number,
            kind=version.kind.value,
            words=await seal_words(unit, statement.case_id, words, table=_TABLE, row_id=version_id),
            actor_id=wording.actor_id,
            written_at=version.written_at,
            written_by=version.written_by,
        )
    )
    await unit.session.flush()
    unit.session.add_all(
        StatementLinkRow(version_id=version_id, statement_id=link, county_id=unit.county_id, case_id=statement.case_id, rank=rank)
        for rank, link in enumerate(wording.links)
    )
