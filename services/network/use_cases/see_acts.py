"""Look at a family's acts of protection, in the order of their days; nothing counts or scores them."""

from datetime import date
from uuid import UUID

from services.network.domain.cases import Case
from services.network.domain.protective_acts import ActId, ProtectiveAct
from services.network.storage import protective_acts
from shared.db.unit import Unit


async def see_acts(unit: Unit, case: Case, *, after: tuple[date, UUID] | None, limit: int) -> list[ProtectiveAct]:
    """Return a page of the acts of protection in a family that the caller sees."""
    found = await protective_acts.list_of(unit, case.id, after=after, limit=limit)
    await unit.audit("acts.read", subject_kind="case", subject_id=case.id, details={"count": len(found)})
    return found


async def hold_act(unit: Unit, case: Case, act_id: ActId) -> ProtectiveAct:
    """Return an act of this family, and hold the row for a change."""
    return await protective_acts.get_for_update(unit, case.id, act_id)
