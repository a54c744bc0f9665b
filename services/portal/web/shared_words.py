"""The words that everyone shares: the map, who was told what, the children's own words, the scale, acts of protection."""

from aiohttp import web

from services.portal.domain import shared_words as domain
from services.portal.gateways.calling import if_allowed, public_id
from services.portal.use_cases.show_words import show_words
from services.portal.web import plan_codes
from services.portal.web.forms import Form
from services.portal.web.pages import Visit, see_other
from shared.kernel.errors import NotFound
from shared.web.client import Problem

_FIELDS = {
    "#/text": "text",
    "#/impact": "impact",
    "#/tense": "tense",
    "#/actor_id": "actor_id",
    "#/links": "links",
    "#/why": "why",
    "#/happened_on": "happened_on",
    "#/danger_id": "danger_id",
    "#/score": "score",
    "#/said_on": "said_on",
    "#/observer_id": "observer_id",
    "#/acted_on": "acted_on",
    "#/person_id": "person_id",
}
LONGEST_SCALE = 10


async def get_words(visit: Visit) -> web.StreamResponse:
    """Show the map, who must be told again, what the children said, the scale and the acts of protection."""
    return await _page(visit, visit.form)


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    seen = await show_words(visit.network, visit.shared_words, visit.path("case_id"))
    return visit.page(
        "words.html",
        status=status,
        seen=seen,
        family=seen.family,
        roster=seen.roster,
        points=domain.points,
        rooms=domain.ROOMS,
        form=form,
        errors=form.errors,
    )


def _path(visit: Visit, step: str = "") -> str:
    return f"/families/{visit.path('case_id')}/words{step}"


async def get_new(visit: Visit) -> web.StreamResponse:
    """Show an empty statement."""
    return await _statement_page(visit, visit.form)


async def get_statement(visit: Visit) -> web.StreamResponse:
    """Show one statement: its words, its hints, who was told."""
    return await _statement_page(visit, visit.form)


async def _statement_page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    case_id, statement_id = visit.path("case_id"), visit.request.match_info.get("statement_id", "")
    family, roster = await visit.network.family(case_id), await visit.network.roster(case_id)
    statement = await visit.shared_words.statement(case_id, statement_id) if statement_id else None
    told = await if_allowed(visit.shared_words.told(case_id, statement_id), None) if statement_id else None
    worries = [one for one in await visit.shared_words.statements(case_id) if one.kind in {"harm", "danger"}]
    return visit.page(
        "statement.html",
        status=status,
        family=family,
        roster=roster,
        statement=statement,
        told=told,
        worries=worries,
        kind=form.one_of("kind", domain.KINDS, visit.request.query.get("kind", "")) or (statement.kind if statement else "danger"),
        form=form,
        errors=form.errors,
    )


def _wording(form: Form, kind: str) -> dict[str, object]:
    facts: dict[str, object] = {"text": form.require("text", "Write it in a sentence or two.")}
    if kind in {"harm", "danger"}:
        facts["impact"] = form.text("impact")
    if kind == "harm":
        facts["tense"] = form.one_of("tense", ("past", "present"), "past")
    if kind == "safety_goal":
        facts["actor_id"] = form.require("actor_id", "Choose which parent or caregiver will do this.")
        facts["links"] = list(form.all("links"))
    return facts


async def post_new(visit: Visit) -> web.StreamResponse:
    """Write a statement."""
    form = visit.form
    family = await visit.network.family(visit.path("case_id"))
    kind = form.one_of("kind", domain.KINDS, "danger")
    facts = _wording(form, kind) | {"kind": kind}
    if not form.errors:
        try:
            written = await visit.shared_words.write(family.id, facts, key=form.text("key"))
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            form.take(problem, _FIELDS)
        else:
            return see_other(_path(visit, f"/{written.id}"))
    return await _statement_page(visit, form, status=422)


async def post_statement(visit: Visit) -> web.StreamResponse:
    """Write the next version, move it on the map, or record that somebody was told."""
    form, case_id, statement_id = visit.form, visit.path("case_id"), visit.path("statement_id")
    statement = await visit.shared_words.statement(case_id, statement_id)
    etag = form.text("etag") or statement.etag
    try:
        if form.text("action") == "told":
            known = {one.id for one in (await visit.network.roster(case_id)).members}
            for member_id in (one for one in form.all("told") if one in known):
                await visit.shared_words.tell(case_id, statement_id, member_id, number=statement.number, told_on=visit.today)
        elif form.text("action") == "move":
            kind = form.one_of("kind", domain.KINDS, "")
            form.require("why", "Say why it belongs there.")
            if kind and not form.errors:
                await visit.shared_words.move(case_id, statement_id, _moved(form, kind), etag=etag)
        else:
            facts = _wording(form, statement.kind)
            if not form.errors:
                await visit.shared_words.rewrite(case_id, statement_id, facts, etag=etag)
    except Problem as problem:
        if problem.status not in {403, 409, 412, 422}:
            raise
        form.take(problem, _FIELDS)
    if form.errors:
        return await _statement_page(visit, form, status=422)
    return see_other(_path(visit, f"/{statement_id}"))


def _moved(form: Form, kind: str) -> dict[str, object]:
    facts: dict[str, object] = {"kind": kind, "why": form.text("why")}
    if kind == "harm":
        facts["tense"] = "past"
    return facts


async def post_voice(visit: Visit) -> web.StreamResponse:
    """Keep what a child said, room by room, in the child's own words."""
    form, family = visit.form, await visit.network.family(visit.path("case_id"))
    kind = form.one_of("kind", tuple(plan_codes.VOICES), "three_houses")
    said_on = form.day("said_on", "Said on") or visit.today
    sayings = [{"room": room, "words": form.text(f"room-{room}")} for room in domain.ROOMS[kind] if form.text(f"room-{room}")]
    if not sayings:
        form.errors[f"room-{domain.ROOMS[kind][0]}"] = "Write down what the child said, in the child's own words."
    if not form.errors:
        facts = {"child_id": form.text("child_id"), "kind": kind, "sayings": sayings, "said_on": said_on.isoformat()}
        try:
            await visit.shared_words.record_voice(family.id, facts, key=form.text("key"))
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            form.take(problem, _FIELDS)
        else:
            return see_other(_path(visit))
    return await _page(visit, form, status=422)


async def post_score(visit: Visit) -> web.StreamResponse:
    """Keep one person's answer from 0 to 10."""
    form, family = visit.form, await visit.network.family(visit.path("case_id"))
    score = form.text("score")
    if not score.isdigit() or int(score) > LONGEST_SCALE:
        form.errors["score"] = "Choose a number from 0 to 10."
    form.require("person_id", "Choose whose answer it is.")
    if not form.text("danger_id"):
        form.require("question", "Choose the worry, or write the question that was asked.")
    if not form.errors:
        facts = {
            "person_id": form.text("person_id"),
            "danger_id": form.text("danger_id") or None,
            "question": "" if form.text("danger_id") else form.text("question"),
            "score": int(score),
            "said_on": (form.day("said_on", "Said on") or visit.today).isoformat(),
        }
        try:
            await visit.shared_words.record_score(family.id, facts, key=form.text("key"))
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            form.take(problem, _FIELDS)
        else:
            return see_other(_path(visit, "#scale"))
    return await _page(visit, form, status=422)


async def post_act(visit: Visit) -> web.StreamResponse:
    """Keep what a caregiver did to protect the child, and who saw it."""
    form, family = visit.form, await visit.network.family(visit.path("case_id"))
    for name, sentence in (
        ("actor_id", "Choose which caregiver did it."),
        ("observer_id", "Choose who saw it."),
        ("danger_id", "Choose the worry that it answers."),
        ("text", "Say what was done."),
    ):
        form.require(name, sentence)
    acted_on = form.day("acted_on", "Day") or visit.today
    if not form.errors:
        facts = {name: form.text(name) for name in ("actor_id", "observer_id", "danger_id", "text")}
        try:
            await visit.shared_words.record_act(family.id, {**facts, "acted_on": acted_on.isoformat()}, key=form.text("key"))
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            form.take(problem, _FIELDS)
        else:
            return see_other(_path(visit, "#acts"))
    return await _page(visit, form, status=422)


async def post_threat(visit: Visit) -> web.StreamResponse:
    """Keep a safety threat as the county's form names it, or say what resolved it."""
    form, family = visit.form, await visit.network.family(visit.path("case_id"))
    threat_id = form.text("threat_id")
    try:
        if threat_id:
            known = next((one for one in await visit.plans.threats(family.id) if one.id == threat_id), None)
            if known is None:
                raise NotFound
            how = form.require("how", "Say what resolved the threat.")
            if how:
                facts = {"state": "resolved", "resolved_on": visit.today.isoformat(), "how": how}
                await visit.plans.change_threat(family.id, known.id, facts, etag=form.text("etag") or known.etag)
        else:
            form.require("code", "Write the code of the county's form.")
            form.require("threat_text", "Say in plain words what the threat is.")
            if not form.errors:
                facts = {
                    "code": form.text("code"),
                    "text": form.text("threat_text"),
                    "identified_on": (form.day("identified_on", "Day") or visit.today).isoformat(),
                }
                await visit.plans.record_threat(family.id, facts, key=form.text("key"))
    except Problem as problem:
        if problem.status not in {409, 412, 422}:
            raise
        form.take(problem, {"#/code": "code", "#/text": "threat_text", "#/how": "how"})
    if form.errors:
        return await _page(visit, form, status=422)
    return see_other(_path(visit, "#threats"))


async def post_voice_release(visit: Visit) -> web.StreamResponse:
    """Let a parent see what a child said, or take that back."""
    form, family = visit.form, await visit.network.family(visit.path("case_id"))
    voice_id, member_id = visit.path("voice_id"), public_id(form.text("member"))
    try:
        if form.text("action") == "take_back":
            await visit.shared_words.take_voice_back(family.id, voice_id, member_id, etag=form.text("etag"))
        else:
            await visit.shared_words.release_voice(family.id, voice_id, member_id)
    except Problem as problem:
        if problem.status not in {409, 412, 422}:
            raise
        form.take(problem, {})
        return await _page(visit, form, status=422)
    return see_other(_path(visit, "#voices"))


async def post_step(visit: Visit) -> web.StreamResponse:
    """Add a step to the family's own plan, or say how far one has come."""
    form, family = visit.form, await visit.network.family(visit.path("case_id"))
    try:
        if form.text("step_id"):
            state = form.one_of("state", tuple(plan_codes.CASE_STEPS), "planned")
            await visit.shared_words.change_case_step(family.id, public_id(form.text("step_id")), state, etag=form.text("etag"))
        else:
            form.require("owner_id", "Choose who does it.")
            form.require("step_text", "Say what they will do differently.")
            if not form.errors:
                due_on = form.day("due_on", "Until")
                facts = {"owner_id": form.text("owner_id"), "text": form.text("step_text"), "links": list(form.all("links"))}
                facts |= {"due_on": due_on.isoformat()} if due_on else {}
                await visit.shared_words.add_case_step(family.id, facts, key=form.text("key"))
    except Problem as problem:
        if problem.status not in {409, 412, 422}:
            raise
        form.take(problem, {"#/text": "step_text", "#/owner_id": "owner_id", "#/due_on": "due_on"})
    if form.errors:
        return await _page(visit, form, status=422)
    return see_other(_path(visit, "#steps-of-it"))
