"""Handlers about the members of a family's safety network."""

from services.network.domain.cases import CaseId
from services.network.domain.members import MemberId
from services.network.use_cases.add_member import add_member
from services.network.use_cases.change_member import change_member
from services.network.use_cases.commands import StandingChanges
from services.network.use_cases.remove_member import remove_member
from services.network.use_cases.see_case import hold_open_case, see_case
from services.network.use_cases.see_roster import hold_member, see_member, see_members
from services.network.web.county import today_of
from services.network.web.schemas.roster import MemberIn, add_member_from, member_out
from services.network.web.schemas.values import place_from, place_of
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.web.batch import each_item
from shared.web.routing import Call, Reply, created, no_content, ok, page


async def post_member(unit: Unit, call: Call) -> Reply:
    """Bring a person into a family's network."""
    today = today_of(unit, call)
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    member = await add_member(unit, case, add_member_from(call.body), caller=call.staff, today=today, now=unit.now)
    seen = await see_member(unit, member)
    location = f"/v1/cases/{spell('case', case.id)}/members/{spell('mem', member.id)}"
    return created(member_out(seen, today), location=location, etag=str(member.version))


async def get_members(unit: Unit, call: Call) -> Reply:
    """List the members of a family, with what a roster shows of each person."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    found = await see_members(unit, case, after=place_from(call.page_place), limit=call.query.limit)
    is_full = len(found) == call.query.limit
    today = today_of(unit, call)
    return page(
        [member_out(seen, today) for seen in found],
        next=place_of(found[-1].member.updated_at, found[-1].member.id) if is_full else None,
    )


async def patch_member(unit: Unit, call: Call) -> Reply:
    """Change how a member stands around a family."""
    today = today_of(unit, call)
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    member = await hold_member(unit, case, MemberId(call.ids["member_id"]))
    call.require_match(str(member.version))
    changes: StandingChanges = call.body.model_dump(exclude_unset=True)
    after = await change_member(unit, member, changes, today=today, now=unit.now)
    return ok(member_out(await see_member(unit, after), today), etag=str(after.version))


async def delete_member(unit: Unit, call: Call) -> Reply:
    """Take a member off a family's network; nobody else is told."""
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    member = await hold_member(unit, case, MemberId(call.ids["member_id"]))
    call.require_match(str(member.version))
    await remove_member(unit, member, now=unit.now)
    return no_content()


async def post_members_batch(unit: Unit, call: Call) -> Reply:
    """Bring up to 500 people into a family's network, each as POST …/members would; the answer says of each what became of it."""
    today = today_of(unit, call)
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)

    async def make(body: MemberIn) -> str:
        member = await add_member(unit, case, add_member_from(body), caller=call.staff, today=today, now=unit.now)
        return spell("mem", member.id)

    return await each_item(unit, call, MemberIn, make)
