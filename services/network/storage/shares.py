"""Queries about shares of families that end by themselves."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ARRAY, Uuid, any_, bindparam, delete, insert, select

from services.network.domain.cases import CaseId, InHands, Share, ShareId, ShareReason
from services.network.storage.tables.releases import ShareRow
from shared.db.direct import Direct
from shared.db.unit import Unit

_THESE = (ShareRow.county_id == bindparam("county", type_=Uuid())) & (
    ShareRow.case_id == any_(bindparam("cases", type_=ARRAY(Uuid())))
)
_OF_CASES = Direct(select(ShareRow).where(_THESE).order_by(ShareRow.case_id, ShareRow.staff_id))
_DROP = Direct(delete(ShareRow).where(_THESE))
_ADD = Direct(insert(ShareRow))


async def list_of(unit: Unit, case_id: CaseId) -> list[Share]:
    """Return the shares of a family that have an end, those that are over too until somebody took them out; by colleague."""
    return (await list_of_each(unit, [case_id]))[case_id]


async def list_of_each(unit: Unit, cases: Collection[CaseId]) -> dict[CaseId, list[Share]]:
    """Return the shares of each of these families that have an end, as `list_of` does."""
    found: dict[CaseId, list[Share]] = {case_id: [] for case_id in cases}
    for row in await unit.fetch(_OF_CASES, county=unit.county_id, cases=list(found)) if found else ():
        found[CaseId(row["case_id"])].append(
            Share(
                id=ShareId(row["id"]),
                staff_id=row["staff_id"],
                reason=ShareReason(row["reason"]),
                until=row["until"],
                ends_at=row["ends_at"],
                given_by=row["given_by"],
                given_at=row["given_at"],
            )
        )
    return found


async def list_families_with_ended(unit: Unit, *, before: datetime, limit: int) -> list[CaseId]:
    """Return families of which a share is over, and nobody has been told yet."""
    found = await unit.session.scalars(
        select(ShareRow.case_id)
        .where(ShareRow.county_id == unit.county_id, ShareRow.ends_at <= before)
        .group_by(ShareRow.case_id)
        .order_by(ShareRow.case_id)
        .limit(limit)
    )
    return [CaseId(each) for each in found]


async def replace_all(unit: Unit, changed: Iterable[InHands]) -> None:
    """Store the shares of families whose rows are held, instead of those that were there."""
    now = {hands.case.id: hands.shares for hands in changed}
    await unit.fetch(_DROP, county=unit.county_id, cases=list(now))
    await unit.each(
        _ADD,
        [
            {
                "id": share.id,
                "county_id": unit.county_id,
                "case_id": case_id,
                "staff_id": share.staff_id,
                "reason": share.reason.value,
                "until": share.until,
                "ends_at": share.ends_at,
                "given_by": share.given_by,
                "given_at": share.given_at,
            }
            for case_id, shares in now.items()
            for share in shares
        ],
    )
