"""Handlers about promises: offered to a member, answered, withdrawn, and how each time went."""

from services.network.domain.commitments import CommitmentId, PlanId
from services.network.use_cases.answer_commitment import answer_commitment
from services.network.use_cases.change_commitment import change_commitment
from services.network.use_cases.offer_commitment import offer_commitment
from services.network.use_cases.see_plan import commitment_of, hold_plan, see_commitments, see_plan
from services.network.web.county import county_of
from services.network.web.schemas.commitments import answer_from, commitment_changes_from, commitment_out, offer_from
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, ok, page


async def post_commitment(unit: Unit, call: Call) -> Reply:
    """Ask a member to take on a commitment; nothing is promised until they accept."""
    case, plan = await hold_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    offered = await offer_commitment(unit, plan, case, offer_from(call.body, case.time_zone), county_of(call))
    location = f"/v1/plans/{spell('plan', plan.id)}/commitments/{spell('com', offered.id)}"
    return created(commitment_out(offered), location=location, etag=str(offered.version))


async def get_commitments(unit: Unit, call: Call) -> Reply:
    """List all promises of a plan, asks to backups among them."""
    _, plan = await see_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    return page([commitment_out(each) for each in await see_commitments(unit, plan)])


async def get_commitment(unit: Unit, call: Call) -> Reply:
    """Read a promise."""
    _, plan = await see_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    found = await commitment_of(unit, plan, CommitmentId(call.ids["commitment_id"]))
    return ok(commitment_out(found), etag=str(found.version))


async def post_answer(unit: Unit, call: Call) -> Reply:
    """Record what a member said about a promise, with who heard it."""
    case, plan = await hold_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    commitment = await commitment_of(unit, plan, CommitmentId(call.ids["commitment_id"]))
    answered = await answer_commitment(unit, plan, case, commitment, answer_from(call.body), county_of(call))
    return ok(commitment_out(answered.commitment), etag=str(answered.commitment.version))


async def patch_commitment(unit: Unit, call: Call) -> Reply:
    """Change what is written about a promise, or who steps in."""
    case, plan = await hold_plan(unit, PlanId(call.ids["plan_id"]), caller=call.staff)
    commitment = await commitment_of(unit, plan, CommitmentId(call.ids["commitment_id"]))
    call.require_match(str(commitment.version))
    changes = commitment_changes_from(call.body)
    after = await change_commitment(unit, plan, case, commitment, changes, county_of(call))
    return ok(commitment_out(after), etag=str(after.version))
