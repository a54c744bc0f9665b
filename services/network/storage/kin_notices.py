"""Queries about the notices that relatives are owed."""

import json
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, tuple_

from services.network.domain.cases import CaseId
from services.network.domain.circle_errors import KinNoticeExists
from services.network.domain.kin_notices import OWED, KinNotice, KinNoticeId, KinNoticeState, NoticeMethod
from services.network.domain.members import RelationshipKind
from services.network.domain.people import PersonId
from services.network.storage.cases import visible_to
from services.network.storage.tables.circles import KinNoticeRow
from services.network.storage.tables.families import CaseRow
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.errors import NotFound
from shared.kernel.sealed import KeyKind, KeyOf


async def get_for_update(unit: Unit, case_id: CaseId, notice_id: KinNoticeId) -> KinNotice:
    """Return a notice of this family, of no other, and hold the row."""
    row = await unit.session.scalar(
        select(KinNoticeRow)
        .where(KinNoticeRow.county_id == unit.county_id, KinNoticeRow.case_id == case_id, KinNoticeRow.id == notice_id)
        .with_for_update()
    )
    if row is None:
        raise NotFound
    return await _to_notice(unit, row)


async def list_of(unit: Unit, case_id: CaseId, *, after: UUID | None, limit: int) -> list[KinNotice]:
    """Return a page of the notices of a family, in the order in which they were tracked."""
    query = (
        select(KinNoticeRow)
        .where(KinNoticeRow.county_id == unit.county_id, KinNoticeRow.case_id == case_id)
        .order_by(KinNoticeRow.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(KinNoticeRow.id > after)
    return await _to_notices(unit, (await unit.session.scalars(query)).all())


async def list_of_child_for_update(unit: Unit, case_id: CaseId, child_id: PersonId) -> list[KinNotice]:
    """Return the notices about one child of a family, and hold their rows."""
    query = (
        select(KinNoticeRow)
        .where(KinNoticeRow.county_id == unit.county_id, KinNoticeRow.case_id == case_id, KinNoticeRow.child_id == child_id)
        .order_by(KinNoticeRow.id)
        .with_for_update()
    )
    return await _to_notices(unit, (await unit.session.scalars(query)).all())


async def list_owed(
    unit: Unit, caller: Caller, *, due_before: date | None, after: tuple[date, UUID] | None, limit: int
) -> list[KinNotice]:
    """Return a page of the notices still owed in the open families that a caller sees, the first due first."""
    query = (
        select(KinNoticeRow)
        .join(CaseRow, CaseRow.id == KinNoticeRow.case_id)
        .where(
            KinNoticeRow.county_id == unit.county_id,
            KinNoticeRow.due_on.is_not(None),
            KinNoticeRow.state.in_(OWED),
            CaseRow.closed_at.is_(None),
            visible_to(unit, caller),
        )
        .order_by(KinNoticeRow.due_on, KinNoticeRow.id)
        .limit(limit)
    )
    if due_before is not None:
        query = query.where(KinNoticeRow.due_on < due_before)
    if after is not None:
        query = query.where(tuple_(KinNoticeRow.due_on, KinNoticeRow.id) > after)
    return await _to_notices(unit, (await unit.session.scalars(query)).all())


async def add(unit: Unit, notice: KinNotice) -> None:
    """Store a notice of a family whose row is held. Raises KinNoticeExists."""
    same = select(KinNoticeRow.id).where(
        KinNoticeRow.county_id == unit.county_id,
        KinNoticeRow.case_id == notice.case_id,
        KinNoticeRow.child_id == notice.child_id,
        KinNoticeRow.person_id == notice.person_id,
    )
    if await unit.session.scalar(same) is not None:
        raise KinNoticeExists
    row = KinNoticeRow(
        id=notice.id, county_id=unit.county_id, case_id=notice.case_id, child_id=notice.child_id, person_id=notice.person_id
    )
    await _fill(unit, row, notice)
    unit.session.add(row)


async def save(unit: Unit, notice: KinNotice) -> None:
    """Store a notice anew."""
    await _fill(unit, await unit.session.get_one(KinNoticeRow, notice.id), notice)


async def _to_notices(unit: Unit, rows: Sequence[KinNoticeRow]) -> list[KinNotice]:
    await unit.load_keys([row.words for row in rows])
    return [await _to_notice(unit, row) for row in rows]


async def _to_notice(unit: Unit, row: KinNoticeRow) -> KinNotice:
    words = json.loads(await unit.open(row.words, table="kin_notices", column="words", row_id=row.id)) if row.words else {}
    return KinNotice(
        id=KinNoticeId(row.id),
        case_id=CaseId(row.case_id),
        child_id=PersonId(row.child_id),
        person_id=PersonId(row.person_id),
        relationship=RelationshipKind(row.relationship),
        relationship_words=words.get("relationship_words", ""),
        state=KinNoticeState(row.state),
        due_on=row.due_on,
        located_on=row.located_on,
        notified_on=row.notified_on,
        method=NoticeMethod(row.method) if row.method else None,
        responded_on=row.responded_on,
        exempt_reason=words.get("exempt_reason", ""),
        note=words.get("note", ""),
        version=row.version,
        updated_at=row.updated_at,
    )


async def _fill(unit: Unit, row: KinNoticeRow, notice: KinNotice) -> None:
    row.relationship = notice.relationship.value
    row.state = notice.state.value
    row.due_on = notice.due_on
    row.located_on = notice.located_on
    row.notified_on = notice.notified_on
    row.method = notice.method.value if notice.method else None
    row.responded_on = notice.responded_on
    named = {
        "relationship_words": notice.relationship_words,
        "exempt_reason": notice.exempt_reason,
        "note": notice.note,
    }
    words = {name: value for name, value in named.items() if value}
    row.words = (
        await unit.seal(
            json.dumps(words, ensure_ascii=False),
            key=KeyOf(KeyKind.CASE, notice.case_id),
            table="kin_notices",
            column="words",
            row_id=notice.id,
        )
        if words
        else None
    )
    row.version = notice.version
    row.updated_at = notice.updated_at
