"""Handlers about rules that keep two people apart."""

from services.network.domain.cases import CaseId
from services.network.domain.separation import RuleId
from services.network.use_cases.lift_separation import lift_separation
from services.network.use_cases.override_separation import end_overrides, override_separation
from services.network.use_cases.see_case import hold_case, hold_open_case, see_case
from services.network.use_cases.see_separations import hold_separation, see_separations
from services.network.use_cases.set_separation import set_separation
from services.network.web.county import today_of
from services.network.web.schemas.releases import override_from, override_out
from services.network.web.schemas.separations import separation_out, set_separation_from
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, no_content, page


async def post_separation(unit: Unit, call: Call) -> Reply:
    """Keep two people apart, everywhere in the county."""
    today = today_of(unit, call)
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    rule = await set_separation(unit, case, set_separation_from(call.body), caller=call.staff, today=today, now=unit.now)
    location = f"/v1/cases/{spell('case', case.id)}/separation-rules/{spell('sep', rule.id)}"
    return created(separation_out(rule, today), location=location, etag=str(rule.version))


async def get_separations(unit: Unit, call: Call) -> Reply:
    """List the rules of a family that were not lifted."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    today = today_of(unit, call)
    return page([separation_out(rule, today) for rule in await see_separations(unit, case)])


async def delete_separation(unit: Unit, call: Call) -> Reply:
    """Let two people meet again. A rule outlives work with its family, and so may its lifting."""
    case = await hold_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    rule = await hold_separation(unit, case, RuleId(call.ids["rule_id"]))
    call.require_match(str(rule.version))
    await lift_separation(unit, rule, caller=call.staff, today=today_of(unit, call), now=unit.now)
    return no_content()


async def post_override(unit: Unit, call: Call) -> Reply:
    """Let a separation rest for some days, with a reason. Meetings keep the two apart all the same."""
    today = today_of(unit, call)
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    rule = await hold_separation(unit, case, RuleId(call.ids["rule_id"]))
    override = await override_separation(unit, case, rule, override_from(call.body), caller=call.staff, today=today, now=unit.now)
    path = f"/v1/cases/{spell('case', case.id)}/separation-rules"
    return created(override_out(override), location=path)


async def delete_overrides(unit: Unit, call: Call) -> Reply:
    """Let a separation that rests keep the two apart again."""
    case = await hold_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    rule = await hold_separation(unit, case, RuleId(call.ids["rule_id"]))
    await end_overrides(unit, case, rule)
    return no_content()
