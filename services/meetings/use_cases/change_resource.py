"""Change what a resource can do, or take it out of its pool."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.meetings.storage import resources
from services.meetings.storage.resources import Pooled
from services.meetings.use_cases.add_resource import check_person
from shared.db.unit import Unit
from shared.kernel.access import Caller

_BESIDE = frozenset({"name", "staff_id", "is_retired"})


async def change_resource(unit: Unit, pooled: Pooled, changes: Mapping[str, Any], *, caller: Caller) -> Pooled:
    """Change a resource whose row is held. Meetings that it is booked for keep it."""
    await check_person(unit, changes.get("person_id"), caller=caller)
    beside = {name: value for name, value in changes.items() if name in _BESIDE}
    inside = {name: value for name, value in changes.items() if name not in _BESIDE}
    after = replace(pooled, resource=replace(pooled.resource, **inside), **beside)
    if after == pooled:
        return pooled
    after = replace(after, version=pooled.version + 1, updated_at=unit.now)
    await resources.save(unit, after)
    await unit.audit(
        "resource.changed",
        subject_kind="resource",
        subject_id=pooled.resource.resource_id,
        details={"changed": ",".join(sorted(changes))},
    )
    return after
