"""Queries about safety threats."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_

from services.network.domain.cases import CaseId
from services.network.domain.people import PersonId
from services.network.domain.threats import Threat, ThreatId, ThreatState
from services.network.storage.sealed_words import open_words, seal_words
from services.network.storage.tables.plans import ThreatRow
from shared.db.unit import Unit
from shared.kernel.errors import NotFound

_TABLE = "threats"


async def get_for_update(unit: Unit, case_id: CaseId, threat_id: ThreatId) -> Threat:
    """Return a threat of this family, of no other, and hold the row."""
    found = await _threats(unit, select(ThreatRow).where(_of(unit, case_id), ThreatRow.id == threat_id).with_for_update())
    if not found:
        raise NotFound
    return found[0]


async def list_of(unit: Unit, case_id: CaseId, *, after: tuple[datetime, UUID] | None, limit: int) -> list[Threat]:
    """Return a page of a family's threats, resolved ones too, least recently changed first."""
    query = select(ThreatRow).where(_of(unit, case_id)).order_by(ThreatRow.updated_at, ThreatRow.id).limit(limit)
    if after is not None:
        query = query.where(tuple_(ThreatRow.updated_at, ThreatRow.id) > after)
    return await _threats(unit, query)


async def list_all(unit: Unit, case_id: CaseId) -> list[Threat]:
    """Return all threats of a family, in the order in which they were recorded."""
    return await _threats(unit, select(ThreatRow).where(_of(unit, case_id)).order_by(ThreatRow.id))


async def ids_of(unit: Unit, case_id: CaseId) -> set[ThreatId]:
    """Return which threats a family has."""
    return {ThreatId(each) for each in await unit.session.scalars(select(ThreatRow.id).where(_of(unit, case_id)))}


async def add(unit: Unit, threat: Threat) -> None:
    """Store a threat."""
    row = ThreatRow(id=threat.id, county_id=unit.county_id, case_id=threat.case_id)
    await _fill(unit, row, threat)
    unit.session.add(row)


async def save(unit: Unit, threat: Threat) -> None:
    """Store a threat anew."""
    await _fill(unit, await unit.session.get_one(ThreatRow, threat.id), threat)


def _of(unit: Unit, case_id: CaseId) -> ColumnElement[bool]:
    return (ThreatRow.county_id == unit.county_id) & (ThreatRow.case_id == case_id)


async def _threats(unit: Unit, query: Any) -> list[Threat]:
    rows = (await unit.session.scalars(query)).all()
    await unit.load_keys([row.words for row in rows])
    return [await _to_threat(unit, row) for row in rows]


async def _to_threat(unit: Unit, row: ThreatRow) -> Threat:
    words = await open_words(unit, row.words, table=_TABLE, row_id=row.id)
    return Threat(
        id=ThreatId(row.id),
        case_id=CaseId(row.case_id),
        code=row.code,
        text=words["text"],
        identified_on=row.identified_on,
        child_ids=tuple(PersonId(each) for each in row.child_ids),
        state=ThreatState(row.state),
        resolved_on=row.resolved_on,
        how=words["how"],
        version=row.version,
        updated_at=row.updated_at,
    )


async def _fill(unit: Unit, row: ThreatRow, threat: Threat) -> None:
    words = {"text": threat.text, "how": threat.how}
    row.words = await seal_words(unit, threat.case_id, words, table=_TABLE, row_id=threat.id)
    row.code = threat.code
    row.identified_on, row.resolved_on = threat.identified_on, threat.resolved_on
    row.child_ids = list[UUID](threat.child_ids)
    row.state = threat.state.value
    row.version, row.updated_at = threat.version, threat.updated_at
