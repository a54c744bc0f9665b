"""A family's page: its people by circle, its children and due dates, its meetings; adding people, circles, who must never meet."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from services.portal.domain import families as domain
from services.portal.domain.board import due_flag
from services.portal.domain.circles import Changed, rings, short
from services.portal.use_cases.agree_on_plan import tell
from services.portal.use_cases.show_family import LAST_CHANGES, show_family
from services.portal.use_cases.show_member import show_member
from services.portal.web import codes, plan_codes, record_codes, words
from services.portal.web.forms import Form
from services.portal.web.pages import Visit, see_other
from shared.kernel.errors import NotFound
from shared.kernel.wall import at_wall
from shared.web.client import Problem

LANGUAGES = ("en", "es", "vi", "zh-Hant", "zh-Hans", "ko", "tl", "hy", "ru", "hmn", "ar", "fa", "km", "pa", "mix", "ase")
_PERSON_FIELDS = {
    "#/given_name": "given_name",
    "#/family_name": "family_name",
    "#/spoken_language": "spoken_language",
    "#/written_language": "written_language",
    "#/born_on": "born_on",
    "#/contact_points": "phone",
}


async def get_family(visit: Visit) -> web.StreamResponse:
    """Show one family."""
    return await _family_page(visit, visit.form)


async def _family_page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    me = visit.staff.staff_id
    seen = await show_family(
        visit.network, visit.meetings, visit.plans, visit.circles, visit.path("case_id"), me=me, clock=lambda: visit.now
    )
    draft = await visit.portal.sign_ins.draft(visit.staff, seen.family.id)
    return visit.page(
        "family.html",
        status=status,
        seen=seen,
        family=seen.family,
        roster=seen.roster,
        circles=domain.by_circle(seen.roster.members),
        rings=rings(seen.roster.members),
        short=short,
        changes=changes_in_words(seen.changes[:LAST_CHANGES], seen.staff, me=me),
        moved_by=lambda one: actor_in_words(one, seen.staff, me=me),
        local=lambda at: at_wall(at, seen.family.time_zone),
        kept_apart=domain.kept_apart,
        due_flag=due_flag,
        draft=draft,
        form=form,
        errors=form.errors,
    )


def changes_in_words(changes: Sequence[Changed], staff: Mapping[str, str], *, me: str) -> list[tuple[Changed, str, str]]:
    """Return the latest changes, those of one kind by one person in a row told once."""
    found: list[tuple[Changed, str, str]] = []
    for one in changes:
        what = words.label(record_codes.CHANGES, one.kind)
        who = actor_in_words(one, staff, me=me)
        if not found or (found[-1][0].actor_id, found[-1][2]) != (one.actor_id, what):
            found.append((one, words.capital(who), what))
    return found


def actor_in_words(one: Changed, staff: Mapping[str, str], *, me: str) -> str:
    """Say who made a change: a colleague by name, where one is on record."""
    if one.actor_id == me:
        return "you"
    known = staff.get(one.actor_id) if one.actor_kind == "staff" else None
    return known or words.label(record_codes.ACTORS, one.actor_kind)


async def get_new_person(visit: Visit) -> web.StreamResponse:
    """Ask for a name or number: the person may already be registered."""
    family = await visit.network.family(visit.path("case_id"))
    return visit.page("person_find.html", family=family, matches=None, form=visit.form, errors={})


async def post_find_person(visit: Visit) -> web.StreamResponse:
    """Look among the county's people before registering anybody twice."""
    form = visit.form
    family = await visit.network.family(visit.path("case_id"))
    name = form.require("name", "Type the person's name.")
    matches = None
    if not form.errors:
        try:
            matches = await visit.network.search(name=name, phone=form.text("phone"))
        except Problem as problem:
            if problem.status != 422:
                raise
            form.take(problem, {"#/phone": "phone", "#/name": "name"}, default="name")
    return visit.page(
        "person_find.html", status=422 if form.errors else 200, family=family, matches=matches, form=form, errors=form.errors
    )


async def post_add_member(visit: Visit) -> web.StreamResponse:
    """Bring somebody who is registered into the family, or show the form for somebody new."""
    form, case_id = visit.form, visit.path("case_id")
    family = await visit.network.family(case_id)
    if form.text("step") != "add":
        return visit.page(
            "person_add.html", family=family, languages=LANGUAGES, form=form, errors={}, person_id=form.text("person")
        )
    return await _add(visit, form, family)


async def _add(visit: Visit, form: Form, family: domain.Family) -> web.StreamResponse:
    person_id, key = form.text("person"), form.text("key")
    relationship = form.text("relationship_words") if form.text("relationship") == "other" else form.text("relationship")
    if not relationship:
        form.errors["relationship"] = "Choose how this person stands to the child."
    if not person_id:
        form.require("given_name", "Type a first name.")
    born_on = form.day("born_on", "Date of birth")
    if not form.errors:
        try:
            if not person_id:
                facts = _person_facts(form) | ({"born_on": born_on.isoformat()} if born_on else {})
                person_id = (await visit.network.register(facts, key=f"{key}-person")).id
            standing = {
                "person_id": person_id,
                "relationship": relationship,
                "side": form.one_of("side", tuple(codes.SIDES), "na"),
                "circle": form.one_of("circle", domain.CIRCLES, "none"),
                "support_type": form.one_of("support_type", tuple(codes.SUPPORTS), "informal"),
                "caregiver_of_concern": form.flag("caregiver_of_concern"),
            }
            await visit.network.add_member(family.id, standing, key=f"{key}-member")
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            form.take(problem, _PERSON_FIELDS)
        else:
            return see_other(f"/families/{family.id}#people")
    return visit.page(
        "person_add.html",
        status=422,
        family=family,
        languages=LANGUAGES,
        form=form,
        errors=form.errors,
        person_id=form.text("person"),
    )


def _person_facts(form: Form) -> dict[str, object]:
    points: list[dict[str, object]] = []
    if form.text("phone"):
        is_mobile = form.text("phone_kind") != "landline"
        points.append(
            {
                "channel": "sms" if is_mobile else "voice",
                "value": form.text("phone"),
                "preferred": not form.text("email"),
                "consent": "requested" if is_mobile and form.flag("texts_asked") else "none",
                **({"consent_source": "asked_by_staff"} if is_mobile and form.flag("texts_asked") else {}),
            }
        )
    if form.text("email"):
        points.append({"channel": "email", "value": form.text("email"), "preferred": True, "consent": "none"})
    spoken = form.text("spoken_language", "en")
    return {
        "given_name": form.text("given_name"),
        "family_name": form.text("family_name"),
        "spoken_language": spoken,
        "written_language": form.text("written_language") or spoken,
        "interpreter_needed": form.flag("interpreter_needed"),
        "voicemail_ok": form.flag("voicemail_ok"),
        "contact_points": points,
    }


async def get_member(visit: Visit) -> web.StreamResponse:
    """Show one member's place, to change it or take the person off."""
    return await _member_page(visit, None)


async def _member_page(visit: Visit, form: Form | None, *, status: int = 200, stale: bool = False) -> web.Response:
    seen = await show_member(
        visit.network,
        visit.circles,
        visit.shared_words,
        visit.path("case_id"),
        visit.path("member_id"),
        me=visit.staff.staff_id,
    )
    return visit.page(
        "member_edit.html",
        status=status,
        seen=seen,
        family=seen.family,
        member=seen.member,
        dangers=seen.dangers,
        form=form,
        errors={} if form is None or stale else form.errors,
        stale=seen.member if stale else None,
    )


async def post_member(visit: Visit) -> web.StreamResponse:
    """Change a member's place. If somebody else did so meanwhile, both versions are shown and nothing typed is lost."""
    form, case_id, member_id = visit.form, visit.path("case_id"), visit.path("member_id")
    action = form.text("action")
    try:
        if action == "remove":
            await visit.network.remove_member(case_id, member_id, etag=form.text("etag"))
        elif action in {"seen", "lose", "vet"}:
            await _keep_standing(visit, action)
            return see_other(f"/families/{case_id}/members/{member_id}#{'vetting' if action == 'vet' else 'qualities'}")
        else:
            await visit.network.change_member(case_id, member_id, _changes(form), etag=form.text("etag"))
    except Problem as problem:
        if problem.status not in {409, 412, 422}:
            raise
        if problem.status == 412:
            return await _member_page(visit, form, status=412, stale=True)
        form.take(problem, {"#/relationship": "relationship", "#/set_aside_reason": "set_aside_reason", "#/words": "vetting_words"})
        return await _member_page(visit, form, status=422)
    return see_other(f"/families/{case_id}#people")


def _changes(form: Form) -> dict[str, object]:
    changes: dict[str, object] = {}
    if "circle" in form:
        changes["circle"] = form.one_of("circle", domain.CIRCLES, "none")
    if form.text("action") == "all":
        relationship = form.text("relationship")
        changes |= {
            "relationship": form.text("relationship_words") or "other" if relationship == "other" else relationship,
            "side": form.one_of("side", tuple(codes.SIDES), "na"),
            "support_type": form.one_of("support_type", tuple(codes.SUPPORTS), "informal"),
            "caregiver_of_concern": form.flag("caregiver_of_concern"),
        }
        if "knows_level" in form:
            changes["knows_level"] = form.one_of("knows_level", tuple(plan_codes.KNOWS), "nothing")
        if "set_aside" in form:
            changes["set_aside"] = form.one_of("set_aside", tuple(plan_codes.SET_ASIDE), "") or None
            changes["set_aside_reason"] = form.text("set_aside_reason") or None
    return changes


async def _keep_standing(visit: Visit, action: str) -> None:
    """Keep a quality that was seen or lost, or what looking into a member came to."""
    form, case_id, member_id = visit.form, visit.path("case_id"), visit.path("member_id")
    if action == "vet":
        facts = {
            "outcome": form.one_of("outcome", tuple(plan_codes.VETTINGS), "not_vetted"),
            "limits": [one for one in form.all("limits") if one in plan_codes.LIMITS],
            "words": form.text("vetting_words"),
        }
        await visit.circles.vet(case_id, member_id, facts)
        return
    quality = form.one_of("quality", ("cares", "willing_to_meet", "understands_concern"), "cares")
    if action == "lose":
        await visit.circles.lose_quality(case_id, member_id, quality, etag=form.text("etag"))
    elif quality == "understands_concern":
        dangers = await visit.shared_words.statements(case_id, "danger")
        danger = next((one for one in dangers if one.id == form.text("danger")), None)
        if danger is None:
            raise NotFound
        await tell(visit.circles, visit.shared_words, case_id, danger, {member_id: ()}, today=visit.today)
    else:
        await visit.circles.see_quality(case_id, member_id, quality, {"seen_on": visit.today.isoformat()})


async def post_separation(visit: Visit) -> web.StreamResponse:
    """Keep two people apart everywhere."""
    form, case_id = visit.form, visit.path("case_id")
    until = form.day("until", "Until")
    if not form.text("person_a") or not form.text("person_b") or form.text("person_a") == form.text("person_b"):
        form.errors["person_b"] = "Choose two different people."
    if form.text("reason") not in codes.SEPARATIONS:
        form.errors["reason"] = "Choose the reason."
    if not form.errors:
        facts = {name: form.text(name) for name in ("person_a", "person_b", "reason")}
        try:
            await visit.network.set_separation(
                case_id, facts | ({"until": until.isoformat()} if until else {}), key=form.text("key")
            )
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            form.take(problem, {"#/until": "until", "#/person_b": "person_b"}, default="person_b")
        else:
            return see_other(f"/families/{case_id}#apart")
    return await _family_page(visit, form, status=422)
