"""Make a new version of a plan: a draft that says what the plan says, to be changed and agreed to, while the plan holds."""

from dataclasses import replace
from datetime import date

from services.network.domain.cases import Case
from services.network.domain.plan_errors import PlanIsRevised, PlanNotActive
from services.network.domain.plans import Plan
from services.network.domain.steps import StepId
from services.network.domain.versions import first_day, windows_from
from services.network.storage import members, plans, steps
from services.network.use_cases.make_plan import make_plan
from services.network.use_cases.plan_commands import MakePlan, RevisePlan, WantedWindow
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def revise_plan(unit: Unit, plan: Plan, case: Case, command: RevisePlan, *, today: date) -> Plan:
    """Draft the next version of a plan in force whose row is held: words, windows and steps are copied, the latter with their yes.

    A step whose owner has left stays behind. Raises PlanNotActive, PlanIsRevised, Invalid.
    """
    if not plan.is_in_force:
        raise PlanNotActive(plan_id=plan.id)
    for each in await plans.list_open(unit, case.id):
        if each.replaces == plan.id:
            raise PlanIsRevised(plan_id=each.id)
    starts_on = first_day(plan.windows, command.starts_on or max(today, plan.starts_on), plan.time_zone)
    ends_on = command.ends_on or plan.ends_on
    windows = windows_from(plan.windows, starts_on, ends_on)
    order = MakePlan(
        kind=command.kind or plan.kind,
        starts_on=starts_on,
        ends_on=ends_on,
        review_on=command.review_on,
        words=plan.words,
        windows=tuple(WantedWindow(label=each.label, pattern=each.pattern, adults=each.adults) for each in windows),
    )
    draft = await make_plan(unit, case, order, replaces=plan.id)
    await unit.session.flush()
    present = {member.id for member in await members.list_present(unit, case.id)}
    for step in await steps.list_of_plans(unit, [plan.id]):
        if step.owner_member_id in present:
            copied = replace(step, id=StepId(unit.new_id()), plan_id=draft.id, version=1, updated_at=unit.now)
            await steps.add(unit, copied)
            unit.changed(KeyOf(KeyKind.CASE, case.id), "step", copied.id, before=None, after=copied)
    return draft
