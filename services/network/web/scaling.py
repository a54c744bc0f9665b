"""Handlers about answers on the scale."""

from services.network.domain.cases import CaseId
from services.network.domain.scaling import AnswerId
from services.network.use_cases.record_scaling import hold_answer, record_scaling, remove_scaling, see_scaling
from services.network.use_cases.see_case import hold_open_case, see_case
from services.network.web.county import today_of
from services.network.web.schemas.working import answer_out, record_answer_from, scaling_out
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, no_content, ok


async def post_answer(unit: Unit, call: Call) -> Reply:
    """Keep one person's answer on the scale."""
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    answer = await record_scaling(unit, case, record_answer_from(call.body), today=today_of(unit, call), now=unit.now)
    location = f"/v1/cases/{spell('case', case.id)}/scaling-answers/{spell('scl', answer.id)}"
    return created(answer_out(answer), location=location, etag=str(answer.version))


async def get_scaling(unit: Unit, call: Call) -> Reply:
    """See each person's answers to each question over time; nothing is averaged."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    return ok(scaling_out(await see_scaling(unit, case)))


async def delete_answer(unit: Unit, call: Call) -> Reply:
    """Take back an answer that was typed wrongly."""
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    answer = await hold_answer(unit, case, AnswerId(call.ids["answer_id"]))
    call.require_match(str(answer.version))
    await remove_scaling(unit, answer)
    return no_content()
