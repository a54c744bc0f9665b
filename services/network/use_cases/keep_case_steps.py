"""Add, change and take back the steps of a family's case plan."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.network.domain.case_steps import CaseStep, CaseStepId, CaseStepState, basis_hints, check_step, hints
from services.network.domain.cases import Case
from services.network.domain.hints import Hint
from services.network.storage import case_steps, statements
from services.network.use_cases.check_statement import find_member
from services.network.use_cases.word_commands import AddCaseStep, CaseStepChanges
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


@dataclass(frozen=True, slots=True)
class SeenStep:
    """A step, and what may be asked about it."""

    step: CaseStep
    hints: tuple[Hint, ...]


async def add_case_step(unit: Unit, case: Case, command: AddCaseStep, *, now: datetime) -> SeenStep:
    """Add a step to the plan of an open family whose row is held. A service without a change is questioned, never refused."""
    step = CaseStep(
        id=CaseStepId(unit.new_id()),
        case_id=case.id,
        owner_id=command.owner_id,
        text=command.text,
        links=command.links,
        due_on=command.due_on,
        state=CaseStepState.PLANNED,
        version=1,
        updated_at=now,
    )
    await _check(unit, case, step)
    await case_steps.add(unit, step)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "case_step", step.id, before=None, after=step)
    await _audit(unit, "case_step.added", step)
    return await see_step(unit, step)


async def change_case_step(unit: Unit, case: Case, step: CaseStep, wanted: CaseStepChanges, *, now: datetime) -> SeenStep:
    """Change a step whose row is held."""
    after = replace(step, **wanted)
    if after != step:
        await _check(unit, case, after)
        after = replace(after, version=step.version + 1, updated_at=now)
        await case_steps.save(unit, after)
        unit.changed(KeyOf(KeyKind.CASE, case.id), "case_step", step.id, before=step, after=after)
        await _audit(unit, "case_step.changed", after)
    return await see_step(unit, after)


async def remove_case_step(unit: Unit, step: CaseStep) -> None:
    """Take back a step whose row is held."""
    await case_steps.end(unit, step)
    unit.changed(KeyOf(KeyKind.CASE, step.case_id), "case_step", step.id, before=step, after=None)
    await _audit(unit, "case_step.removed", step)


async def hold_step(unit: Unit, case: Case, step_id: CaseStepId) -> CaseStep:
    """Return a step of this family, and hold the row for a change."""
    return await case_steps.get_for_update(unit, case.id, step_id)


async def see_step(unit: Unit, step: CaseStep) -> SeenStep:
    """Return a step with what may be asked about it."""
    kinds = await statements.kinds_of(unit, step.case_id, step.links)
    return SeenStep(step, hints(step.text) + basis_hints(list(kinds.values())))


async def _check(unit: Unit, case: Case, step: CaseStep) -> None:
    owner = await find_member(unit, case.id, step.owner_id)
    check_step(owner, step.links, await statements.kinds_of(unit, case.id, step.links))


async def _audit(unit: Unit, deed: str, step: CaseStep) -> None:
    await unit.audit(deed, subject_kind="case", subject_id=step.case_id, details={"step_id": str(step.id)})
