"""Change a child's placement facts."""

from dataclasses import replace
from datetime import datetime

from services.network.domain.children import Child, check_placement, facts_changed
from services.network.storage import children
from services.network.use_cases.commands import PlacementChanges
from services.network.use_cases.track_kin_notice import follow_entry_into_care
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def change_child(unit: Unit, child: Child, changes: PlacementChanges, *, now: datetime) -> Child:
    """Change the facts of a child whose row is held; a change that changes nothing is told to nobody."""
    placement = replace(child.placement, **changes)
    check_placement(placement)
    if placement == child.placement:
        return child
    after = replace(child, placement=placement, version=child.version + 1, updated_at=now)
    await children.save(unit, after)
    unit.changed(KeyOf(KeyKind.CASE, child.case_id), "child", child.person_id, before=child, after=after)
    await unit.audit(
        "child.changed",
        subject_kind="person",
        subject_id=child.person_id,
        details={"case_id": str(child.case_id), "changed": ",".join(sorted(changes))},
    )
    unit.announce(facts_changed(after, at=now), subject=child.case_id)
    if after.placement.entered_care_on != child.placement.entered_care_on:
        await follow_entry_into_care(unit, after, now=now)
    return after
