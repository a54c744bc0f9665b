"""Look at a plan, or hold it for a change: whoever may not see its family finds none."""

from datetime import datetime
from uuid import UUID

from services.network.domain.cases import Case, CaseId, check_open
from services.network.domain.commitments import Commitment, CommitmentId, PlanId
from services.network.domain.plans import Plan
from services.network.storage import commitments, plans
from services.network.use_cases.see_case import hold_case, see_case
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.errors import NotFound


async def see_plan(unit: Unit, plan_id: PlanId, *, caller: Caller) -> tuple[Case, Plan]:
    """Return a plan and its family. Raises NotFound where the caller does not see the family."""
    case = await see_case(unit, await _case_of(unit, plan_id), caller=caller)
    return case, await plans.get(unit, plan_id)


async def hold_plan(unit: Unit, plan_id: PlanId, *, caller: Caller) -> tuple[Case, Plan]:
    """Return a plan of an open family, and hold both rows, the family's first. Raises NotFound and CaseIsClosed."""
    case = await hold_case(unit, await _case_of(unit, plan_id), caller=caller)
    check_open(case)
    return case, await plans.get_for_update(unit, plan_id)


async def see_plans(unit: Unit, case: Case, *, after: tuple[datetime, UUID] | None, limit: int) -> list[Plan]:
    """Return a page of the plans of a family that the caller sees."""
    return await plans.list_of(unit, case.id, after=after, limit=limit)


async def see_commitments(unit: Unit, plan: Plan) -> list[Commitment]:
    """Return all promises of a plan that the caller sees, asks to backups among them."""
    return await commitments.list_of_plan(unit, plan.id)


async def commitment_of(unit: Unit, plan: Plan, commitment_id: CommitmentId) -> Commitment:
    """Return a commitment of this plan, of no other."""
    found = await commitments.get(unit, commitment_id)
    if found.plan_id != plan.id:
        raise NotFound
    return found


async def _case_of(unit: Unit, plan_id: PlanId) -> CaseId:
    found = await plans.find_case(unit, plan_id)
    if found is None:
        raise NotFound
    return found
