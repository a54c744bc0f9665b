"""Hand a family over, or share it."""

from dataclasses import replace
from datetime import datetime

from services.network.domain.cases import Case, access_changed, reassigned
from services.network.storage import cases
from shared.db.unit import Unit
from shared.kernel.access import Caller, CaseAccess
from shared.kernel.sealed import KeyKind, KeyOf


async def reassign_case(unit: Unit, case: Case, wanted: CaseAccess, *, caller: Caller, now: datetime) -> Case:
    """Put a family whose row is held into other hands, from the next request on. Raises NotYoursToReassign."""
    after = reassigned(case, wanted, caller)
    if after == case:
        return case
    after = replace(after, version=case.version + 1, updated_at=now)
    await cases.save(unit, after)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "case", case.id, before=case, after=after)
    await unit.audit(
        "case.access_changed",
        subject_kind="case",
        subject_id=case.id,
        details={
            "unit": wanted.unit,
            "assigned": " ".join(sorted(wanted.assigned)),
            "shared_with": " ".join(sorted(wanted.shared_with)),
        },
    )
    unit.announce(access_changed(after, at=now), subject=case.id)
    return after
