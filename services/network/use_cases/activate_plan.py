"""Bring a plan into force, or end it. The gate stands before the first, and nothing but a person's word behind the second."""

from services.network.domain.cases import Case
from services.network.domain.commitments import AskState, CommitmentState, activate, ask_closed, end
from services.network.domain.cover import open_time
from services.network.domain.gate import Reason, missing
from services.network.domain.plan_errors import PlanNotReady
from services.network.domain.plans import Plan, PlanState, activated, check_draft, ended, has_ended, was_activated
from services.network.domain.promises_told import look_span
from services.network.storage import commitments, gaps, plans
from services.network.use_cases.keep_cover import keep_cover
from services.network.use_cases.see_seats import seats_around
from services.network.use_cases.tell_promise import tell_change
from shared.db.unit import Unit
from shared.events.entries import Notice
from shared.kernel.sealed import KeyKind, KeyOf
from shared.settings import County

_ENDINGS = {
    PlanState.ENDED_RESOLVED: CommitmentState.COMPLETED,
    PlanState.ENDED_SEPARATION: CommitmentState.COMPLETED,
    PlanState.EXPIRED: CommitmentState.EXPIRED,
    PlanState.SUPERSEDED: CommitmentState.SUPERSEDED,
    PlanState.CANCELLED: CommitmentState.SUPERSEDED,
}
"""What becomes of the promises of a plan that ended in one of its ways."""


async def see_missing(unit: Unit, plan: Plan, case: Case, county: County) -> list[Reason]:
    """Return what keeps a plan from coming into force."""
    promised = await commitments.list_of_plan(unit, plan.id)
    seats = await seats_around(unit, case.id, county)
    begin, last = look_span(plan, now=unit.now)
    found = open_time(plan, promised, seats, begin=begin, end=last, now=unit.now)
    return missing(plan, promised, seats, found)


async def activate_plan(unit: Unit, plan: Plan, case: Case, county: County) -> Plan:
    """Bring a plan whose row is held into force. Raises PlanNotReady with all reasons, PlanIsActive, PlanHasEnded."""
    check_draft(plan)
    reasons = await see_missing(unit, plan, case, county)
    if reasons:
        raise PlanNotReady(reasons=reasons)
    after = activated(plan, now=unit.now)
    await plans.save(unit, after)
    await _on_record(unit, plan, after, "plan.activated")
    unit.announce(was_activated(after, at=unit.now), subject=case.id)
    for each in await commitments.list_of_plan(unit, plan.id):
        await tell_change(unit, each, activate(each, now=unit.now), after, county, None)
    return await keep_cover(unit, after, case, county)


async def end_plan(unit: Unit, plan: Plan, how: PlanState, county: County) -> Plan:
    """End a plan whose row is held, and tell everybody whose promise ends with it. Raises PlanHasEnded, PlanNotActive."""
    after = ended(plan, how, now=unit.now)
    await plans.save(unit, after)
    await _on_record(unit, plan, after, "plan.ended")
    unit.announce(has_ended(after, at=unit.now), subject=plan.case_id)
    for each in await commitments.list_of_plan(unit, plan.id):
        if each.ask is not None and not each.holds:
            closed = ask_closed(each, AskState.COVERED, now=unit.now)
            await tell_change(unit, each, closed, after, county, Notice.COVERED, outcome=AskState.COVERED.value)
        else:
            await tell_change(unit, each, end(each, _ENDINGS[how], now=unit.now), after, county, Notice.ENDED)
    for gap in await gaps.list_of_plan(unit, plan.id, ending_after=unit.now):
        await gaps.save(unit, gap, look_at=None)
    return after


async def _on_record(unit: Unit, before: Plan, after: Plan, deed: str) -> None:
    unit.changed(KeyOf(KeyKind.CASE, after.case_id), "plan", after.id, before=before, after=after)
    await unit.audit(
        deed, subject_kind="case", subject_id=after.case_id, details={"plan_id": str(after.id), "state": after.state.value}
    )
