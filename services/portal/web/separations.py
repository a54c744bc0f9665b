"""One rule that keeps two people apart: what it does, letting it rest for some days, and lifting it."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from services.portal.domain.families import LONGEST_REST_DAYS, Family, Roster, Separation
from services.portal.web.forms import Form
from services.portal.web.pages import Visit, see_other
from shared.kernel.errors import NotFound
from shared.web.client import Problem

_FIELDS = {"#/reason": "reason", "#/until": "until"}
_ASK = "You may read this, but not change it. Ask your supervisor."


@dataclass(frozen=True, slots=True)
class _Place:
    """A rule of a family."""

    family: Family
    roster: Roster
    rule: Separation


async def _place(visit: Visit) -> _Place:
    case_id, rule_id = visit.path("case_id"), visit.path("rule_id")
    family, roster, rules = await asyncio.gather(
        visit.network.family(case_id), visit.network.roster(case_id), visit.network.separations(case_id)
    )
    rule = next((one for one in rules if one.id == rule_id), None)
    if rule is None:
        raise NotFound
    return _Place(family, roster, rule)


async def get_rule(visit: Visit) -> web.StreamResponse:
    """Show a rule, and what letting it rest or lifting it does."""
    return _page(visit, await _place(visit), visit.form)


def _page(visit: Visit, place: _Place, form: Form, *, status: int = 200) -> web.Response:
    return visit.page(
        "separation.html",
        status=status,
        family=place.family,
        roster=place.roster,
        rule=place.rule,
        rests=place.rule.rests(visit.today),
        last_day=visit.today + timedelta(days=LONGEST_REST_DAYS),
        form=form,
        errors=form.errors,
    )


async def post_rest(visit: Visit) -> web.StreamResponse:
    """Let a rule rest for some days, with a reason. Meetings keep the two apart all the same."""
    form, place = visit.form, await _place(visit)
    reason = form.require("reason", "Say why it is safe, so that others understand it later.")
    until = form.day("until", "Last day")
    if until is None:
        form.errors.setdefault("until", "Choose the last day on which it rests.")
    if until is None or form.errors:
        return _page(visit, place, form, status=422)
    try:
        await visit.network.override_separation(
            place.family.id, place.rule.id, {"reason": reason, "until": until.isoformat()}, key=form.text("key")
        )
    except Problem as problem:
        return _refused(visit, place, form, problem)
    return see_other(_path(place))


async def post_again(visit: Visit) -> web.StreamResponse:
    """Let a rule that rests keep the two apart again, from now on."""
    form, place = visit.form, await _place(visit)
    try:
        await visit.network.end_overrides(place.family.id, place.rule.id)
    except Problem as problem:
        return _refused(visit, place, form, problem)
    return see_other(_path(place))


async def post_lift(visit: Visit) -> web.StreamResponse:
    """End a rule that kept two people apart."""
    form, place = visit.form, await _place(visit)
    try:
        await visit.network.lift_separation(place.family.id, place.rule.id, etag=form.text("etag"))
    except Problem as problem:
        return _refused(visit, place, form, problem)
    return see_other(f"/families/{place.family.id}#apart")


def _path(place: _Place) -> str:
    return f"/families/{place.family.id}/separation-rules/{place.rule.id}"


def _refused(visit: Visit, place: _Place, form: Form, problem: Problem) -> web.Response:
    """Show the rule again with what was refused, and what to do next."""
    if problem.status not in {403, 409, 412, 422}:
        raise problem
    if problem.code == "forbidden":
        form.errors["form"] = _ASK
    elif problem.status == 412:
        form.errors["form"] = "Somebody changed this rule in the meantime. Read it again, and lift it if that is still right."
    else:
        form.take(problem, _FIELDS, default="until" if problem.code == "override_too_long" else "form")
    return _page(visit, place, form, status=problem.status)
