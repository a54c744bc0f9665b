"""Queries about who was told which version of a statement."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from services.network.domain.cases import CaseId
from services.network.domain.members import MemberId
from services.network.domain.statements import StatementId, StatementKind
from services.network.domain.telling import Telling
from services.network.storage.tables.words import StatementRow, TellingRow
from shared.db.unit import Unit


async def save(unit: Unit, case_id: CaseId, telling: Telling) -> bool:
    """Store a telling, in the place of an earlier word about the same version; say whether it is the first one."""
    new = insert(TellingRow).values(
        statement_id=telling.statement_id,
        number=telling.number,
        member_id=telling.member_id,
        county_id=unit.county_id,
        case_id=case_id,
        told_on=telling.told_on,
        told_by=telling.told_by,
        recorded_at=telling.recorded_at,
    )
    known = await unit.session.get(TellingRow, (telling.statement_id, telling.number, telling.member_id))
    await unit.session.execute(
        new.on_conflict_do_update(
            index_elements=["statement_id", "number", "member_id"],
            set_={name: getattr(new.excluded, name) for name in ("told_on", "told_by", "recorded_at")},
        )
    )
    return known is None


async def list_of(unit: Unit, statement_id: StatementId) -> list[Telling]:
    """Return who was told a statement, newest version first."""
    rows = await unit.session.scalars(
        select(TellingRow)
        .where(TellingRow.county_id == unit.county_id, TellingRow.statement_id == statement_id)
        .order_by(TellingRow.number.desc(), TellingRow.recorded_at, TellingRow.member_id)
    )
    return [_to_telling(row) for row in rows]


async def list_newest_told(unit: Unit, case_id: CaseId, member_id: MemberId) -> list[tuple[StatementId, int]]:
    """Return, for each statement that a member was told, the newest version they were told."""
    rows = await unit.session.execute(
        select(TellingRow.statement_id, func.max(TellingRow.number))
        .where(TellingRow.county_id == unit.county_id, TellingRow.case_id == case_id, TellingRow.member_id == member_id)
        .group_by(TellingRow.statement_id)
    )
    return [(StatementId(statement_id), number) for statement_id, number in rows]


async def list_dangers_told(unit: Unit, case_id: CaseId, member_ids: Collection[MemberId]) -> list[Telling]:
    """Return the newest version of each danger statement of a family that each of these members was told."""
    if not member_ids:
        return []
    dangers = select(StatementRow.id).where(
        StatementRow.county_id == unit.county_id,
        StatementRow.case_id == case_id,
        StatementRow.kind == StatementKind.DANGER.value,
        StatementRow.ended_at.is_(None),
    )
    rows = await unit.session.scalars(
        select(TellingRow)
        .where(
            TellingRow.county_id == unit.county_id,
            TellingRow.case_id == case_id,
            TellingRow.member_id.in_(member_ids),
            TellingRow.statement_id.in_(dangers),
        )
        .ext(distinct_on(TellingRow.member_id, TellingRow.statement_id))
        .order_by(TellingRow.member_id, TellingRow.statement_id, TellingRow.number.desc())
    )
    return [_to_telling(row) for row in rows]


def _to_telling(row: TellingRow) -> Telling:
    return Telling(
        statement_id=StatementId(row.statement_id),
        number=row.number,
        member_id=MemberId(row.member_id),
        told_on=row.told_on,
        told_by=row.told_by,
        recorded_at=row.recorded_at,
    )
