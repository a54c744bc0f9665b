"""Queries about moves between circles: who came nearer, moved away, or was told more."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import insert, select

from services.network.domain.members import Circle, CircleMove, KnowsLevel, Member, MemberId
from services.network.storage.tables.circles import CircleMoveRow
from shared.db.direct import Direct
from shared.db.unit import Unit

_ADD = Direct(insert(CircleMoveRow))


async def add_all(unit: Unit, moves: Iterable[tuple[Member, Member]]) -> None:
    """Keep moves, before and after, made now by whoever acts; in one message."""
    await unit.each(
        _ADD,
        [
            {
                "id": unit.new_id(),
                "county_id": unit.county_id,
                "member_id": after.id,
                "moved_at": unit.now,
                "moved_by": unit.actor.id,
                "circle_from": before.standing.circle.value,
                "circle_to": after.standing.circle.value,
                "knows_from": before.standing.knows_level.value,
                "knows_to": after.standing.knows_level.value,
            }
            for before, after in moves
        ],
    )


async def list_of(unit: Unit, member_id: MemberId, *, before: UUID | None, limit: int) -> Sequence[CircleMove]:
    """Return a page of a member's moves, newest first."""
    query = (
        select(CircleMoveRow)
        .where(CircleMoveRow.county_id == unit.county_id, CircleMoveRow.member_id == member_id)
        .order_by(CircleMoveRow.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(CircleMoveRow.id < before)
    return [
        CircleMove(
            id=row.id,
            moved_at=row.moved_at,
            moved_by=row.moved_by,
            circle_from=Circle(row.circle_from),
            circle_to=Circle(row.circle_to),
            knows_from=KnowsLevel(row.knows_from),
            knows_to=KnowsLevel(row.knows_to),
        )
        for row in await unit.session.scalars(query)
    ]
