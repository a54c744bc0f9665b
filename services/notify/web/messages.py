"""Handlers about messages."""

from datetime import datetime
from uuid import UUID

from services.notify.use_cases.see_messages import list_messages, read_message, retry_message
from services.notify.web.schemas import CONTACT_READ, message_out, message_words_out
from shared.db.unit import Unit
from shared.web.routing import Call, Reply, ok, page


async def get_messages(unit: Unit, call: Call) -> Reply:
    """List what was or will be sent about a meeting or a commitment."""
    limit = call.query.limit
    found = await list_messages(unit, call.query.subject_id, caller=call.staff, limit=limit + 1, after=after_of(call))
    last = found[limit - 1].message if len(found) > limit else None
    after = (last.created_at.isoformat(), str(last.id)) if last and last.created_at else None
    return page([message_out(each) for each in found[:limit]], next=after)


async def get_message(unit: Unit, call: Call) -> Reply:
    """Read one message.

    What it said is there only for callers who may see how to reach people. Reading it is recorded.
    """
    read = await read_message(unit, call.ids["message_id"], caller=call.staff, with_words=CONTACT_READ in call.staff.scopes)
    return ok(message_words_out(read))


async def post_retry(unit: Unit, call: Call) -> Reply:
    """Send a message once more that failed, or whose fate is unknown."""
    return ok(message_out(await retry_message(unit, call.ids["message_id"], caller=call.staff)))


def after_of(call: Call) -> tuple[datetime, UUID] | None:
    """Return where a page begins."""
    if call.page_place is None:
        return None
    at, row_id = call.page_place
    return datetime.fromisoformat(at), UUID(row_id)
