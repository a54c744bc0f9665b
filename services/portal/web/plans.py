"""One plan's page, and what is done from it: bring it into force, record answers, leave time open with a reason, end it."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from aiohttp import web

from services.portal.domain.plans import Commitment, Missing, Plan, Turn
from services.portal.gateways.calling import if_allowed
from services.portal.use_cases.show_plan import SeenPlan, plan_of
from services.portal.web import plan_codes, plan_words
from services.portal.web.forms import Form
from services.portal.web.pages import Visit, see_other
from services.portal.web.plan_agreed import ground_of
from services.portal.web.plan_builder import plan_path, seen_plan
from shared.kernel.errors import NotFound
from shared.kernel.wall import at_wall, resolve
from shared.web.client import Problem

LOOKED_BACK = frozenset({"kept", "partly_kept", "missed"})
OF_A_TURN = LOOKED_BACK | {"turn_excused", "turn_confirmed"}
BACK = timedelta(days=7)
AHEAD = timedelta(days=23)


async def get_plans(visit: Visit) -> web.StreamResponse:
    """Show all plans of a family, the present one first."""
    family = await visit.network.family(visit.path("case_id"))
    plans = await visit.plans.of_family(family.id)
    return visit.page("plans.html", family=family, plans=sorted(plans, key=_newest))


def _newest(plan: Plan) -> tuple[bool, bool, float]:
    return plan.has_ended, plan.is_draft, -plan.starts_on.toordinal()


async def get_plan(visit: Visit) -> web.StreamResponse:
    """Show a plan: a draft with all that is missing, one in force with what lies open."""
    return await _plan_page(visit, visit.form)


async def _plan_page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    ground, reviews = await asyncio.gather(
        ground_of(visit, whole=False), if_allowed(visit.plans.reviews(visit.path("plan_id")), ())
    )
    seen = ground.seen
    return visit.page(
        "plan.html",
        status=status,
        seen=seen,
        ground=ground,
        reviews=reviews,
        family=seen.family,
        plan=seen.plan,
        mend=lambda one: mend(visit, seen, one),
        local=lambda at: at_wall(at, seen.plan.time_zone),
        says=plan_words.plan_says(seen.plan, visit.today),
        kept="Look at it, and do it again if it still fits." + (" Your words are kept." if form.text("words") else ""),
        form=form,
        errors=form.errors,
    )


def mend(visit: Visit, seen: SeenPlan, missing: Missing) -> tuple[str, str]:
    """Return where a thing that is missing is mended, and what the link says."""
    plan = seen.plan
    if missing.starts_at is not None and missing.ends_at is not None:
        return fill_path(visit, plan, missing.starts_at, missing.ends_at), "Find somebody"
    subject = missing.subject_id or ""
    if subject.startswith("com_"):
        return plan_path(visit, plan.id, f"/promises/{subject}"), "Record an answer"
    if subject.startswith("mem_"):
        return f"/families/{plan.case_id}/members/{subject}", "Open their page"
    where: Mapping[str, tuple[str, str]] = {
        "no_windows": ("/when", "Choose the time"),
        "no_protective_adult": ("/who", "Choose who"),
        "no_network": ("/agreed#told", "Say who knows the worry"),
        "starts_later": ("", "Look at its dates"),
        "threat_unanswered": ("/agreed", "Add a step"),
        "step_not_agreed": ("#steps-of-it", "Look at the steps"),
        "no_family_agreement": ("/agreed#agree", "Record who agrees"),
        "no_monitoring": ("/agreed#monitoring", "Say how you check"),
        "no_backup_procedure": ("/agreed#backup", "Say what happens then"),
    }
    step, said = where.get(missing.code, ("", "Look at the plan"))
    return plan_path(visit, plan.id, step), said


def fill_path(visit: Visit, plan: Plan, starts_at: datetime, ends_at: datetime) -> str:
    """Return where somebody is found for an open time."""
    starts, ends = at_wall(starts_at, plan.time_zone), at_wall(ends_at, plan.time_zone)
    return plan_path(visit, plan.id, f"/who?from={starts:%Y-%m-%dT%H:%M}&until={ends:%Y-%m-%dT%H:%M}")


async def _plan(visit: Visit) -> Plan:
    """The plan of the address alone."""
    return await plan_of(visit.plans, visit.path("case_id"), visit.path("plan_id"))


async def post_activate(visit: Visit) -> web.StreamResponse:
    """Bring the plan into force; what is missing is shown on the plan's page."""
    plan = await _plan(visit)
    try:
        await visit.plans.activate(plan.id, etag=visit.form.text("etag") or plan.etag)
    except Problem as problem:
        if problem.status not in {409, 412}:
            raise
        visit.form.take(problem, {})
        return await _plan_page(visit, visit.form, status=problem.status)
    return see_other(plan_path(visit, plan.id))


async def post_oversight(visit: Visit) -> web.StreamResponse:
    """Lay a plan before the supervisor, or do the supervisor's part: approve it, or give it back with words."""
    form, plan = visit.form, await _plan(visit)
    verb = form.one_of("action", ("submit", "approve", "return"), "submit")
    facts = {"words": form.require("words", "Say what must be mended.")} if verb == "return" else {}
    if not form.errors:
        try:
            await visit.plans.move_on(plan.id, verb, facts, etag=form.text("etag") or plan.etag)
        except Problem as problem:
            if problem.status not in {403, 409, 412, 422}:
                raise
            form.take(problem, {"#/words": "words"})
        else:
            return see_other(plan_path(visit, plan.id))
    return await _plan_page(visit, form, status=form.status)


async def post_step(visit: Visit) -> web.StreamResponse:
    """Record that a step's owner said yes, or take the step out."""
    form, ground = visit.form, await ground_of(visit, whole=False)
    step = next((one for one in ground.steps if one.id == visit.path("step_id")), None)
    if step is not None:
        try:
            if form.text("action") == "drop":
                await visit.plans.drop_step(ground.seen.plan.id, step.id, etag=form.text("etag") or step.etag)
            elif form.require("witness", "What was spoken needs a witness. Name who heard it."):
                await visit.plans.agree_to_step(ground.seen.plan.id, step.id, form.text("witness"))
        except Problem as problem:
            if problem.status not in {409, 412, 422}:
                raise
            form.take(problem, {}, default="steps-of-it")
    if form.errors:
        return await _plan_page(visit, form, status=form.status)
    return see_other(plan_path(visit, ground.seen.plan.id))


async def post_take_back(visit: Visit) -> web.StreamResponse:
    """Record that somebody takes their yes to the plan back."""
    plan = await _plan(visit)
    try:
        await visit.plans.take_back(plan.id, visit.path("agreement_id"))
    except Problem as problem:
        if problem.status != 409:
            raise
        visit.form.take(problem, {})
        return await _plan_page(visit, visit.form, status=409)
    return see_other(plan_path(visit, plan.id, "#agreed"))


async def get_review(visit: Visit) -> web.StreamResponse:
    """Ask what a review came to."""
    return await _review_page(visit, visit.form)


async def _review_page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    seen = await seen_plan(visit)
    return visit.page("plan_review.html", status=status, family=seen.family, plan=seen.plan, form=form, errors=form.errors)


async def post_review(visit: Visit) -> web.StreamResponse:
    """Keep a review, or make a new version of the plan."""
    form, plan = visit.form, await _plan(visit)
    try:
        if form.text("action") == "revise":
            fresh = await visit.plans.revise(plan.id, key=form.text("key"))
            return see_other(plan_path(visit, fresh.id))
        outcome = form.one_of("outcome", tuple(plan_codes.REVIEWS), "")
        held_on = form.day("held_on", "Held on") or visit.today
        if not outcome:
            form.errors["outcome"] = "Choose what it came to."
        if not form.errors:
            facts = {"outcome": outcome, "held_on": held_on.isoformat(), "text": form.text("text")}
            await visit.plans.hold_review(plan.id, facts, key=form.text("key"))
            return see_other(plan_path(visit, plan.id))
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        form.take(problem, {"#/held_on": "held_on", "#/text": "text"}, default="outcome")
    return await _review_page(visit, form, status=422)


async def get_end(visit: Visit) -> web.StreamResponse:
    """Ask how the plan ends."""
    return await _end_page(visit, visit.form)


async def _end_page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    seen = await seen_plan(visit)
    endings = [code for code in plan_codes.ENDINGS if seen.plan.is_in_force or code == "cancelled"]
    return visit.page(
        "plan_end.html",
        status=status,
        seen=seen,
        family=seen.family,
        plan=seen.plan,
        endings=endings,
        says=plan_words.plan_says(seen.plan, visit.today),
        form=form,
        errors=form.errors,
    )


async def post_end(visit: Visit) -> web.StreamResponse:
    """End the plan; whoever promised something in it is told that it is over."""
    form, plan = visit.form, await _plan(visit)
    outcome = form.one_of("outcome", tuple(plan_codes.ENDINGS), "")
    if not outcome:
        form.errors["outcome"] = "Choose how it ends."
    else:
        try:
            await visit.plans.end(plan.id, outcome, etag=form.text("etag") or plan.etag)
        except Problem as problem:
            if problem.status not in {409, 412, 422}:
                raise
            form.take(problem, {"#/outcome": "outcome"}, default="outcome")
        else:
            return see_other(plan_path(visit, plan.id))
    return await _end_page(visit, form, status=form.status)


async def get_promise(visit: Visit) -> web.StreamResponse:
    """Show one promise, to record what its member said."""
    return await _promise_page(visit, visit.form)


async def _promise_page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    seen = await seen_plan(visit)
    promise = seen.commitment(visit.path("commitment_id"))
    turns = await _turns(visit, seen, promise)
    return visit.page(
        "plan_promise.html",
        status=status,
        seen=seen,
        family=seen.family,
        plan=seen.plan,
        promise=promise,
        ahead=[one for one in turns if one.ends_at > visit.now],
        past=[one for one in turns if one.starts_at <= visit.now],
        local=lambda at: at_wall(at, promise.time_zone),
        form=form,
        errors=form.errors,
    )


async def _turns(visit: Visit, seen: SeenPlan, promise: Commitment) -> tuple[Turn, ...]:
    if not promise.holds or seen.plan.has_ended:
        return ()
    today = at_wall(visit.now, seen.plan.time_zone).date()
    begin = max(seen.plan.starts_on, today - BACK)
    coverage = await visit.plans.coverage(seen.plan.id, begin, begin + BACK + AHEAD)
    return tuple(one for one in coverage.turns if one.commitment_id == promise.id)


async def post_promise(visit: Visit) -> web.StreamResponse:
    """Record what a member said, with who heard it."""
    form, (plan, promises) = visit.form, await asyncio.gather(_plan(visit), visit.plans.commitments(visit.path("plan_id")))
    promise = next((one for one in promises if one.id == visit.path("commitment_id")), None)
    if promise is None:
        raise NotFound
    said = form.one_of("said", tuple(plan_codes.SAID), "")
    facts: dict[str, object] = {"said": said, "witness": form.text("witness"), "note": form.text("note")}
    if not said:
        form.errors["said"] = "Choose what they said."
    elif said in {"accepted", "partial"}:
        form.require("witness", "A promise that was spoken needs a witness. Name who heard it.")
    elif said in OF_A_TURN:
        field = "turn_past" if said in LOOKED_BACK else "turn"
        facts["turn_starts_at"] = form.require(field, "Choose which time it is about.")
    if said == "partial":
        until = form.wall("until_day", "until")
        if until is not None:
            facts["until"] = resolve(until, promise.time_zone).instant.isoformat()
    if not form.errors:
        try:
            await visit.plans.answer(plan.id, promise.id, facts, key=form.text("key"))
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            form.take(problem, {"#/witness": "witness", "#/turn_starts_at": "turn", "#/until": "until_day"}, default="said")
        else:
            return see_other(plan_path(visit, plan.id))
    return await _promise_page(visit, form, status=422)


async def post_link(visit: Visit) -> web.StreamResponse:
    """Make a personal link of a promise to hand over, shown on this page and nowhere else."""
    seen = await seen_plan(visit)
    promise = seen.commitment(visit.path("commitment_id"))
    try:
        url = await visit.notify.new_link(promise.person_id, {"commitment_id": promise.id}, key=visit.form.text("key"))
    except Problem as problem:
        if problem.status not in {404, 409, 422}:
            raise
        visit.form.errors["form"] = "There is no page for this: it is over, or they have not been asked yet. Look at it again."
        return await _promise_page(visit, visit.form, status=409)
    return visit.page(
        "plan_link.html",
        family=seen.family,
        plan=seen.plan,
        name=seen.name(promise.member_id),
        promise_path=plan_path(visit, seen.plan.id, f"/promises/{promise.id}"),
        url=url,
    )


async def get_gap(visit: Visit) -> web.StreamResponse:
    """Show one gap: who was asked, what is left, and the way to leave it open with a reason."""
    return await _gap_page(visit, visit.form)


async def _gap_page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    seen = await seen_plan(visit, whole=True)
    gap = seen.gap(visit.path("gap_id"))
    return visit.page(
        "plan_gap.html",
        status=status,
        seen=seen,
        family=seen.family,
        plan=seen.plan,
        gap=gap,
        fill=lambda one: fill_path(visit, seen.plan, one.starts_at, one.ends_at),
        local=lambda at: at_wall(at, gap.time_zone),
        says=plan_words.gap_says(gap, visit.today),
        form=form,
        errors=form.errors,
    )


async def post_gap(visit: Visit) -> web.StreamResponse:
    """Let a time stay open, with a reason; the supervisor gets a copy."""
    form, plan, gap_id = visit.form, await _plan(visit), visit.path("gap_id")
    reason = form.require("reason", "Say why this time may stay as it is: nobody protects the child then.")
    if not form.errors:
        try:
            await visit.plans.accept_gap(plan.id, gap_id, reason, etag=form.text("etag"))
        except Problem as problem:
            if problem.status not in {409, 412, 422}:
                raise
            form.take(problem, {"#/reason": "reason"}, default="reason")
        else:
            return see_other(plan_path(visit, plan.id))
    return await _gap_page(visit, form, status=form.status)
