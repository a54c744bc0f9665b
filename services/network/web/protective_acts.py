"""Handlers about acts of protection."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.network.domain.cases import Case, CaseId
from services.network.domain.protective_acts import ActId, ProtectiveAct
from services.network.use_cases.record_act import change_act, record_act, remove_act
from services.network.use_cases.see_acts import hold_act, see_acts
from services.network.use_cases.see_case import hold_open_case, see_case
from services.network.use_cases.word_commands import ActChanges
from services.network.web.county import today_of
from services.network.web.schemas.working import act_out, record_act_from
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, no_content, ok, page


async def post_act(unit: Unit, call: Call) -> Reply:
    """Keep an act of protection."""
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    act = await record_act(unit, case, record_act_from(call.body), today=today_of(unit, call), now=unit.now)
    location = f"/v1/cases/{spell('case', case.id)}/acts-of-protection/{spell('act', act.id)}"
    return created(act_out(act), location=location, etag=str(act.version))


async def get_acts(unit: Unit, call: Call) -> Reply:
    """List a family's acts of protection in the order of their days; none is scored."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    found = await see_acts(unit, case, after=_day_from(call.page_place), limit=call.query.limit)
    is_full = len(found) == call.query.limit
    place = (found[-1].acted_on.isoformat(), str(found[-1].id)) if is_full else None
    return page([act_out(each) for each in found], next=place)


async def patch_act(unit: Unit, call: Call) -> Reply:
    """Correct an act of protection."""
    case, act = await _held(unit, call)
    changes: ActChanges = call.body.model_dump(exclude_unset=True)
    after = await change_act(unit, case, act, changes, today=today_of(unit, call), now=unit.now)
    return ok(act_out(after), etag=str(after.version))


async def delete_act(unit: Unit, call: Call) -> Reply:
    """Take back an act of protection."""
    _, act = await _held(unit, call)
    await remove_act(unit, act)
    return no_content()


async def _held(unit: Unit, call: Call) -> tuple[Case, ProtectiveAct]:
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    act = await hold_act(unit, case, ActId(call.ids["act_id"]))
    call.require_match(str(act.version))
    return case, act


def _day_from(place: Sequence[Any] | None) -> tuple[date, UUID] | None:
    """Read a place in the timeline that a cursor kept."""
    return None if place is None else (date.fromisoformat(place[0]), UUID(place[1]))
