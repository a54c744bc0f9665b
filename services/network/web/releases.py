"""Handlers about written releases, and about what a member may see because of them."""

from datetime import date

from services.network.domain.cases import Case, CaseId
from services.network.domain.members import MemberId
from services.network.domain.releases import ReleaseId
from services.network.use_cases.end_release import revoke_release
from services.network.use_cases.see_case import hold_case, hold_open_case, see_case
from services.network.use_cases.see_releases import hold_release, see_release, see_releases
from services.network.use_cases.see_sight import see_sight
from services.network.use_cases.sign_release import sign_release
from services.network.web.schemas.releases import release_out, sight_out, sign_release_from
from services.network.web.schemas.values import place_from, place_of
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.kernel.wall import local_date
from shared.web.routing import Call, Reply, created, ok, page


async def post_release(unit: Unit, call: Call) -> Reply:
    """Record that somebody signed a release."""
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    today = _today(unit, case)
    release = await sign_release(unit, case, sign_release_from(call.body), today=today, now=unit.now)
    location = f"/v1/cases/{spell('case', case.id)}/releases/{spell('rel', release.id)}"
    return created(release_out(release, today), location=location, etag=str(release.version))


async def get_releases(unit: Unit, call: Call) -> Reply:
    """List the releases of a family, those that ended too."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    found = await see_releases(unit, case, after=place_from(call.page_place), limit=call.query.limit)
    is_full = len(found) == call.query.limit
    today = _today(unit, case)
    return page(
        [release_out(release, today) for release in found], next=place_of(found[-1].updated_at, found[-1].id) if is_full else None
    )


async def get_release(unit: Unit, call: Call) -> Reply:
    """Read a release."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    release = await see_release(unit, case, ReleaseId(call.ids["release_id"]))
    return ok(release_out(release, _today(unit, case)), etag=str(release.version))


async def revoke(unit: Unit, call: Call) -> Reply:
    """Record that its signer took a release back. They may do so after work with the family has ended, too."""
    case = await hold_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    release = await hold_release(unit, case, ReleaseId(call.ids["release_id"]))
    if call.if_match:
        call.require_match(str(release.version))
    today = _today(unit, case)
    after = await revoke_release(unit, release, call.body.revoked_on, today=today, now=unit.now)
    return ok(release_out(after, today), etag=str(after.version))


async def get_sight(unit: Unit, call: Call) -> Reply:
    """See what a member may see today, and why."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    member_id, today = MemberId(call.ids["member_id"]), _today(unit, case)
    return ok(sight_out(await see_sight(unit, case, member_id, caller=call.staff, today=today)))


def _today(unit: Unit, case: Case) -> date:
    return local_date(unit.now, case.time_zone)
