"""How a caller is asked whether they may still see a record, before a kept reply about it is given once more."""

from collections.abc import Mapping
from uuid import UUID

from services.meetings.storage import meetings
from services.meetings.use_cases.see_family import see_family, see_person
from services.meetings.use_cases.see_meeting import check_visible
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.web.routing import Sight


async def _meeting(unit: Unit, meeting_id: UUID, caller: Caller) -> None:
    await check_visible(unit, (await meetings.get(unit, meeting_id)).meeting, caller)


async def _case(unit: Unit, case_id: UUID, caller: Caller) -> object:
    return await see_family(unit, case_id, caller=caller)


async def _person(unit: Unit, person_id: UUID, caller: Caller) -> object:
    return await see_person(unit, person_id, caller=caller)


SIGHTS: Mapping[str, Sight] = {"meeting_id": _meeting, "case_id": _case, "person_id": _person}
