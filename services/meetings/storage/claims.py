"""Claims on people and rooms: what a hold or a booking takes. The constraint of the table decides races, not the code."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import false, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from services.meetings.domain.busy import claimed
from services.meetings.domain.errors import HoldNotFound, SlotTaken
from services.meetings.domain.resources import Resource
from services.meetings.storage.tables import ClaimRow, HoldRow
from shared.db.unit import Unit
from shared.kernel.spans import Span

EXCLUSION_VIOLATION = "23P01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A time kept for whoever is choosing."""

    hold_id: UUID
    held_by: str
    time_zone: str
    starts_local: datetime
    minutes: int
    resource_ids: tuple[UUID, ...]
    hold_until: datetime


async def book(
    unit: Unit,
    meeting_id: UUID,
    resources: Iterable[Resource],
    span: Span,
    *,
    site: str,
    hold_id: UUID | None = None,
    held_by: str = "",
) -> None:
    """Claim these resources for a meeting in place of all it had, and of a hold of the caller's.

    Raises SlotTaken, and then everything stays as it was; HoldNotFound for a hold of somebody else, or one that was given back.
    """
    wanted = list(resources)
    held = ClaimRow.hold_id == hold_id if hold_id is not None else false()
    before = await unit.session.scalars(
        select(ClaimRow.claimant_id).where(ClaimRow.county_id == unit.county_id, or_(ClaimRow.meeting_id == meeting_id, held))
    )
    await _lock(unit, [*before, *(one.identity for one in wanted)])
    if hold_id is not None:
        await _end_hold(unit, hold_id, held_by)
    await release_meeting(unit, meeting_id)
    await _take(unit, wanted, span, site=site, facts={"state": "booked", "meeting_id": meeting_id, "held_by": ""})


async def release_meeting(unit: Unit, meeting_id: UUID) -> None:
    """Give back what a meeting has claimed."""
    await unit.session.execute(
        update(ClaimRow)
        .where(ClaimRow.county_id == unit.county_id, ClaimRow.meeting_id == meeting_id, ClaimRow.state == "booked")
        .values(state="released")
        .execution_options(synchronize_session=False)
    )


async def hold(unit: Unit, kept: Hold, resources: Sequence[Resource], span: Span) -> None:
    """Claim these resources until a time. Raises SlotTaken."""
    unit.session.add(
        HoldRow(
            id=kept.hold_id,
            county_id=unit.county_id,
            held_by=kept.held_by,
            time_zone=kept.time_zone,
            starts_local=kept.starts_local,
            minutes=kept.minutes,
            resource_ids=list(kept.resource_ids),
            hold_until=kept.hold_until,
        )
    )
    await unit.session.flush()
    site = next((one.site for one in resources if one.site), "")
    await _lock(unit, [one.identity for one in resources])
    facts = {"state": "held", "hold_id": kept.hold_id, "hold_until": kept.hold_until, "held_by": kept.held_by}
    await _take(unit, resources, span, site=site, facts=facts)


async def release_hold(unit: Unit, hold_id: UUID, *, held_by: str) -> None:
    """End a hold of this caller, run out or not. Raises HoldNotFound for any other."""
    claimants = await unit.session.scalars(
        select(ClaimRow.claimant_id).where(ClaimRow.county_id == unit.county_id, ClaimRow.hold_id == hold_id)
    )
    await _lock(unit, claimants)
    await _end_hold(unit, hold_id, held_by)


async def release_overdue(unit: Unit) -> int:
    """Release every hold of the county that has run out, and return how many claims that freed.

    What somebody is just taking is theirs to release.
    """
    overdue = (
        select(ClaimRow.id)
        .where(ClaimRow.county_id == unit.county_id, ClaimRow.state == "held", ClaimRow.hold_until <= unit.now)
        .with_for_update(skip_locked=True)
    )
    freed = await unit.session.execute(
        update(ClaimRow)
        .where(ClaimRow.id.in_(overdue))
        .values(state="released")
        .returning(ClaimRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(freed.all())


async def _end_hold(unit: Unit, hold_id: UUID, held_by: str) -> None:
    ended = await unit.session.scalar(
        update(HoldRow)
        .where(
            HoldRow.county_id == unit.county_id,
            HoldRow.id == hold_id,
            HoldRow.held_by == held_by,
            HoldRow.ended_at.is_(None),
        )
        .values(ended_at=unit.now)
        .returning(HoldRow.id)
        .execution_options(synchronize_session=False)
    )
    if ended is None:
        raise HoldNotFound
    await unit.session.execute(
        update(ClaimRow)
        .where(ClaimRow.county_id == unit.county_id, ClaimRow.hold_id == hold_id, ClaimRow.state == "held")
        .values(state="released")
        .execution_options(synchronize_session=False)
    )


async def _lock(unit: Unit, claimant_ids: Iterable[UUID]) -> None:
    """Take the locks of claimants in their order, before any claim is touched.

    Two inserts that wait for one another's constraint would be a deadlock; behind the lock the second sees the first committed.
    """
    for claimant_id in sorted(set(claimant_ids)):
        await unit.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"claim|{claimant_id}", 0))))


async def _take(unit: Unit, resources: Iterable[Resource], span: Span, *, site: str, facts: dict[str, object]) -> None:
    """Insert claims in the order of their claimants, whose locks are held."""
    claimants = {one.identity: one.is_person for one in resources}
    ordered = sorted(claimants)
    if not ordered:
        return
    # A constraint cannot read the clock, so what has run out is released here, in the transaction that wants the place.
    await unit.session.execute(
        update(ClaimRow)
        .where(
            ClaimRow.county_id == unit.county_id,
            ClaimRow.claimant_id.in_(ordered),
            ClaimRow.state == "held",
            ClaimRow.hold_until <= unit.now,
        )
        .values(state="released")
        .execution_options(synchronize_session=False)
    )
    rows = [_row(unit, claimant_id, span, is_person=claimants[claimant_id], site=site, facts=facts) for claimant_id in ordered]
    try:
        await unit.session.execute(insert(ClaimRow).values(rows))
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) == EXCLUSION_VIOLATION:
            # Its DETAIL names the other booking's time, so nothing of it goes on.
            raise SlotTaken from None
        raise


def _row(unit: Unit, claimant_id: UUID, span: Span, *, is_person: bool, site: str, facts: dict[str, object]) -> dict[str, object]:
    wide = claimed(span, is_person=is_person)
    return {
        "id": unit.new_id(),
        "county_id": unit.county_id,
        "claimant_id": claimant_id,
        "during": Range(wide.start, wide.end, bounds="[)"),
        "starts_at": span.start,
        "ends_at": span.end,
        "site": site,
        **facts,
    }
