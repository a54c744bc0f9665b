"""See what lies open in all families of a caller: what a worker must look at first."""

from services.network.domain.cases import CaseId
from services.network.domain.gaps import Gap
from services.network.storage import cases, gaps
from services.network.use_cases.see_case import see_case
from shared.db.unit import Unit
from shared.kernel.access import Caller

MOST_FAMILIES = 500


async def see_standing_gaps(unit: Unit, *, caller: Caller, only: CaseId | None) -> list[tuple[Gap, str]]:
    """Return the standing gaps of the caller's open families (or of one of them), each with the family's zone, earliest first."""
    if only is not None:
        found = [await see_case(unit, only, caller=caller)]
    else:
        found = await cases.list_visible(unit, caller, is_closed=False, after=None, limit=MOST_FAMILIES)
    zones = {case.id: case.time_zone for case in found}
    standing = await gaps.list_standing(unit, list(zones))
    for case_id in sorted({gap.case_id for gap in standing}):
        await unit.audit("case.listed", subject_kind="case", subject_id=case_id)
    return [(gap, zones[gap.case_id]) for gap in standing]
