"""Queries about the steps of plans. Whoever changes one holds its plan's row. One that was taken back is kept, and not seen."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from services.network.domain.cases import CaseId
from services.network.domain.commitments import AnswerSource, PlanId
from services.network.domain.members import MemberId
from services.network.domain.statements import StatementId
from services.network.domain.steps import Step, StepId
from services.network.domain.threats import ThreatId
from services.network.storage.sealed_words import open_words, seal_words
from services.network.storage.tables.plans import StepRow
from shared.db.unit import Unit
from shared.kernel.errors import NotFound

_TABLE = "plan_steps"


async def get(unit: Unit, plan_id: PlanId, step_id: StepId) -> Step:
    """Return a step of this plan, of no other."""
    found = await _steps(unit, _standing(unit, [plan_id]) & (StepRow.id == step_id))
    if not found:
        raise NotFound
    return found[0]


async def list_of_plans(unit: Unit, plan_ids: Collection[PlanId]) -> list[Step]:
    """Return the steps of these plans, in the order in which they were added."""
    return await _steps(unit, _standing(unit, plan_ids))


async def add(unit: Unit, step: Step) -> None:
    """Store a step."""
    row = StepRow(id=step.id, county_id=unit.county_id, case_id=step.case_id, plan_id=step.plan_id)
    await _fill(unit, row, step)
    unit.session.add(row)


async def save(unit: Unit, step: Step) -> None:
    """Store a step anew."""
    await _fill(unit, await unit.session.get_one(StepRow, step.id), step)


async def end(unit: Unit, step: Step) -> None:
    """Keep that a step was taken back."""
    row = await unit.session.get_one(StepRow, step.id)
    row.ended_at = row.updated_at = unit.now


def _standing(unit: Unit, plan_ids: Collection[PlanId]) -> ColumnElement[bool]:
    return (StepRow.county_id == unit.county_id) & StepRow.plan_id.in_(plan_ids) & StepRow.ended_at.is_(None)


async def _steps(unit: Unit, where: ColumnElement[bool]) -> list[Step]:
    rows = (await unit.session.scalars(select(StepRow).where(where).order_by(StepRow.id))).all()
    await unit.load_keys([row.words for row in rows])
    return [await _to_step(unit, row) for row in rows]


async def _to_step(unit: Unit, row: StepRow) -> Step:
    words: dict[str, Any] = await open_words(unit, row.words, table=_TABLE, row_id=row.id)
    return Step(
        id=StepId(row.id),
        case_id=CaseId(row.case_id),
        plan_id=PlanId(row.plan_id),
        owner_member_id=MemberId(row.owner_member_id),
        text=words["text"],
        when_words=words["when"],
        due_on=row.due_on,
        danger_ids=tuple(StatementId(each) for each in row.danger_ids),
        threat_ids=tuple(ThreatId(each) for each in row.threat_ids),
        agreed_at=row.agreed_at,
        agreed_by=AnswerSource(row.agreed_by) if row.agreed_by else None,
        witness=words["witness"],
        version=row.version,
        updated_at=row.updated_at,
    )


async def _fill(unit: Unit, row: StepRow, step: Step) -> None:
    words = {"text": step.text, "when": step.when_words, "witness": step.witness}
    row.words = await seal_words(unit, step.case_id, words, table=_TABLE, row_id=step.id)
    row.owner_member_id = step.owner_member_id
    row.due_on = step.due_on
    row.danger_ids, row.threat_ids = list[UUID](step.danger_ids), list[UUID](step.threat_ids)
    row.agreed_at = step.agreed_at
    row.agreed_by = step.agreed_by.value if step.agreed_by else None
    row.version, row.updated_at = step.version, step.updated_at
