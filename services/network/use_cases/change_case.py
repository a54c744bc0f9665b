"""Change what a family is called among staff."""

from dataclasses import replace
from datetime import datetime

from services.network.domain.cases import Case, check_open
from services.network.storage import cases
from services.network.use_cases.commands import CaseChanges
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def change_case(unit: Unit, case: Case, changes: CaseChanges, *, now: datetime) -> Case:
    """Change a family whose row is held. The title stays inside network, so nothing is announced."""
    check_open(case)
    after = replace(case, **changes)
    if after == case:
        return case
    after = replace(after, version=case.version + 1, updated_at=now)
    await cases.save(unit, after)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "case", case.id, before=case, after=after)
    await unit.audit("case.changed", subject_kind="case", subject_id=case.id, details={"changed": ",".join(sorted(changes))})
    return after
