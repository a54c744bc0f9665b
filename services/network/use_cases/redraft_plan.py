"""What a change to a plan's contents brings: nobody has agreed to it as it is now, and a supervisor looks anew."""

from services.network.domain.plans import Plan, redrafted
from services.network.storage import agreements, plans
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def redraft_plan(unit: Unit, plan: Plan, deed: str, **changes: object) -> Plan:
    """Keep a plan that is not in force, whose row is held, with other contents. Raises PlanIsActive and PlanHasEnded."""
    after = redrafted(plan, now=unit.now, **changes)
    await plans.save(unit, after)
    await agreements.make_void(unit, plan.id)
    unit.changed(KeyOf(KeyKind.CASE, plan.case_id), "plan", plan.id, before=plan, after=after)
    await unit.audit(deed, subject_kind="case", subject_id=plan.case_id, details={"plan_id": str(plan.id)})
    return after
