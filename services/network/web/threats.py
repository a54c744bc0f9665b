"""Handlers about safety threats, as workers type them."""

from services.network.domain.cases import CaseId
from services.network.domain.threats import ThreatId
from services.network.use_cases.keep_threats import change_threat, hold_threat, record_threat, see_threats
from services.network.use_cases.see_case import hold_open_case, see_case
from services.network.web.county import county_of, today_of
from services.network.web.schemas.safety import record_threat_from, threat_changes_from, threat_out
from services.network.web.schemas.values import place_from, place_of
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, ok, page


async def post_threat(unit: Unit, call: Call) -> Reply:
    """Keep a threat that the safety assessment came to."""
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    seen = await record_threat(unit, case, record_threat_from(call.body), county_of(call), today=today_of(unit, call))
    location = f"/v1/cases/{spell('case', case.id)}/threats/{spell('thr', seen.threat.id)}"
    return created(threat_out(seen), location=location, etag=str(seen.threat.version))


async def get_threats(unit: Unit, call: Call) -> Reply:
    """List the threats of a family, each with the steps of plans in force that answer it."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    found = await see_threats(unit, case, after=place_from(call.page_place), limit=call.query.limit)
    is_full = len(found) == call.query.limit
    place = place_of(found[-1].threat.updated_at, found[-1].threat.id) if is_full else None
    return page([threat_out(each) for each in found], next=place)


async def patch_threat(unit: Unit, call: Call) -> Reply:
    """Change a threat, or record what resolved it."""
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    threat = await hold_threat(unit, case, ThreatId(call.ids["threat_id"]))
    call.require_match(str(threat.version))
    seen = await change_threat(unit, case, threat, threat_changes_from(call.body), today=today_of(unit, call))
    return ok(threat_out(seen), etag=str(seen.threat.version))
