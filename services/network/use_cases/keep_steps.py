"""Add, change and take back the steps of a plan that is not in force yet, and keep that their owners agreed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.network.domain.commitments import AnswerSource
from services.network.domain.hints import Hint
from services.network.domain.plan_errors import TooManySteps
from services.network.domain.plans import Plan, check_draft, check_open
from services.network.domain.steps import MOST_STEPS, Step, StepId, agreed, changed, check_step, hints
from services.network.storage import members, statements, steps, threats
from services.network.use_cases.plan_commands import AddStep, StepChanges
from services.network.use_cases.redraft_plan import redraft_plan
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


@dataclass(frozen=True, slots=True)
class SeenPlanStep:
    """A step of a plan, and what may be asked about it."""

    step: Step
    hints: tuple[Hint, ...]


async def add_step(unit: Unit, plan: Plan, command: AddStep) -> SeenPlanStep:
    """Add a step to a plan whose row is held. A service alone is questioned, never refused.

    Raises Invalid, TooManySteps, PlanIsActive, PlanHasEnded.
    """
    check_draft(plan)
    if len(await steps.list_of_plans(unit, [plan.id])) >= MOST_STEPS:
        raise TooManySteps
    step = Step(
        id=StepId(unit.new_id()),
        case_id=plan.case_id,
        plan_id=plan.id,
        owner_member_id=command.owner_member_id,
        text=command.text,
        when_words=command.when_words,
        due_on=command.due_on,
        danger_ids=command.danger_ids,
        threat_ids=command.threat_ids,
        version=1,
        updated_at=unit.now,
    )
    await _check(unit, step)
    await steps.add(unit, step)
    await _on_record(unit, plan, None, step, "step.added")
    return await see_step(unit, step)


async def change_step(unit: Unit, plan: Plan, step: Step, wanted: StepChanges) -> SeenPlanStep:
    """Change a step of a plan whose row is held; its owner is asked anew. Raises Invalid, PlanIsActive, PlanHasEnded."""
    check_draft(plan)
    after = changed(step, replace(step, **wanted), now=unit.now)
    if after != step:
        await _check(unit, after)
        await steps.save(unit, after)
        await _on_record(unit, plan, step, after, "step.changed")
    return await see_step(unit, after)


async def remove_step(unit: Unit, plan: Plan, step: Step) -> None:
    """Take back a step of a plan whose row is held. Raises PlanIsActive, PlanHasEnded."""
    check_draft(plan)
    await steps.end(unit, step)
    await _on_record(unit, plan, step, None, "step.removed")


async def agree_to_step(unit: Unit, plan: Plan, step: Step, *, source: AnswerSource, witness: str) -> SeenPlanStep:
    """Keep that the owner of a step agreed. Raises WitnessNeeded, PlanHasEnded."""
    check_open(plan)
    after = agreed(step, source=source, witness=witness, now=unit.now)
    if after != step:
        await steps.save(unit, after)
        unit.changed(KeyOf(KeyKind.CASE, plan.case_id), "step", step.id, before=step, after=after)
        await unit.audit("step.agreed", subject_kind="case", subject_id=plan.case_id, details={"step_id": str(step.id)})
    return await see_step(unit, after)


async def step_of(unit: Unit, plan: Plan, step_id: StepId) -> Step:
    """Return a step of this plan, of no other."""
    return await steps.get(unit, plan.id, step_id)


async def see_step(unit: Unit, step: Step) -> SeenPlanStep:
    """Return a step with what may be asked about it."""
    return SeenPlanStep(step, hints(step, await statements.kinds_of(unit, step.case_id, step.danger_ids)))


async def see_steps(unit: Unit, plan: Plan) -> Sequence[SeenPlanStep]:
    """Return the steps of a plan that the caller sees, in the order in which they were added."""
    found = await steps.list_of_plans(unit, [plan.id])
    kinds = await statements.kinds_of(unit, plan.case_id, {each for step in found for each in step.danger_ids})
    return [SeenPlanStep(step, hints(step, kinds)) for step in found]


async def _check(unit: Unit, step: Step) -> None:
    check_step(
        step,
        members={member.id for member in await members.list_present(unit, step.case_id)},
        kinds=await statements.kinds_of(unit, step.case_id, step.danger_ids),
        threats=await threats.ids_of(unit, step.case_id),
    )


async def _on_record(unit: Unit, plan: Plan, before: Step | None, after: Step | None, deed: str) -> None:
    step = after or before
    if step is not None:
        unit.changed(KeyOf(KeyKind.CASE, plan.case_id), "step", step.id, before=before, after=after)
    await redraft_plan(unit, plan, deed)
