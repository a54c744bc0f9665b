"""Put a facilitator, room or interpreter into the county's pools."""

from uuid import UUID

from services.meetings.domain.resources import Resource
from services.meetings.storage import families, people, resources
from services.meetings.storage.resources import Pooled
from services.meetings.use_cases.commands import AddResource
from services.meetings.use_cases.see_family import may_see_person
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.errors import Fault, Invalid


async def add_resource(unit: Unit, command: AddResource, *, caller: Caller) -> Pooled:
    """Add a resource; one that is a person gets invitations like everyone else."""
    await check_person(unit, command.person_id, caller=caller)
    pooled = Pooled(
        resource=Resource(
            resource_id=unit.new_id(),
            kind=command.kind,
            person_id=command.person_id,
            skills=command.skills,
            languages=command.languages,
            capacity=command.capacity,
            site=command.site,
            modes=command.modes,
            notice_working_days=command.notice_working_days,
            daily_limit=command.daily_limit,
        ),
        name=command.name,
        staff_id=command.staff_id,
        is_retired=False,
        version=1,
        updated_at=unit.now,
    )
    await resources.add(unit, pooled)
    await unit.audit("resource.added", subject_kind="resource", subject_id=pooled.resource.resource_id)
    return pooled


async def check_person(unit: Unit, person_id: UUID | None, *, caller: Caller) -> None:
    """Refuse a person whom network has not told us of, or who belongs to families out of the caller's sight.

    Whoever stands in a pool may be invited to any family's meetings, so an id alone must not bring somebody there.
    """
    if person_id is None:
        return
    known = await people.find(unit, person_id)
    if known is None or (await families.is_around_any(unit, person_id) and not await may_see_person(unit, known, caller=caller)):
        raise Invalid([Fault("not_found", "We do not know this person. Check the id.", pointer="#/person_id")])
