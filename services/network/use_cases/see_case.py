"""Look at a family, or at all of one's own: what the caller may not see is not there, and every look is on record."""

from services.network.domain.cases import Case, CaseId, check_open, is_visible
from services.network.storage import cases
from services.network.storage.cases import After
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.errors import NotFound


async def see_case(unit: Unit, case_id: CaseId, *, caller: Caller) -> Case:
    """Return a family that the caller may see. Raises NotFound for any other, as for none."""
    case = await cases.get(unit, case_id)
    if not is_visible(case, caller):
        raise NotFound.hiding("case", case.id)
    await unit.audit("case.read", subject_kind="case", subject_id=case.id)
    return case


async def hold_case(unit: Unit, case_id: CaseId, *, caller: Caller) -> Case:
    """Return a family that the caller may see, and hold its row, so that nobody closes or hands it over meanwhile."""
    case = await cases.get_for_update(unit, case_id)
    if not is_visible(case, caller):
        raise NotFound.hiding("case", case.id)
    await unit.audit("case.read", subject_kind="case", subject_id=case.id)
    return case


async def hold_open_case(unit: Unit, case_id: CaseId, *, caller: Caller) -> Case:
    """The same, for a change to what belongs to the family. Raises CaseIsClosed."""
    case = await hold_case(unit, case_id, caller=caller)
    check_open(case)
    return case


async def see_cases(unit: Unit, *, caller: Caller, is_closed: bool | None, after: After | None, limit: int) -> list[Case]:
    """Return a page of the caller's families: open ones, closed ones, or (None) both."""
    found = await cases.list_visible(unit, caller, is_closed=is_closed, after=after, limit=limit)
    for case in found:
        await unit.audit("case.listed", subject_kind="case", subject_id=case.id)
    return found
