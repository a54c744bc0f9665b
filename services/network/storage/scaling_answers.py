"""Queries about answers on the scale. One that was taken back stays on record and out of every answer."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_

from services.network.domain.cases import CaseId
from services.network.domain.people import PersonId
from services.network.domain.scaling import AnswerId, ScalingAnswer
from services.network.domain.statements import StatementId
from services.network.storage.sealed_words import open_words, seal_words
from services.network.storage.tables.words import ScalingAnswerRow
from shared.db.unit import Unit
from shared.kernel.errors import NotFound

_TABLE = "scaling_answers"


async def get_for_update(unit: Unit, case_id: CaseId, answer_id: AnswerId) -> ScalingAnswer:
    """Return an answer of this family, of no other, and hold the row."""
    row = await unit.session.scalar(
        select(ScalingAnswerRow).where(_standing(unit, case_id), ScalingAnswerRow.id == answer_id).with_for_update()
    )
    if row is None:
        raise NotFound
    return await _to_answer(unit, row)


async def list_said(unit: Unit, case_id: CaseId, *, after: tuple[date, UUID] | None, limit: int) -> list[ScalingAnswer]:
    """Return a page of a family's answers, oldest first."""
    place = (ScalingAnswerRow.said_on, ScalingAnswerRow.id)
    query = select(ScalingAnswerRow).where(_standing(unit, case_id)).order_by(*place).limit(limit)
    if after is not None:
        query = query.where(tuple_(*place) > after)
    rows = (await unit.session.scalars(query)).all()
    await unit.load_keys([row.words for row in rows])
    return [await _to_answer(unit, row) for row in rows]


async def add(unit: Unit, answer: ScalingAnswer) -> None:
    """Store an answer."""
    words = {"question": answer.question, "score": answer.score}
    unit.session.add(
        ScalingAnswerRow(
            id=answer.id,
            county_id=unit.county_id,
            case_id=answer.case_id,
            person_id=answer.person_id,
            danger_id=answer.danger_id,
            words=await seal_words(unit, answer.case_id, words, table=_TABLE, row_id=answer.id),
            said_on=answer.said_on,
            recorded_by=answer.recorded_by,
            version=answer.version,
            updated_at=answer.updated_at,
        )
    )


async def end(unit: Unit, answer: ScalingAnswer) -> None:
    """Keep that an answer was taken back."""
    row = await unit.session.get_one(ScalingAnswerRow, answer.id)
    row.ended_at = row.updated_at = unit.now


def _standing(unit: Unit, case_id: CaseId) -> ColumnElement[bool]:
    table = ScalingAnswerRow
    return (table.county_id == unit.county_id) & (table.case_id == case_id) & table.ended_at.is_(None)


async def _to_answer(unit: Unit, row: ScalingAnswerRow) -> ScalingAnswer:
    words = await open_words(unit, row.words, table=_TABLE, row_id=row.id)
    return ScalingAnswer(
        id=AnswerId(row.id),
        case_id=CaseId(row.case_id),
        person_id=PersonId(row.person_id),
        danger_id=StatementId(row.danger_id) if row.danger_id else None,
        question=words["question"],
        score=words["score"],
        said_on=row.said_on,
        recorded_by=row.recorded_by,
        version=row.version,
        updated_at=row.updated_at,
    )
