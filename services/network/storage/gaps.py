"""Queries about gaps. Whoever changes one holds its plan's row."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update

from services.network.domain.cases import CaseId
from services.network.domain.commitments import CommitmentId, GapId, PlanId
from services.network.domain.gaps import STANDING, Gap, GapState, Told
from services.network.storage.tables.plans import GapRow
from shared.db.unit import Unit
from shared.kernel.errors import NotFound
from shared.kernel.sealed import KeyKind, KeyOf
from shared.kernel.spans import Span

_STANDING = tuple(state.value for state in STANDING)


async def get(unit: Unit, plan_id: PlanId, gap_id: GapId) -> Gap:
    """Return a gap of this plan, of no other."""
    found = await _gaps(unit, select(GapRow).where(_mine(unit), GapRow.plan_id == plan_id, GapRow.id == gap_id))
    if not found:
        raise NotFound
    return found[0]


async def list_of_plan(unit: Unit, plan_id: PlanId, *, ending_after: datetime) -> list[Gap]:
    """Return the gaps of a plan that reach beyond an instant, whatever became of them, and all that still stand; earliest first."""
    is_wanted = or_(GapRow.ends_at > ending_after, GapRow.state.in_(_STANDING))
    return await _gaps(unit, select(GapRow).where(_mine(unit), GapRow.plan_id == plan_id, is_wanted))


async def list_standing(unit: Unit, case_ids: Collection[CaseId]) -> list[Gap]:
    """Return the gaps of these families about which somebody still has to do something, earliest first."""
    return await _gaps(unit, select(GapRow).where(_mine(unit), GapRow.case_id.in_(case_ids), GapRow.state.in_(_STANDING)))


async def list_due(unit: Unit, *, limit: int) -> list[tuple[PlanId, GapId]]:
    """Return the gaps whose asking has to go on by now, the longest due first."""
    query = select(GapRow.plan_id, GapRow.id).where(_mine(unit), GapRow.look_at <= unit.now).order_by(GapRow.look_at).limit(limit)
    return [(PlanId(plan_id), GapId(gap_id)) for plan_id, gap_id in (await unit.session.execute(query)).all()]


async def oldest_due(unit: Unit) -> datetime | None:
    """Return since when the gap that waits longest is due, if any is."""
    query = select(func.min(GapRow.look_at)).where(_mine(unit), GapRow.look_at <= unit.now)
    found: datetime | None = await unit.session.scalar(query)
    return found


async def forget_looks(unit: Unit, plan_id: PlanId, *, ended_by: datetime | None = None) -> None:
    """Let the gaps of a plan rest that is in force no longer; or only those whose time is over."""
    query = update(GapRow).where(_mine(unit), GapRow.plan_id == plan_id, GapRow.look_at.is_not(None)).values(look_at=None)
    await unit.session.execute(query if ended_by is None else query.where(GapRow.ends_at <= ended_by))


async def add(unit: Unit, gap: Gap, *, look_at: datetime | None) -> None:
    """Store a new gap, and when to look at it again."""
    row = GapRow(
        id=gap.id,
        county_id=unit.county_id,
        case_id=gap.case_id,
        plan_id=gap.plan_id,
        opened_at=gap.opened_at,
    )
    await _fill(unit, row, gap)
    row.look_at = look_at
    unit.session.add(row)


async def save(unit: Unit, gap: Gap, *, look_at: datetime | None) -> None:
    """Store a gap anew, and when to look at it again."""
    row = await unit.session.get_one(GapRow, gap.id)
    await _fill(unit, row, gap)
    row.look_at = look_at


def _mine(unit: Unit) -> ColumnElement[bool]:
    return GapRow.county_id == unit.county_id


async def _gaps(unit: Unit, query: Any) -> list[Gap]:
    rows = (await unit.session.scalars(query.order_by(GapRow.starts_at, GapRow.id))).all()
    await unit.load_keys([row.reason for row in rows])
    return [await _to_gap(unit, row) for row in rows]


async def _to_gap(unit: Unit, row: GapRow) -> Gap:
    return Gap(
        id=GapId(row.id),
        case_id=CaseId(row.case_id),
        plan_id=PlanId(row.plan_id),
        span=Span(row.starts_at, row.ends_at),
        adults=row.adults,
        left=tuple(Span(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in row.open_spans),
        state=GapState(row.state),
        lost=CommitmentId(row.lost) if row.lost else None,
        told=Told(row.told),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        accepted_by=row.accepted_by,
        reason=await unit.open(row.reason, table="gaps", column="reason", row_id=row.id) if row.reason else "",
        version=row.version,
        updated_at=row.updated_at,
    )


async def _fill(unit: Unit, row: GapRow, gap: Gap) -> None:
    row.starts_at, row.ends_at = gap.span.start, gap.span.end
    row.adults = gap.adults
    row.open_spans = [[span.start.isoformat(), span.end.isoformat()] for span in gap.left]
    row.state, row.told = gap.state.value, gap.told.value
    row.lost = gap.lost
    row.closed_at, row.accepted_by = gap.closed_at, gap.accepted_by
    row.reason = (
        await unit.seal(gap.reason, key=KeyOf(KeyKind.CASE, gap.case_id), table="gaps", column="reason", row_id=gap.id)
        if gap.reason
        else None
    )
    row.version, row.updated_at = gap.version, gap.updated_at
