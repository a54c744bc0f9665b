"""Queries about shares of families that end by themselves."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select

from services.network.domain.cases import CaseId, Share, ShareId, ShareReason
from services.network.storage.tables.releases import ShareRow
from shared.db.unit import Unit


async def list_of(unit: Unit, case_id: CaseId) -> list[Share]:
    """Return the shares of a family that have an end, those that are over too until somebody took them out; by colleague."""
    rows = await unit.session.scalars(
        select(ShareRow).where(ShareRow.county_id == unit.county_id, ShareRow.case_id == case_id).order_by(ShareRow.staff_id)
    )
    return [
        Share(
            id=ShareId(row.id),
            staff_id=row.staff_id,
            reason=ShareReason(row.reason),
            until=row.until,
            ends_at=row.ends_at,
            given_by=row.given_by,
            given_at=row.given_at,
        )
        for row in rows
    ]


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


async def replace_all(unit: Unit, case_id: CaseId, shares: Iterable[Share]) -> None:
    """Store the shares of a family whose row is held, instead of those that were there."""
    await unit.session.execute(delete(ShareRow).where(ShareRow.county_id == unit.county_id, ShareRow.case_id == case_id))
    unit.session.add_all(
        ShareRow(
            id=share.id,
            county_id=unit.county_id,
            case_id=case_id,
            staff_id=share.staff_id,
            reason=share.reason.value,
            until=share.until,
            ends_at=share.ends_at,
            given_by=share.given_by,
            given_at=share.given_at,
        )
        for share in shares
    )
