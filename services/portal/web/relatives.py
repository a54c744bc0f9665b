"""Finding people: the list of whom one forgets, and the notices that relatives are owed. Written releases stand here too."""

from typing import Any

from aiohttp import web

from services.portal.domain.circles import KinNotice, Release
from services.portal.domain.families import Family, Roster
from services.portal.gateways.calling import if_allowed, public_id
from services.portal.web import codes, plan_codes
from services.portal.web.forms import Form
from services.portal.web.pages import Visit, see_other
from shared.kernel.errors import NotFound
from shared.web.client import Problem

_NOTICE_FIELDS = {
    "#/person_id": "person_id",
    "#/child_id": "child_id",
    "#/relationship": "relationship",
    "#/notified_on": "notified_on",
    "#/method": "method",
    "#/located_on": "located_on",
    "#/responded_on": "responded_on",
    "#/exempt_reason": "exempt_reason",
}
_RELEASE_FIELDS = {
    "#/signer_person_id": "signer_person_id",
    "#/signer_capacity": "signer_capacity",
    "#/covers_member_ids": "covers",
    "#/record_classes": "record_classes",
    "#/signed_on": "signed_on",
    "#/method": "method",
    "#/recipients": "recipients",
}


async def get_relatives(visit: Visit) -> web.StreamResponse:
    """Show whom one may have forgotten, and which relatives must still be told in writing."""
    return await _page(visit, visit.form)


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    family, roster = await _family(visit)
    prompts = await if_allowed(visit.circles.prompts(family.id), ())
    notices = await if_allowed(visit.circles.kin_notices(family.id), ())
    return visit.page(
        "relatives.html",
        status=status,
        family=family,
        roster=roster,
        prompts=prompts,
        notices=sorted(notices, key=_pressing),
        form=form,
        errors=form.errors,
    )


async def _family(visit: Visit) -> tuple[Family, Roster]:
    case_id = visit.path("case_id")
    return await visit.network.family(case_id), await visit.network.roster(case_id)


def _pressing(one: KinNotice) -> tuple[bool, str, str]:
    return not one.owed, one.due_on.isoformat() if one.due_on else "9", one.id


async def post_prompt(visit: Visit) -> web.StreamResponse:
    """Record that somebody looked there, and found nobody."""
    form, family = visit.form, await visit.network.family(visit.path("case_id"))
    prompt = form.one_of("prompt", tuple(plan_codes.PROMPTS), "")
    note = form.require("note", "Say where you looked, and whom you asked.")
    if not prompt:
        raise NotFound
    if not form.errors:
        await visit.circles.looked_into(family.id, prompt, note)
        return see_other(f"/families/{family.id}/relatives")
    return await _page(visit, form, status=422)


async def post_new_notice(visit: Visit) -> web.StreamResponse:
    """Begin to track the notice to a relative."""
    form, family = visit.form, await visit.network.family(visit.path("case_id"))
    form.require("person_id", "Choose the relative.")
    form.require("child_id", "Choose the child.")
    if form.text("relationship") not in codes.RELATIONSHIPS:
        form.errors["relationship"] = "Choose how this person stands to the child."
    facts = {name: form.text(name) for name in ("person_id", "child_id", "relationship", "note")}
    return await _sent(
        visit, form, family, lambda: visit.circles.track_notice(family.id, facts, key=form.text("key")), default="person_id"
    )


async def post_notice(visit: Visit) -> web.StreamResponse:
    """Say how far the notice to a relative has come."""
    form, family = visit.form, await visit.network.family(visit.path("case_id"))
    state = form.one_of("state", tuple(plan_codes.NOTICES), "identified")
    facts: dict[str, Any] = {"state": state}
    wanted = {"located": ("located_on",), "notified": ("notified_on", "method"), "responded": ("responded_on",)}
    wanted["notice_exempt"] = ("exempt_reason",)
    facts |= {name: form.text(name) for name in wanted.get(state, ()) if form.text(name)}
    notice_id = visit.path("notice_id")
    return await _sent(
        visit,
        form,
        family,
        lambda: visit.circles.change_notice(family.id, notice_id, facts, etag=form.text("etag")),
        default="state",
    )


async def _sent(visit: Visit, form: Form, family: Family, send: Any, *, default: str) -> web.StreamResponse:
    if not form.errors:
        try:
            await send()
        except Problem as problem:
            if problem.status not in {409, 412, 422}:
                raise
            form.take(problem, _NOTICE_FIELDS, default=default)
        else:
            return see_other(f"/families/{family.id}/relatives")
    return await _page(visit, form, status=422)


async def get_releases(visit: Visit) -> web.StreamResponse:
    """Show who may be shown which records, and by whose signature."""
    return await _releases_page(visit, visit.form)


async def _releases_page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    family, roster = await _family(visit)
    releases = await visit.circles.releases(family.id)
    return visit.page(
        "releases.html",
        status=status,
        family=family,
        roster=roster,
        releases=sorted(releases, key=_standing),
        form=form,
        errors=form.errors,
    )


def _standing(one: Release) -> tuple[bool, float, str]:
    return not one.active, -one.signed_on.toordinal(), one.id


async def post_release(visit: Visit) -> web.StreamResponse:
    """Record a release as it was signed."""
    form, family = visit.form, await visit.network.family(visit.path("case_id"))
    signed_on = form.day("signed_on", "Signed on")
    form.require("signer_person_id", "Choose who signed.")
    if signed_on is None:
        form.errors.setdefault("signed_on", "Say on which day it was signed.")
    if not form.all("covers"):
        form.errors["covers"] = "Choose at least one person whom the release names."
    if not form.all("record_classes"):
        form.errors["record_classes"] = "Choose at least one kind of records."
    if signed_on is not None and not form.errors:
        facts = {
            "signer_person_id": form.text("signer_person_id"),
            "signer_capacity": form.one_of("signer_capacity", tuple(plan_codes.CAPACITIES), "self"),
            "covers_member_ids": list(form.all("covers")),
            "record_classes": list(form.all("record_classes")),
            "signed_on": signed_on.isoformat(),
            "method": form.one_of("method", tuple(plan_codes.SIGNED), "wet"),
            "recipients": [line.strip() for line in form.text("recipients").split("\n") if line.strip()],
            "note": form.text("note"),
        }
        try:
            await visit.circles.sign_release(family.id, facts, key=form.text("key"))
        except Problem as problem:
            if problem.status not in {403, 409, 422}:
                raise
            form.take(problem, _RELEASE_FIELDS)
        else:
            return see_other(f"/families/{family.id}/releases")
    return await _releases_page(visit, form, status=422)


async def post_revoke(visit: Visit) -> web.StreamResponse:
    """Record that the signer took a release back: what it opened is closed from that day on."""
    form, family = visit.form, await visit.network.family(visit.path("case_id"))
    try:
        await visit.circles.revoke_release(
            family.id, public_id(visit.path("release_id")), visit.today.isoformat(), etag=form.text("etag")
        )
    except Problem as problem:
        if problem.status not in {409, 412, 422}:
            raise
        form.take(problem, {})
        return await _releases_page(visit, form, status=422)
    return see_other(f"/families/{family.id}/releases")
