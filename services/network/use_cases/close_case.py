"""End work with a family."""

from dataclasses import replace
from datetime import datetime

from services.network.domain.cases import Case, closed
from services.network.storage import cases
from shared.db.unit import Unit
from shared.events.network import CaseClosed
from shared.kernel.sealed import KeyKind, KeyOf


async def close_case(unit: Unit, case: Case, *, now: datetime) -> Case:
    """Close a family whose row is held; it stays readable to those who held it."""
    after = replace(closed(case, now=now), version=case.version + 1, updated_at=now)
    await cases.save(unit, after)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "case", case.id, before=case, after=after)
    await unit.audit("case.closed", subject_kind="case", subject_id=case.id)
    unit.announce(CaseClosed(case_id=case.id, at=now), subject=case.id)
    return after
