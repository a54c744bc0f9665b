"""End work with a family."""

from dataclasses import replace
from datetime import datetime

from services.network.domain.cases import Case, closed
from services.network.storage import cases
from services.network.use_cases.activate_plan import end_plans_of_family
from services.network.use_cases.end_release import end_releases_of_family
from shared.db.unit import Unit
from shared.events.network import CaseClosed
from shared.kernel.sealed import KeyKind, KeyOf


async def close_case(unit: Unit, case: Case, *, now: datetime) -> Case:
    """Close a family whose row is held, with its plans; it stays readable to those who held it."""
    ending = closed(case, now=now)
    await end_releases_of_family(unit, case, now=now)
    after = replace(ending, version=case.version + 1, updated_at=now)
    await cases.save(unit, after)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "case", case.id, before=case, after=after)
    await unit.audit("case.closed", subject_kind="case", subject_id=case.id)
    unit.announce(CaseClosed(case_id=case.id, at=now), subject=case.id)
    await end_plans_of_family(unit, case, unit.county)
    return after
