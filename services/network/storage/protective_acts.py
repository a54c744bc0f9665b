"""Queries about acts of protection. One that was taken back stays on record and out of every answer."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_

from services.network.domain.cases import CaseId
from services.network.domain.members import MemberId
from services.network.domain.protective_acts import ActId, ProtectiveAct
from services.network.domain.statements import StatementId
from services.network.storage.sealed_words import open_words, seal_words
from services.network.storage.tables.words import ProtectiveActRow
from shared.db.unit import Unit
from shared.kernel.errors import NotFound

_TABLE = "protective_acts"


async def get_for_update(unit: Unit, case_id: CaseId, act_id: ActId) -> ProtectiveAct:
    """Return an act of this family, of no other, and hold the row."""
    row = await unit.session.scalar(
        select(ProtectiveActRow).where(_standing(unit, case_id), ProtectiveActRow.id == act_id).with_for_update()
    )
    if row is None:
        raise NotFound
    return await _to_act(unit, row)


async def list_of(unit: Unit, case_id: CaseId, *, after: tuple[date, UUID] | None, limit: int) -> list[ProtectiveAct]:
    """Return a page of a family's acts of protection in the order of their days."""
    query = (
        select(ProtectiveActRow)
        .where(_standing(unit, case_id))
        .order_by(ProtectiveActRow.acted_on, ProtectiveActRow.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(ProtectiveActRow.acted_on, ProtectiveActRow.id) > after)
    rows = (await unit.session.scalars(query)).all()
    await unit.load_keys([row.words for row in rows])
    return [await _to_act(unit, row) for row in rows]


async def add(unit: Unit, act: ProtectiveAct) -> None:
    """Store an act of protection."""
    row = ProtectiveActRow(id=act.id, county_id=unit.county_id, case_id=act.case_id, recorded_by=act.recorded_by)
    await _fill(unit, row, act)
    unit.session.add(row)


async def save(unit: Unit, act: ProtectiveAct) -> None:
    """Store an act anew."""
    await _fill(unit, await unit.session.get_one(ProtectiveActRow, act.id), act)


async def end(unit: Unit, act: ProtectiveAct) -> None:
    """Keep that an act was taken back."""
    row = await unit.session.get_one(ProtectiveActRow, act.id)
    row.ended_at = row.updated_at = unit.now


def _standing(unit: Unit, case_id: CaseId) -> ColumnElement[bool]:
    table = ProtectiveActRow
    return (table.county_id == unit.county_id) & (table.case_id == case_id) & table.ended_at.is_(None)


async def _to_act(unit: Unit, row: ProtectiveActRow) -> ProtectiveAct:
    words = await open_words(unit, row.words, table=_TABLE, row_id=row.id)
    return ProtectiveAct(
        id=ActId(row.id),
        case_id=CaseId(row.case_id),
        actor_id=MemberId(row.actor_id),
        observer_id=MemberId(row.observer_id),
        danger_id=StatementId(row.danger_id),
        acted_on=row.acted_on,
        text=words["text"],
        recorded_by=row.recorded_by,
        version=row.version,
        updated_at=row.updated_at,
    )


async def _fill(unit: Unit, row: ProtectiveActRow, act: ProtectiveAct) -> None:
    row.actor_id = act.actor_id
    row.observer_id = act.observer_id
    row.danger_id = act.danger_id
    row.acted_on = act.acted_on
    row.words = await seal_words(unit, act.case_id, {"text": act.text}, table=_TABLE, row_id=act.id)
    row.version = act.version
    row.updated_at = act.updated_at
