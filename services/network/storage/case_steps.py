"""Queries about the steps of a family's case plan. One that was taken back stays on record and out of every answer."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, tuple_

from services.network.domain.case_steps import CaseStep, CaseStepId, CaseStepState
from services.network.domain.cases import CaseId
from services.network.domain.members import MemberId
from services.network.domain.statements import StatementId
from services.network.storage.sealed_words import open_words, seal_words
from services.network.storage.tables.words import CaseStepLinkRow, CaseStepRow
from shared.db.unit import Unit
from shared.kernel.errors import NotFound

_TABLE = "case_steps"


async def get_for_update(unit: Unit, case_id: CaseId, step_id: CaseStepId) -> CaseStep:
    """Return a step of this family, of no other, and hold the row."""
    row = await unit.session.scalar(
        select(CaseStepRow).where(_standing(unit, case_id), CaseStepRow.id == step_id).with_for_update()
    )
    if row is None:
        raise NotFound
    return (await _steps(unit, [row]))[0]


async def list_of(unit: Unit, case_id: CaseId, *, after: tuple[datetime, UUID] | None, limit: int) -> list[CaseStep]:
    """Return a page of a family's steps, least recently changed first."""
    query = select(CaseStepRow).where(_standing(unit, case_id)).order_by(CaseStepRow.updated_at, CaseStepRow.id).limit(limit)
    if after is not None:
        query = query.where(tuple_(CaseStepRow.updated_at, CaseStepRow.id) > after)
    return await _steps(unit, (await unit.session.scalars(query)).all())


async def add(unit: Unit, step: CaseStep) -> None:
    """Store a step."""
    row = CaseStepRow(id=step.id, county_id=unit.county_id, case_id=step.case_id)
    await _fill(unit, row, step)
    unit.session.add(row)
    await unit.session.flush()
    _add_links(unit, step)


async def save(unit: Unit, step: CaseStep) -> None:
    """Store a step anew, with its links."""
    await _fill(unit, await unit.session.get_one(CaseStepRow, step.id), step)
    await unit.session.execute(
        delete(CaseStepLinkRow).where(CaseStepLinkRow.county_id == unit.county_id, CaseStepLinkRow.step_id == step.id)
    )
    _add_links(unit, step)


async def end(unit: Unit, step: CaseStep) -> None:
    """Keep that a step was taken back."""
    row = await unit.session.get_one(CaseStepRow, step.id)
    row.ended_at = row.updated_at = unit.now


def _standing(unit: Unit, case_id: CaseId) -> ColumnElement[bool]:
    return (CaseStepRow.county_id == unit.county_id) & (CaseStepRow.case_id == case_id) & CaseStepRow.ended_at.is_(None)


async def _steps(unit: Unit, rows: Sequence[CaseStepRow]) -> list[CaseStep]:
    await unit.load_keys([row.words for row in rows])
    links: dict[UUID, list[StatementId]] = {row.id: [] for row in rows}
    found = await unit.session.execute(
        select(CaseStepLinkRow.step_id, CaseStepLinkRow.statement_id)
        .where(CaseStepLinkRow.county_id == unit.county_id, CaseStepLinkRow.step_id.in_(links))
        .order_by(CaseStepLinkRow.rank)
    )
    for step_id, statement_id in found:
        links[step_id].append(StatementId(statement_id))
    return [await _to_step(unit, row, tuple(links[row.id])) for row in rows]


async def _to_step(unit: Unit, row: CaseStepRow, links: tuple[StatementId, ...]) -> CaseStep:
    words = await open_words(unit, row.words, table=_TABLE, row_id=row.id)
    return CaseStep(
        id=CaseStepId(row.id),
        case_id=CaseId(row.case_id),
        owner_id=MemberId(row.owner_id),
        text=words["text"],
        links=links,
        due_on=row.due_on,
        state=CaseStepState(row.state),
        version=row.version,
        updated_at=row.updated_at,
    )


async def _fill(unit: Unit, row: CaseStepRow, step: CaseStep) -> None:
    row.owner_id = step.owner_id
    row.words = await seal_words(unit, step.case_id, {"text": step.text}, table=_TABLE, row_id=step.id)
    row.due_on = step.due_on
    row.state = step.state.value
    row.version = step.version
    row.updated_at = step.updated_at


def _add_links(unit: Unit, step: CaseStep) -> None:
    unit.session.add_all(
        CaseStepLinkRow(step_id=step.id, statement_id=link, county_id=unit.county_id, case_id=step.case_id, rank=rank)
        for rank, link in enumerate(step.links)
    )
