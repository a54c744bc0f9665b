"""Handlers about facilitators, rooms and interpreters."""

from services.meetings.storage import resources as pools
from services.meetings.use_cases.add_resource import add_resource
from services.meetings.use_cases.change_resource import change_resource
from services.meetings.web.schemas.resources import add_resource_from, resource_changes_from, resource_out
from services.meetings.web.schemas.values import place_from, place_of
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, ok, page


async def post_resource(unit: Unit, call: Call) -> Reply:
    """Put a facilitator, room or interpreter into the county's pools."""
    pooled = await add_resource(unit, add_resource_from(call.body), caller=call.staff)
    location = f"/v1/resources/{spell('res', pooled.resource.resource_id)}"
    return created(resource_out(pooled), location=location, etag=str(pooled.version))


async def get_resources(unit: Unit, call: Call) -> Reply:
    """List the county's facilitators, rooms and interpreters."""
    found = await pools.list_of(unit, kind=call.query.kind, after=place_from(call.page_place), limit=call.query.limit)
    is_full = len(found) == call.query.limit
    last = found[-1] if is_full else None
    return page([resource_out(one) for one in found], next=place_of(last.updated_at, last.resource.resource_id) if last else None)


async def get_resource(unit: Unit, call: Call) -> Reply:
    """Read a facilitator, room or interpreter."""
    pooled = await pools.get(unit, call.ids["resource_id"])
    return ok(resource_out(pooled), etag=str(pooled.version))


async def patch_resource(unit: Unit, call: Call) -> Reply:
    """Change what a resource can do, or take it out of its pool."""
    pooled = await pools.get_for_update(unit, call.ids["resource_id"])
    call.require_match(str(pooled.version))
    after = await change_resource(unit, pooled, resource_changes_from(call.body), caller=call.staff)
    return ok(resource_out(after), etag=str(after.version))
