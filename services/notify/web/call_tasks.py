"""Handlers about calls to make."""

from services.notify.use_cases.see_call_tasks import complete_call, list_call_tasks
from services.notify.web.messages import after_of
from services.notify.web.place import county_of
from services.notify.web.schemas import CONTACT_READ, state_of, task_out
from shared.db.unit import Unit
from shared.web.routing import Call, Reply, ok, page


async def get_call_tasks(unit: Unit, call: Call) -> Reply:
    """List the calls to make for the caller's families, the one due first at the top."""
    limit = call.query.limit
    found = await list_call_tasks(
        unit,
        caller=call.staff,
        county=county_of(call),
        state=state_of(call.query.status),
        limit=limit + 1,
        after=after_of(call),
        with_contact=CONTACT_READ in call.staff.scopes,
    )
    last = found[limit - 1].task if len(found) > limit else None
    after = (last.due_at.isoformat(), str(last.id)) if last else None
    return page([task_out(each) for each in found[:limit]], next=after)


async def post_complete(unit: Unit, call: Call) -> Reply:
    """Record what came of a call."""
    seen = await complete_call(
        unit,
        call.ids["task_id"],
        caller=call.staff,
        county=county_of(call),
        outcome=call.body.outcome,
        note=call.body.note,
    )
    return ok(task_out(seen))
