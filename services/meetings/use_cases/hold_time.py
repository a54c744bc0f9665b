"""Keep a time for whoever is choosing, for five minutes."""

from datetime import timedelta
from uuid import UUID

from services.meetings.domain.errors import InThePast
from services.meetings.storage import claims, resources
from services.meetings.storage.claims import Hold
from services.meetings.use_cases.commands import When
from shared.db.unit import Unit
from shared.kernel.spans import Span
from shared.kernel.wall import resolve

HELD_FOR = timedelta(minutes=5)


async def hold_time(unit: Unit, when: When, resource_ids: tuple[UUID, ...], *, staff_id: str) -> Hold:
    """Claim these resources until the hold runs out. Raises SlotTaken."""
    start = resolve(when.starts_local, when.time_zone).instant
    if start <= unit.now:
        raise InThePast.at("#/starts_local")
    wanted = await resources.list_chosen(unit, resource_ids)
    kept = Hold(
        hold_id=unit.new_id(),
        held_by=staff_id,
        time_zone=when.time_zone,
        starts_local=when.starts_local,
        minutes=when.minutes,
        resource_ids=tuple(one.resource_id for one in wanted),
        hold_until=unit.now + HELD_FOR,
    )
    await claims.hold(unit, kept, wanted, Span(start, start + timedelta(minutes=when.minutes)))
    await unit.audit("time.held", subject_kind="hold", subject_id=kept.hold_id)
    return kept
