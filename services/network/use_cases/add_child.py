"""Make a child part of a family's work."""

from datetime import datetime

from services.network.domain.cases import Case
from services.network.domain.children import Child, added, check_placement
from services.network.storage import children
from services.network.use_cases.commands import AddChild
from services.network.use_cases.see_person import check_may_be_added
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.sealed import KeyKind, KeyOf


async def add_child(unit: Unit, case: Case, command: AddChild, *, caller: Caller, now: datetime) -> Child:
    """Add a child, who is a person already, to an open family whose row is held. Raises AlreadyChild."""
    await check_may_be_added(unit, command.person_id, caller=caller)
    check_placement(command.placement)
    child = Child(case_id=case.id, person_id=command.person_id, placement=command.placement, version=1, updated_at=now)
    await children.add(unit, child)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "child", child.person_id, before=None, after=child)
    await unit.audit("child.added", subject_kind="person", subject_id=child.person_id, details={"case_id": str(case.id)})
    unit.announce(added(child, at=now), subject=case.id)
    return child
