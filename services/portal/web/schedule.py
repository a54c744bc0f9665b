"""Scheduling a meeting in three steps: who and by when, which time, a last look. Each step can be left and taken up again."""

from dataclasses import replace

from aiohttp import web

from services.portal.domain import draft as drafts
from services.portal.domain.draft import Chosen, Draft, Seat
from services.portal.domain.table import TEAM_ROLES
from services.portal.gateways.meetings import linked_pair
from services.portal.use_cases import schedule_meeting as planning_of
from services.portal.use_cases.schedule_meeting import Planning
from services.portal.web import codes, words
from services.portal.web.forms import Form
from services.portal.web.pages import Visit, new_key, see_other
from shared.kernel.wall import resolve
from shared.web.client import Problem

SEARCH_FIELDS = {
    "#/latest_on": "latest_on",
    "#/earliest_on": "earliest_on",
    "#/minutes": "minutes",
    "#/participants": "people",
    "#/children": "children",
}
BOOK_FIELDS = {"#/place/join_url": "join_url", "#/place/dial_in": "dial_in", "#/place": "place_name", "#/starts_local": "time"}


async def _planning(visit: Visit) -> Planning:
    return await planning_of.open_planning(visit.network, visit.meetings, visit.path("case_id"), me=visit.staff.staff_id)


def _step(visit: Visit, step: str = "") -> str:
    return f"/families/{visit.path('case_id')}/schedule{step}"


async def _draft(visit: Visit) -> Draft | None:
    return await visit.portal.sign_ins.draft(visit.staff, visit.path("case_id"))


async def _keep(visit: Visit, draft: Draft | None) -> None:
    await visit.portal.sign_ins.keep_draft(visit.staff, visit.path("case_id"), draft)


async def get_plan(visit: Visit) -> web.StreamResponse:
    """Step 1: who comes, for how long, by when."""
    planning = await _planning(visit)
    return _plan_page(visit, planning, await _draft(visit), visit.form)


def _plan_page(visit: Visit, planning: Planning, draft: Draft | None, form: Form, *, status: int = 200) -> web.Response:
    shown = draft or planning_of.first_draft(planning, today=visit.today)
    resources = sorted(planning.names.resources.values(), key=lambda one: (one.kind, one.name))
    return visit.page(
        "schedule_plan.html",
        status=status,
        planning=planning,
        family=planning.family,
        draft=shown,
        restored=draft is not None,
        invitables=planning_of.invitables(planning, draft),
        through=planning_of.through(planning, shown.seats),
        resources=resources,
        roles=TEAM_ROLES,
        purposes=drafts.PURPOSES,
        lengths=drafts.LENGTHS,
        speaks=planning.speaks(),
        errors=form.errors,
    )


async def post_plan(visit: Visit) -> web.StreamResponse:
    """Keep step 1 and go on to the times; people who must never meet are refused here already."""
    form = visit.form
    if form.text("action") == "start_over":
        await _keep(visit, None)
        return see_other(_step(visit))
    planning = await _planning(visit)
    draft = _read_plan(form, planning, await _draft(visit))
    if not draft.purposes:
        form.errors["purposes"] = "Choose at least one purpose."
    if not draft.seats:
        form.errors["people"] = "Choose at least one person."
    if draft.earliest_on and draft.latest_on and draft.latest_on < draft.earliest_on:
        form.errors["latest_on"] = "The last day is before the first."
    if draft.latest_on and draft.latest_on < visit.today:
        form.errors.setdefault("latest_on", "This day has passed. Choose today or a later day.")
    if form.errors:
        return _plan_page(visit, planning, draft, form, status=422)
    await _keep(visit, draft)
    tables = drafts.split(draft.seats, planning.apart())
    if len(tables) > 1:
        return _separated_page(visit, planning, draft, tables)
    return see_other(_step(visit, "/times"))


def _read_plan(form: Form, planning: Planning, before: Draft | None) -> Draft:
    known = {one.person.id: one.seat for one in planning_of.invitables(planning, None)}
    seats = tuple(
        Seat(
            person_id=person_id,
            role=form.one_of(f"role-{person_id}", TEAM_ROLES, known[person_id].role),
            required=form.text(f"required-{person_id}", "yes" if known[person_id].required else "no") == "yes",
            mode=form.one_of(f"mode-{person_id}", tuple(codes.MODES), "in_person"),
        )
        for person_id in dict.fromkeys(form.all("come"))
        if person_id in known
    )
    children = {one.id for one in planning.roster.children}
    about = tuple(one for one in form.all("children") if one in children)
    resources = planning.names.resources
    return Draft(
        purposes=tuple(one for one in form.all("purposes") if one in drafts.PURPOSES),
        children=about or tuple(one.id for one in planning.roster.children),
        seats=seats,
        minutes=form.number("minutes", 60),
        earliest_on=form.day("earliest_on", "Not before"),
        latest_on=form.day("latest_on", "No later than"),
        facilitator=form.one_of("facilitator", (drafts.ANY, drafts.NONE, *resources), drafts.ANY),
        room=form.one_of("room", (drafts.ANY, drafts.NONE, *resources), drafts.ANY),
        place_name=before.place_name if before else "",
        address=before.address if before else "",
        join_url=before.join_url if before else "",
        dial_in=before.dial_in if before else "",
        linked_to=before.linked_to if before else None,
    )


def _separated_page(visit: Visit, planning: Planning, draft: Draft, tables: tuple[tuple[Seat, ...], ...]) -> web.Response:
    everywhere = {one.person_id for one in draft.seats}
    for table in tables:
        everywhere &= {one.person_id for one in table}
    return visit.page(
        "schedule_apart.html", status=409, planning=planning, family=planning.family, draft=draft, tables=tables, shared=everywhere
    )


async def post_pair(visit: Visit) -> web.StreamResponse:
    """Plan two meetings instead of one, this one first."""
    planning, draft = await _planning(visit), await _draft(visit)
    if draft is None:
        return see_other(_step(visit))
    tables = drafts.split(draft.seats, planning.apart())
    first = visit.form.number("table", 0)
    if len(tables) < 2 or first >= len(tables):
        return see_other(_step(visit, "/times"))
    following = next(table for number, table in enumerate(tables) if number != first)
    await _keep(visit, replace(draft, seats=tables[first], following=following, chosen=None))
    return see_other(_step(visit, "/times"))


async def get_times(visit: Visit) -> web.StreamResponse:
    """Step 2: the best times with their reasons, and why other days have none."""
    draft = await _draft(visit)
    if draft is None or not draft.seats:
        return see_other(_step(visit))
    return await _times_page(visit, await _planning(visit), draft, visit.form)


async def _times_page(visit: Visit, planning: Planning, draft: Draft, form: Form, *, status: int = 200) -> web.StreamResponse:
    try:
        found = await planning_of.find_times(visit.meetings, planning, draft)
    except Problem as problem:
        if problem.code == "separated":
            tables = planning_of.tables_of(draft, linked_pair(problem.members), planning)
            return _separated_page(visit, planning, draft, tables)
        if problem.status not in {409, 422}:
            raise
        form.take(problem, SEARCH_FIELDS)
        return _plan_page(visit, planning, draft, form, status=problem.status)
    if found.linked_pair is not None:
        return _separated_page(visit, planning, draft, planning_of.tables_of(draft, found.linked_pair, planning))
    people = {one.person_id for time in found.times for one in time.unavailable}
    await planning.names.learn(people | {one.person_id for one in found.blocked if one.person_id})
    days: dict[str, list[object]] = {}
    for time in found.times:
        days.setdefault(time.starts_local.date().isoformat(), []).append(time)
    return visit.page(
        "schedule_times.html",
        status=status,
        planning=planning,
        family=planning.family,
        draft=draft,
        found=found,
        days=tuple(tuple(those) for those in days.values()),
        names=planning.names,
        form=form,
        errors=form.errors,
    )


async def post_time(visit: Visit) -> web.StreamResponse:
    """Keep the chosen time for a few minutes and go on to the last look."""
    form, draft = visit.form, await _draft(visit)
    if draft is None or not draft.seats:
        return see_other(_step(visit))
    planning = await _planning(visit)
    typed = form.text("action") == "typed"
    starts = form.wall("day", "time")
    if starts is None:
        return await _times_page(visit, planning, draft, form, status=422)
    if resolve(starts, planning.family.time_zone).instant <= visit.now:
        form.errors["day" if typed else "form"] = "This time has already passed. Choose a later one."
        return await _times_page(visit, planning, draft, form, status=422)
    known = planning.names.resources
    chosen = Chosen(
        starts_local=starts,
        facilitator_id=_known(form.text("facilitator_id") or _named(draft.facilitator), known),
        room_id=_known(form.text("room_id") or _named(draft.room), known),
        interpreter_ids=tuple(one for one in form.all("interpreter_id") if one in known),
        typed=typed,
    )
    try:
        kept = await planning_of.hold_time(visit.meetings, planning, draft, chosen, key=new_key())
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        form.take(problem, {"#/starts_local": "day"}, default="day" if typed else "form")
        return await _times_page(visit, planning, draft, form, status=409)
    await _keep(visit, kept)
    return see_other(_step(visit, "/review"))


def _named(choice: str) -> str:
    return "" if choice in {drafts.ANY, drafts.NONE} else choice


def _known(resource_id: str, known: object) -> str | None:
    return resource_id if isinstance(known, dict) and resource_id in known else None


async def get_review(visit: Visit) -> web.StreamResponse:
    """Step 3: who gets what, in which language, who is left out; the place; then book."""
    draft = await _draft(visit)
    if draft is None or draft.chosen is None:
        return see_other(_step(visit))
    return await _review_page(visit, await _planning(visit), draft, visit.form)


async def _review_page(visit: Visit, planning: Planning, draft: Draft, form: Form, *, status: int = 200) -> web.StreamResponse:
    await planning_of.learn_resources(planning, draft)
    chosen = draft.chosen
    if chosen is None:
        return see_other(_step(visit))
    resolved = resolve(chosen.starts_local, planning.family.time_zone)
    held = planning.names.resources
    return visit.page(
        "schedule_review.html",
        status=status,
        planning=planning,
        family=planning.family,
        draft=draft,
        chosen=chosen,
        starts=resolved.local,
        ends=planning_of.ends_local(planning, draft),
        adjusted=words.adjusted_words(resolved.adjustment, resolved.local),
        tellings=planning_of.tellings(planning, draft),
        left_out=planning_of.left_out(planning, draft),
        names=planning.names,
        room=held.get(chosen.room_id or ""),
        is_late=bool(planning.due and resolved.local.date() > planning.due.due_on),
        form=form,
        errors=form.errors,
    )


async def post_review(visit: Visit) -> web.StreamResponse:
    """Book. Everybody invited is told in their own way."""
    form, draft = visit.form, await _draft(visit)
    if draft is None or draft.chosen is None:
        return see_other(_step(visit))
    planning = await _planning(visit)
    draft = replace(
        draft,
        place_name=form.text("place_name")[:200],
        address=form.text("address")[:300],
        join_url=form.text("join_url")[:500],
        dial_in=form.text("dial_in")[:200],
    )
    await _keep(visit, draft)
    try:
        changed = await planning_of.book(
            visit.meetings,
            planning,
            draft,
            key=form.text("key"),
            override=form.text("override")[:500],
            family_asked=form.flag("family_asked"),
        )
    except Problem as problem:
        if problem.code == "separated":
            tables = planning_of.tables_of(draft, linked_pair(problem.members), planning)
            return _separated_page(visit, planning, draft, tables)
        if problem.code in {"slot_taken", "hold_expired", "hold_not_found"}:
            await _keep(visit, replace(draft, chosen=None))
            form.errors["form"] = problem.detail
            return await _times_page(visit, planning, replace(draft, chosen=None), form, status=409)
        if problem.status not in {409, 422}:
            raise
        form.take(problem, BOOK_FIELDS)
        return await _review_page(visit, planning, draft, form, status=problem.status)
    await _keep(visit, planning_of.after_booking(draft, changed.meeting.id))
    return see_other(f"/meetings/{changed.meeting.id}?booked=1")
