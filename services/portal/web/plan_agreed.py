"""What everyone agrees on: the worry in plain words, who knows it, the steps, what happens if it fails, and the family's yes.

Two people may write at the same time. A list that only one of them touched is simply kept; one that both did is shown again.
"""

from typing import Any

from aiohttp import web

from services.portal.domain.plans import Plan
from services.portal.domain.shared_words import Statement
from services.portal.use_cases.agree_on_plan import Footing, Ground, keep_words, see_footing, see_ground, tell, unseen
from services.portal.web import plan_words, stale
from services.portal.web.forms import Form
from services.portal.web.pages import Visit, see_other
from services.portal.web.plan_builder import plan_path, seen_plan
from shared.web.client import Problem

NEW = "new"
LISTS = ("triggers", "backup", "monitoring")
LONGEST_LINE = 400
METHODS = ("recorded", "wet", "e_sign")
_FIELDS = {
    "#/text": "danger_text",
    "#/impact": "danger_impact",
    "#/words/triggers": "triggers",
    "#/words/backup": "backup",
    "#/words/monitoring": "monitoring",
    "#/member_id": "agree_member",
    "#/witness": "witness",
}


async def get_agreed(visit: Visit) -> web.StreamResponse:
    """Step 4: what everyone knows and agrees on."""
    return await _page(visit, visit.form)


async def ground_of(visit: Visit, *, whole: bool = True) -> Ground:
    """Return what the plan of the address rests on: with its worries and threats, or with how it is covered."""
    case_id, plan_id = visit.path("case_id"), visit.path("plan_id")
    return await see_ground(seen_plan(visit, cover=not whole), visit.plans, visit.shared_words, case_id, plan_id, whole=whole)


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    ground = await ground_of(visit)
    seen = ground.seen
    if not seen.plan.is_draft and not form:
        return see_other(plan_path(visit, seen.plan.id))
    return visit.page(
        "plan_agreed.html",
        status=status,
        ground=ground,
        seen=seen,
        family=seen.family,
        plan=seen.plan,
        lines=lambda name: form.text(name) if name in _touched(form, seen.plan) else _said(seen.plan, name),
        says=_says(seen.plan),
        form=form,
        errors=form.errors,
    )


async def post_agreed(visit: Visit) -> web.StreamResponse:
    """Keep all of it, in the order in which one rests on the other; what was kept stays kept if a later part is refused."""
    form, case_id, plan_id = visit.form, visit.path("case_id"), visit.path("plan_id")
    ground = await see_footing(visit.network, visit.plans, visit.shared_words, case_id, plan_id)
    _check(form, ground)
    if not form.errors:
        try:
            await _keep(visit, ground)
        except Problem as problem:
            if problem.status not in {403, 409, 412, 422}:
                raise
            form.take(problem, _FIELDS)
        else:
            return see_other(plan_path(visit, plan_id))
    return await _page(visit, form, status=form.status)


def _said(plan: Plan, name: str) -> str:
    return "\n".join(getattr(plan.words, name))


def _says(plan: Plan) -> dict[str, str]:
    return {plan_words.SPOKEN[name]: _said(plan, name) for name in LISTS}


def _touched(form: Form, plan: Plan) -> tuple[str, ...]:
    """Return which lists say something else than when the form was shown."""
    shown = {name: form.text(f"{stale.PREFIX}{plan_words.SPOKEN[name]}", _said(plan, name)) for name in LISTS}
    return tuple(name for name in LISTS if name in form and "\n".join(lines_of(form, name)) != shown[name])


def _check(form: Form, ground: Footing) -> None:
    chosen = form.text("danger")
    if chosen == NEW:
        form.require("danger_text", "Say what you are worried the caregiver may do.")
        form.require("danger_impact", "Say what that may do to the child.")
    elif form.all("told") and chosen not in {one.id for one in ground.dangers}:
        form.errors["danger"] = "Choose, or write, the worry that they were told."
    needs_witness = (form.text("agree_member") and form.text("method", "recorded") == "recorded") or form.flag("step_agreed")
    if needs_witness:
        form.require("witness", "What was spoken needs a witness. Name who heard it.")
    if form.text("step_text") and not (ground.open_threats or chosen):
        form.errors["danger"] = "Choose, or write, the worry that this step answers."
    for name in LISTS:
        if any(len(line) > LONGEST_LINE for line in lines_of(form, name)):
            form.errors[name] = f"Keep each line under {LONGEST_LINE} characters."
    changed = {one.part for one in stale.changes(form, _says(ground.plan))}
    if any(plan_words.SPOKEN[name] in changed for name in _touched(form, ground.plan)):
        form.outdate()


def lines_of(form: Form, name: str) -> tuple[str, ...]:
    """Return what was typed line by line."""
    return tuple(line.strip() for line in form.text(name).split("\n") if line.strip())


async def _keep(visit: Visit, ground: Footing) -> None:
    form, key = visit.form, visit.form.text("key")
    danger = await _danger(visit, ground)
    if danger is not None:
        told = {one.id: unseen(one) for one in ground.members if one.id in form.all("told")}
        await tell(visit.circles, visit.shared_words, ground.plan.case_id, danger, told, today=visit.today)
        form.put("danger", danger.id)
    plan = await keep_words(visit.plans, ground.plan, {name: lines_of(form, name) for name in _touched(form, ground.plan)})
    if form.text("step_text"):
        step = await visit.plans.add_step(plan.id, _step_facts(form, ground, danger), key=f"{key}-step")
        if form.flag("step_agreed"):
            await visit.plans.agree_to_step(plan.id, step.id, form.text("witness"))
        form.put("step_text", "")
    if form.text("agree_member"):
        method = form.one_of("method", METHODS, "recorded")
        facts = {"member_id": form.text("agree_member"), "method": method, "signed_on": visit.today.isoformat()}
        witness = {"witness": form.text("witness")} if method == "recorded" else {}
        await visit.plans.agree(plan.id, facts | witness, key=f"{key}-agree")


async def _danger(visit: Visit, ground: Footing) -> Statement | None:
    form = visit.form
    if form.text("danger") != NEW:
        return next((one for one in ground.dangers if one.id == form.text("danger")), None)
    facts = {"kind": "danger", "text": form.text("danger_text"), "impact": form.text("danger_impact")}
    return await visit.shared_words.write(ground.plan.case_id, facts, key=f"{form.text('key')}-danger")


def _step_facts(form: Form, ground: Footing, danger: Statement | None) -> dict[str, Any]:
    return {
        "owner_member_id": form.text("step_owner"),
        "text": form.text("step_text"),
        "when_words": form.text("step_when"),
        "danger_ids": [danger.id] if danger is not None else [],
        "threat_ids": [one.id for one in ground.open_threats],
    }
