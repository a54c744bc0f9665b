"""Keep that somebody agreed to a plan as it is: with a parent's or caregiver's yes a draft is agreed."""

from datetime import date

from services.network.domain.agreements import Agreement, AgreementId, Capacity, capacity_of, check_agreement, is_agreed_by_family
from services.network.domain.cases import Case
from services.network.domain.plans import Plan, agreed, check_open
from services.network.storage import agreements, children, members, plans
from services.network.use_cases.plan_commands import Agree
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def see_agreements(unit: Unit, plan: Plan) -> list[Agreement]:
    """Return who agreed to a plan that the caller sees, those who are asked again too."""
    return await agreements.list_of_plan(unit, plan.id)


async def agree_to_plan(unit: Unit, plan: Plan, case: Case, command: Agree, *, today: date) -> Agreement:
    """Record an agreement to a plan whose row is held. Raises Invalid, WitnessNeeded, PlanHasEnded."""
    check_open(plan)
    present = {member.id: member for member in await members.list_present(unit, case.id)}
    signer = present.get(command.member_id) if command.member_id else None
    if signer is not None:
        capacity = capacity_of(signer.standing)
    else:
        capacity = Capacity.CHILD if command.child_id else command.capacity or Capacity.OTHER
    agreement = Agreement(
        id=AgreementId(unit.new_id()),
        case_id=case.id,
        plan_id=plan.id,
        member_id=command.member_id,
        child_id=command.child_id,
        name=command.name,
        capacity=capacity,
        method=command.method,
        witness=command.witness,
        signed_on=command.signed_on,
        recorded_at=unit.now,
        recorded_by=unit.actor.id,
    )
    theirs = {child.person_id for child in await children.list_of(unit, case.id)}
    check_agreement(agreement, members=present, children=theirs, today=today)
    await agreements.add(unit, agreement)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "agreement", agreement.id, before=None, after=agreement)
    await unit.audit("plan.agreed_to", subject_kind="case", subject_id=case.id, details={"plan_id": str(plan.id)})
    if is_agreed_by_family([agreement]):
        after = agreed(plan, now=unit.now)
        if after != plan:
            await plans.save(unit, after)
            unit.changed(KeyOf(KeyKind.CASE, case.id), "plan", plan.id, before=plan, after=after)
    return agreement
