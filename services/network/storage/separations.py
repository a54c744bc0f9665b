"""Queries about the rules that keep two people apart. A rule that was lifted stays on record and out of every answer."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, ScalarSelect, func, or_, select, update

from services.network.domain.cases import CaseId
from services.network.domain.errors import SeparationExists
from services.network.domain.people import PersonId
from services.network.domain.separation import Apart, Override, OverrideId, RuleId, SeparationReason, SeparationRule
from services.network.storage.tables.families import SeparationRow
from services.network.storage.tables.releases import OverrideRow
from shared.db.sealing import KeyDestroyed
from shared.db.unit import Unit
from shared.kernel.errors import NotFound
from shared.kernel.sealed import KeyKind, KeyOf


async def get_for_update(unit: Unit, case_id: CaseId, rule_id: RuleId) -> SeparationRule:
    """Return a rule of this family, of no other, and hold the row."""
    row = await unit.session.scalar(
        select(SeparationRow).where(_of_family(unit, case_id), SeparationRow.id == rule_id).with_for_update()
    )
    if row is None:
        raise NotFound
    return await _to_rule(unit, row, await unit.session.scalar(select(_rests(rule_id))))


async def list_of(unit: Unit, case_id: CaseId) -> list[SeparationRule]:
    """Return the rules of a family that were not lifted, oldest first."""
    query = select(SeparationRow, _rests(SeparationRow.id)).where(_of_family(unit, case_id)).order_by(SeparationRow.id)
    rows = (await unit.session.execute(query)).all()
    await unit.load_keys([row.reason for row, _ in rows])
    return [await _to_rule(unit, row, rests_until) for row, rests_until in rows]


async def list_about(unit: Unit, people: Collection[PersonId]) -> list[Apart]:
    """Return the rules of the whole county about any of these people, without a reason: a family's rule binds them everywhere."""
    query = select(SeparationRow.person_a, SeparationRow.person_b, SeparationRow.until, _rests(SeparationRow.id)).where(
        _standing(unit), or_(SeparationRow.person_a.in_(people), SeparationRow.person_b.in_(people))
    )
    return [
        Apart(person_a=PersonId(person_a), person_b=PersonId(person_b), until=until, rests_until=rests_until)
        for person_a, person_b, until, rests_until in await unit.session.execute(query)
    ]


async def list_between(unit: Unit, person_a: PersonId, person_b: PersonId) -> list[SeparationRule]:
    """Return the rules of the whole county about two people, in their one order. A destroyed reason counts as the strictest."""
    rows = await unit.session.scalars(
        select(SeparationRow)
        .where(_standing(unit), SeparationRow.person_a == person_a, SeparationRow.person_b == person_b)
        .order_by(SeparationRow.id)
    )
    return [await _to_rule(unit, row, None, lost=SeparationReason.PROTECTIVE_ORDER) for row in rows.all()]


async def add(unit: Unit, rule: SeparationRule) -> None:
    """Store a rule of a family whose row is held. Raises SeparationExists."""
    same_pair = (SeparationRow.person_a == rule.person_a) & (SeparationRow.person_b == rule.person_b)
    if await unit.session.scalar(select(SeparationRow.id).where(_of_family(unit, rule.case_id), same_pair)) is not None:
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


async def add_override(unit: Unit, override: Override) -> None:
    """Store that a rule rests."""
    sealed = await unit.seal(
        override.reason,
        key=KeyOf(KeyKind.CASE, override.case_id),
        table="separation_overrides",
        column="reason",
        row_id=override.id,
    )
    unit.session.add(
        OverrideRow(
            id=override.id,
            county_id=unit.county_id,
            case_id=override.case_id,
            rule_id=override.rule_id,
            reason=sealed,
            until=override.until,
            given_by=override.given_by,
            given_at=override.given_at,
        )
    )


async def end_overrides(unit: Unit, rule: SeparationRule) -> list[OverrideId]:
    """Keep that a rule rests no longer; return the overrides that were not over yet by anybody's word."""
    ended = await unit.session.scalars(
        update(OverrideRow)
        .where(OverrideRow.county_id == unit.county_id, OverrideRow.rule_id == rule.id, OverrideRow.ended_at.is_(None))
        .values(ended_at=unit.now)
        .returning(OverrideRow.id)
    )
    return sorted(OverrideId(each) for each in ended)


def _standing(unit: Unit) -> ColumnElement[bool]:
    return (SeparationRow.county_id == unit.county_id) & SeparationRow.lifted_at.is_(None)


def _of_family(unit: Unit, case_id: CaseId) -> ColumnElement[bool]:
    return _standing(unit) & (SeparationRow.case_id == case_id)


def _rests(rule_id: object) -> ScalarSelect[date]:
    """Through which day a rule rests, by the overrides that nobody ended."""
    return (
        select(func.max(OverrideRow.until)).where(OverrideRow.rule_id == rule_id, OverrideRow.ended_at.is_(None)).scalar_subquery()
    )


async def _to_rule(
    unit: Unit, row: SeparationRow, rests_until: date | None, *, lost: SeparationReason | None = None
) -> SeparationRule:
    try:
        reason = SeparationReason(await unit.open(row.reason, table="separation_rules", column="reason", row_id=row.id))
    except KeyDestroyed:
        if lost is None:
            raise
        reason = lost
    return SeparationRule(
        id=RuleId(row.id),
        case_id=CaseId(row.case_id),
        person_a=PersonId(row.person_a),
        person_b=PersonId(row.person_b),
        reason=reason,
        until=row.until,
        set_at=row.set_at,
        version=row.version,
        updated_at=row.updated_at,
        rests_until=rests_until,
    )
