"""Bring a plan into force, or end it. The gate stands before the first, and nothing but a person's word behind the second."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.network.domain.agreements import to_be_asked
from services.network.domain.cases import Case
from services.network.domain.commitments import AskState, CommitmentState, activate, ask_closed, end
from services.network.domain.cover import open_time
from services.network.domain.gaps import STANDING, GapState
from services.network.domain.gate import Ground, Reason, missing, warnings
from services.network.domain.plan_errors import PlanNotReady
from services.network.domain.plans import Plan, PlanState, activated, check_draft, ended, has_ended, was_activated
from services.network.domain.promises_told import look_span
from services.network.domain.versions import changes_times, moving
from services.network.domain.viability import viability
from services.network.storage import agreements, children, commitments, gaps, people, plans, statements, steps, threats
from services.network.use_cases.keep_cover import announce_closed, keep_cover
from services.network.use_cases.review_plan import tell_supervisors
from services.network.use_cases.see_seats import seats_around
from services.network.use_cases.tell_promise import tell_change
from shared.db.unit import Unit
from shared.events.entries import Notice
from shared.kernel.sealed import KeyKind, KeyOf
from shared.kernel.wall import local_date
from shared.settings import County

_ENDINGS = {
    PlanState.ENDED_RESOLVED: CommitmentState.COMPLETED,
    PlanState.ENDED_SEPARATION: CommitmentState.COMPLETED,
    PlanState.EXPIRED: CommitmentState.EXPIRED,
    PlanState.SUPERSEDED: CommitmentState.SUPERSEDED,
    PlanState.CANCELLED: CommitmentState.SUPERSEDED,
}
"""What becomes of the promises of a plan that ended in one of its ways."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What keeps a plan from coming into force, and what a worker should know before it does."""

    reasons: Sequence[Reason]
    warnings: Sequence[Reason]


async def see_readiness(unit: Unit, plan: Plan, case: Case, county: County) -> Readiness:
    """Return what the gate says of a plan. A version that replaces another counts with the promises that would move to it."""
    before = await _before(unit, plan, hold=False)
    promised = await commitments.list_of_plan(unit, plan.id)
    if before is not None:
        theirs = await commitments.list_of_plan(unit, before.id)
        promised += [after for _, after in moving(theirs, before, plan, now=unit.now)]
    seats = await seats_around(unit, case.id, county)
    today = local_date(unit.now, county.time_zone)
    begin, last = look_span(plan, now=unit.now)
    found = await steps.list_of_plans(unit, [plan.id])
    agreed = await agreements.list_of_plan(unit, plan.id)
    people_here = {member_id: seat.member.person_id for member_id, seat in seats.items()}
    children_here = await people.list_by_id(unit, [child.person_id for child in await children.list_of(unit, case.id)])
    ground = Ground(
        plan=plan,
        today=local_date(unit.now, plan.time_zone),
        replaces_plan_in_force=before is not None,
        network=viability([(seat.member, seat.person) for seat in seats.values()], today=today),
        seats=seats,
        promised=promised,
        open_time=open_time(plan, promised, seats, begin=begin, end=last, now=unit.now),
        threats=await threats.list_all(unit, case.id),
        steps=found,
        kinds=await statements.kinds_of(unit, case.id, {each for step in found for each in step.danger_ids}),
        agreements=agreed,
        children_to_ask=to_be_asked(children_here, agreed, people_here, today=today),
    )
    return Readiness(missing(ground), warnings(ground))


async def activate_plan(unit: Unit, plan: Plan, case: Case, county: County) -> Plan:
    """Bring a plan whose row is held into force; the version that it replaces ends in the same moment.

    Raises PlanNotReady with all reasons, PlanIsActive, PlanHasEnded.
    """
    check_draft(plan)
    reasons = (await see_readiness(unit, plan, case, county)).reasons
    if reasons:
        raise PlanNotReady(reasons=reasons)
    before = await _before(unit, plan, hold=True)
    if before is not None:
        theirs = await commitments.list_of_plan(unit, before.id)
        for each, after in moving(theirs, before, plan, now=unit.now):
            await tell_change(unit, each, after, plan, county, Notice.CHANGED if changes_times(after, before, plan) else None)
        await unit.session.flush()
        await end_plan(unit, before, PlanState.SUPERSEDED, county)
    after_gate = activated(plan, now=unit.now)
    await plans.save(unit, after_gate)
    await _on_record(unit, plan, after_gate, "plan.activated")
    unit.announce(was_activated(after_gate, at=unit.now), subject=case.id)
    if after_gate.oversight.approved_at is None:
        tell_supervisors(unit, after_gate, case, county, answer_by=after_gate.oversight.due_at)
    for each in await commitments.list_of_plan(unit, plan.id):
        await tell_change(unit, each, activate(each, now=unit.now), after_gate, county, None)
    return await keep_cover(unit, after_gate, case, county)


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
        if gap.is_standing:  # nobody needs to be there any more
            state = GapState.FILLED if gap.state in STANDING else gap.state
            closed_gap = replace(gap, left=(), state=state, closed_at=unit.now, version=gap.version + 1, updated_at=unit.now)
            await gaps.save(unit, closed_gap, look_at=None)
            announce_closed(unit, closed_gap)
    return after


async def end_plans_of_family(unit: Unit, case: Case, county: County) -> None:
    """End all plans of a family whose row is held because work with it ends. How things turned out is not said by this."""
    for each in await plans.list_open(unit, case.id):
        await end_plan(unit, await plans.get_for_update(unit, each.id), PlanState.CANCELLED, county)


async def _before(unit: Unit, plan: Plan, *, hold: bool) -> Plan | None:
    """Return the version that a plan replaces, as long as that one is in force."""
    if plan.replaces is None:
        return None
    before = await (plans.get_for_update if hold else plans.get)(unit, plan.replaces)
    return before if before.is_in_force else None


async def _on_record(unit: Unit, before: Plan, after: Plan, deed: str) -> None:
    unit.changed(KeyOf(KeyKind.CASE, after.case_id), "plan", after.id, before=before, after=after)
    await unit.audit(
        deed, subject_kind="case", subject_id=after.case_id, details={"plan_id": str(after.id), "state": after.state.value}
    )
