"""How a caller is asked whether they may still see a record, before a kept reply about it is given once more."""

from collections.abc import Mapping
from uuid import UUID

from services.notify.storage import call_tasks
from services.notify.use_cases.see_messages import read_message
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.web.routing import Sight


async def _message(unit: Unit, message_id: UUID, caller: Caller) -> object:
    return await read_message(unit, message_id, caller=caller, with_words=False)


async def _task(unit: Unit, task_id: UUID, caller: Caller) -> object:
    return await call_tasks.get_visible_for_update(unit, caller, task_id)


SIGHTS: Mapping[str, Sight] = {"message_id": _message, "task_id": _task}
