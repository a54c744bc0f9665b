"""Handlers about answers on the scale."""

from datetime import date
from uuid import UUID

from services.network.domain.cases import CaseId
from services.network.domain.scaling import AnswerId, series_of
from services.network.use_cases.record_scaling import hold_answer, record_scaling, remove_scaling, see_scaling
from services.network.use_cases.see_case import hold_open_case, see_case
from services.network.web.county import today_of
from services.network.web.schemas.working import answer_out, record_answer_from, scaling_out
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, no_content, page


async def post_answer(unit: Unit, call: Call) -> Reply:
    """Keep one person's answer on the scale."""
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    answer = await record_scaling(unit, case, record_answer_from(call.body), today=today_of(unit, call), now=unit.now)
    location = f"/v1/cases/{spell('case', case.id)}/scaling-answers/{spell('scl', answer.id)}"
    return created(answer_out(answer), location=location, etag=str(answer.version))


async def get_scaling(unit: Unit, call: Call) -> Reply:
    """See each person's answers to each question over time; nothing is averaged."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    place = call.page_place
    after = (date.fromisoformat(place[0]), UUID(place[1])) if place else None
    found = await see_scaling(unit, case, after=after, limit=call.query.limit)
    is_full = len(found) == call.query.limit
    return page(scaling_out(series_of(found)), next=[found[-1].said_on.isoformat(), str(found[-1].id)] if is_full else None)


async def delete_answer(unit: Unit, call: Call) -> Reply:
    """Take back an answer that was typed wrongly."""
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    answer = await hold_answer(unit, case, AnswerId(call.ids["answer_id"]))
    call.require_match(str(answer.version))
    await remove_scaling(unit, answer)
    return no_content()
