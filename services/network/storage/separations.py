"""Queries about the rules that keep two people apart. A rule that was lifted stays on record and out of every answer."""

from sqlalchemy import ColumnElement, select

from services.network.domain.cases import CaseId
from services.network.domain.errors import SeparationExists
from services.network.domain.people import PersonId
from services.network.domain.separation import RuleId, SeparationReason, SeparationRule
from services.network.storage.tables.families import SeparationRow
from shared.db.unit import Unit
from shared.kernel.errors import NotFound
from shared.kernel.sealed import KeyKind, KeyOf


async def get_for_update(unit: Unit, case_id: CaseId, rule_id: RuleId) -> SeparationRule:
    """Return a rule of this family, of no other, and hold the row."""
    row = await unit.session.scalar(
        select(SeparationRow).where(_standing(unit, case_id), SeparationRow.id == rule_id).with_for_update()
    )
    if row is None:
        raise NotFound
    return await _to_rule(unit, row)


async def list_of(unit: Unit, case_id: CaseId) -> list[SeparationRule]:
    """Return the rules of a family that were not lifted, oldest first."""
    rows = (await unit.session.scalars(select(SeparationRow).where(_standing(unit, case_id)).order_by(SeparationRow.id))).all()
    await unit.load_keys([row.reason for row in rows])
    return [await _to_rule(unit, row) for row in rows]


async def add(unit: Unit, rule: SeparationRule) -> None:
    """Store a rule of a family whose row is held. Raises SeparationExists."""
    same_pair = (SeparationRow.person_a == rule.person_a) & (SeparationRow.person_b == rule.person_b)
    if await unit.session.scalar(select(SeparationRow.id).where(_standing(unit, rule.case_id), same_pair)) is not None:
        raise SeparationExists
    sealed = await unit.seal(
        rule.reason.value, key=KeyOf(KeyKind.CASE, rule.case_id), table="separation_rules", column="reason", row_id=rule.id
    )
    unit.session.add(
        SeparationRow(
            id=rule.id,
            county_id=unit.county_id,
            case_id=rule.case_id,
            person_a=rule.person_a,
            person_b=rule.person_b,
            reason=sealed,
            until=rule.until,
            set_at=rule.set_at,
            version=rule.version,
            updated_at=rule.updated_at,
        )
    )


async def end(unit: Unit, rule: SeparationRule) -> None:
    """Keep that a rule was lifted."""
    row = await unit.session.get_one(SeparationRow, rule.id)
    row.lifted_at = row.updated_at = unit.now


def _standing(unit: Unit, case_id: CaseId) -> ColumnElement[bool]:
    return (SeparationRow.county_id == unit.county_id) & (SeparationRow.case_id == case_id) & SeparationRow.lifted_at.is_(None)


async def _to_rule(unit: Unit, row: SeparationRow) -> SeparationRule:
    return SeparationRule(
        id=RuleId(row.id),
        case_id=CaseId(row.case_id),
        person_a=PersonId(row.person_a),
        person_b=PersonId(row.person_b),
        reason=SeparationReason(await unit.open(row.reason, table="separation_rules", column="reason", row_id=row.id)),
        until=row.until,
        set_at=row.set_at,
        version=row.version,
        updated_at=row.updated_at,
    )
