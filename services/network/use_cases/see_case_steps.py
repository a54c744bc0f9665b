"""Look at the steps of a family's case plan."""

from datetime import datetime
from uuid import UUID

from services.network.domain.case_steps import basis_hints, hints
from services.network.domain.cases import Case
from services.network.storage import case_steps, statements
from services.network.use_cases.keep_case_steps import SeenStep
from shared.db.unit import Unit


async def see_case_steps(unit: Unit, case: Case, *, after: tuple[datetime, UUID] | None, limit: int) -> list[SeenStep]:
    """Return a page of the steps of a family that the caller sees, each with what may be asked about it."""
    found = await case_steps.list_of(unit, case.id, after=after, limit=limit)
    kinds = await statements.kinds_of(unit, case.id, {link for step in found for link in step.links})
    await unit.audit("case_steps.read", subject_kind="case", subject_id=case.id, details={"count": len(found)})
    return [SeenStep(step, hints(step.text) + basis_hints([kinds[link] for link in step.links if link in kinds])) for step in found]
