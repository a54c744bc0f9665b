"""Making a safety plan, few steps, each a form: what must be covered, who takes which part, what is agreed, a last look.

The draft lives in network from the first step on: nothing is lost when a sign-in ends, and a colleague can go on with it. Only
what a person sends becomes a promise; every proposal can be changed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from services.portal.domain import plan_making as making
from services.portal.domain.families import Family, Member
from services.portal.domain.plan_making import Times
from services.portal.domain.plans import Plan, Window
from services.portal.domain.reach import reach
from services.portal.use_cases.show_plan import SeenPlan, show_plan
from services.portal.web import plan_codes, plan_words
from services.portal.web.forms import Form
from services.portal.web.pages import Visit, see_other
from shared.kernel.wall import at_wall
from shared.web.client import Problem

MOST_PICKED = 12
_PLAN_FIELDS = {
    "#/starts_on": "starts_on",
    "#/ends_on": "ends_on",
    "#/review_on": "review_on",
    "#/windows/0/ends_local": "own_until_day",
    "#/windows": "own_from_day",
}


def plan_path(visit: Visit, plan_id: str, step: str = "") -> str:
    """Return the address of a plan, or of one of its steps."""
    return f"/families/{visit.path('case_id')}/plans/{plan_id}{step}"


async def seen_plan(visit: Visit, *, whole: bool = False, cover: bool = True) -> SeenPlan:
    """Return the plan that the address names, as far as it is asked for."""
    return await show_plan(
        visit.network, visit.plans, visit.path("case_id"), visit.path("plan_id"), clock=lambda: visit.now, whole=whole, cover=cover
    )


async def get_new(visit: Visit) -> web.StreamResponse:
    """Step 1: which kind of plan, from when till when, and what time must be covered."""
    return _when_page(visit, await visit.network.family(visit.path("case_id")), None, visit.form)


async def get_when(visit: Visit) -> web.StreamResponse:
    """Step 1 again, for a draft: which time must be covered."""
    seen = await seen_plan(visit)
    if not seen.plan.is_draft:
        return see_other(plan_path(visit, seen.plan.id))
    return _when_page(visit, seen.family, seen.plan, visit.form)


def _when_page(visit: Visit, family: Family, plan: Plan | None, form: Form, *, status: int = 200) -> web.Response:
    now = at_wall(visit.now, family.time_zone)
    kind = form.one_of("kind", making.KINDS, "immediate")
    starts_on = plan.starts_on if plan else now.date()
    ends_on = plan.ends_on if plan else making.usual_end(kind, starts_on)
    usual = {
        cover: making.times_of(cover, now=now, starts_on=starts_on, ends_on=ends_on) for cover in making.COVERS if cover != "own"
    }
    return visit.page(
        "plan_when.html",
        status=status,
        family=family,
        plan=plan,
        kinds=making.KINDS,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        usual_days=making.USUAL_DAYS,
        covers=making.COVERS,
        usual=usual,
        window=plan.windows[0] if plan and plan.windows else None,
        says=plan_words.plan_says(plan, visit.today) if plan else {},
        form=form,
        errors=form.errors,
    )


def _read_times(form: Form, family: Family, now: datetime, starts_on: Any, ends_on: Any) -> Times | None:
    cover = form.one_of("cover", making.COVERS, "")
    if not cover:
        form.errors["cover"] = "Choose the time that must be covered."
        return None
    if cover != "own":
        return making.times_of(cover, now=now, starts_on=starts_on, ends_on=ends_on)
    starts, ends = form.wall("own_from_day", "own_from_time"), form.wall("own_until_day", "own_until_time")
    if starts is None or ends is None:
        return None
    if ends <= starts:
        form.errors["own_until_day"] = "Choose an end after the start."
    return Times(starts, ends, making.repeated(form.text("own_repeats"), starts, ends_on))


def window_body(times: Times, zone: str, *, label: str, adults: int) -> dict[str, Any]:
    """Return a window as the API takes it."""
    return {**_times_body(times, zone), "label": label, "adults": adults}


def _times_body(times: Times, zone: str) -> dict[str, Any]:
    return {
        "starts_local": times.starts.isoformat(timespec="minutes"),
        "ends_local": times.ends.isoformat(timespec="minutes"),
        "time_zone": zone,
        "repeats": times.repeats,
    }


async def post_new(visit: Visit) -> web.StreamResponse:
    """Begin the plan and go on to who does what."""
    form, family = visit.form, await visit.network.family(visit.path("case_id"))
    now = at_wall(visit.now, family.time_zone)
    kind = form.one_of("kind", making.KINDS, "immediate")
    starts_on = form.day("starts_on", "First day") or now.date()
    ends_on = form.day("ends_on", "Last day")
    if ends_on is not None and ends_on < starts_on:
        form.errors["ends_on"] = "The last day is before the first."
    times = _read_times(form, family, now, starts_on, ends_on)
    if times is not None and not form.errors:
        facts = {
            "kind": kind,
            "starts_on": starts_on.isoformat(),
            "ends_on": ends_on.isoformat() if ends_on else None,
            "windows": [_window_from(form, times, family)],
        }
        try:
            plan = await visit.plans.make(family.id, facts, key=form.text("key"))
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            form.take(problem, _PLAN_FIELDS)
        else:
            return see_other(plan_path(visit, plan.id, "/who"))
    return _when_page(visit, family, None, form, status=422)


def _window_from(form: Form, times: Times, family: Family) -> dict[str, Any]:
    label = plan_codes.COVERS[form.text("cover")] if form.text("cover") != "own" else ""
    return window_body(times, family.time_zone, label=label, adults=max(1, min(10, form.number("adults", 1))))


async def post_when(visit: Visit) -> web.StreamResponse:
    """Change the time that a draft must cover."""
    form, seen = visit.form, await seen_plan(visit)
    now = at_wall(visit.now, seen.family.time_zone)
    times = _read_times(form, seen.family, now, seen.plan.starts_on, seen.plan.ends_on)
    if times is not None and not form.errors:
        try:
            await visit.plans.change(
                seen.plan.id, {"windows": [_window_from(form, times, seen.family)]}, etag=form.text("etag") or seen.plan.etag
            )
        except Problem as problem:
            if problem.status not in {409, 412, 422}:
                raise
            form.take(problem, _PLAN_FIELDS)
            seen = await seen_plan(visit)
        else:
            return see_other(plan_path(visit, seen.plan.id))
    return _when_page(visit, seen.family, seen.plan, form, status=form.status)


async def get_who(visit: Visit) -> web.StreamResponse:
    """Step 2: who will be there."""
    return await _who_page(visit, visit.form)


async def _who_page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    seen = await seen_plan(visit)
    members = _in_order(seen)
    return visit.page(
        "plan_who.html",
        status=status,
        seen=seen,
        family=seen.family,
        plan=seen.plan,
        can=[one for one in members if one.may_protect],
        cannot=[one for one in members if not one.may_protect],
        promised={one.member_id for one in seen.promises},
        reach=reach,
        span=_asked_span(visit),
        errors=form.errors,
    )


def _in_order(seen: SeenPlan) -> list[Member]:
    children = {one.id for one in seen.roster.children}
    nearness = {"inner": 0, "middle": 1, "outer": 2}
    return sorted(
        (one for one in seen.roster.members if one.person.id not in children),
        key=lambda one: (nearness.get(one.circle, 3), one.person.name.casefold(), one.id),
    )


def _asked_span(visit: Visit) -> tuple[datetime, datetime] | None:
    """The open time that a link of ours asked to fill; anything else counts as none."""
    query = visit.request.query
    try:
        starts, ends = datetime.fromisoformat(query.get("from", "")), datetime.fromisoformat(query.get("until", ""))
    except ValueError:
        return None
    return (starts, ends) if starts.tzinfo is None and ends.tzinfo is None and starts < ends else None


@dataclass(frozen=True, slots=True)
class Row:
    """What one member is asked to take, as the form shows it."""

    member: Member
    is_protective: bool
    starts: datetime
    ends: datetime
    weekdays: tuple[str, ...]
    backups: tuple[str, ...]
    action: str


async def get_times(visit: Visit) -> web.StreamResponse:
    """Step 3: who takes which part; proposed so that all of it is covered."""
    seen = await seen_plan(visit)
    picked = [one for one in dict.fromkeys(visit.request.query.getall("who", ())) if seen.member(one)][:MOST_PICKED]
    if not picked or not seen.plan.windows:
        visit.form.errors["who"] = "Choose at least one person."
        return await _who_page(visit, visit.form, status=422)
    return _times_page(visit, seen, picked, visit.form)


def _window_of(seen: SeenPlan, visit: Visit) -> Window:
    """The window that is shared out: the one asked for, an open time as a window of its own, or the plan's first."""
    span = _asked_span(visit) or _typed_span(visit.form)
    if span is not None:
        return Window(id="", starts_local=span[0], ends_local=span[1], time_zone=seen.plan.time_zone)
    return seen.plan.windows[0]


def _typed_span(form: Form) -> tuple[datetime, datetime] | None:
    try:
        return datetime.fromisoformat(form.text("from")), datetime.fromisoformat(form.text("until"))
    except ValueError:
        return None


def _rows(seen: SeenPlan, picked: list[str], window: Window) -> list[Row]:
    members = [one for one in (seen.member(each) for each in picked) if one is not None]
    protecting = [one.id for one in members if one.may_protect]
    parts = {one.member_id: one for one in making.shares(window, protecting, ends_on=seen.plan.ends_on)}
    others = [one for one in _in_order(seen) if one.may_protect]
    action = making.usual_action([one.person.name.split(" ")[0] for one in seen.roster.children] or ["the child"])
    rows = []
    for member in members:
        part = parts.get(member.id)
        rows.append(
            Row(
                member=member,
                is_protective=member.may_protect,
                starts=part.starts if part else window.starts_local,
                ends=part.ends if part else min(window.ends_local, window.starts_local + making.HOUR),
                weekdays=part.weekdays if part else (),
                backups=making.backups_for(member.id, protecting, others)[:3] if member.may_protect else (),
                action=action if member.may_protect else "",
            )
        )
    return rows


def _times_page(
    visit: Visit, seen: SeenPlan, picked: list[str], form: Form, *, status: int = 200, done: tuple[str, ...] = ()
) -> web.Response:
    window = _window_of(seen, visit)
    return visit.page(
        "plan_times.html",
        status=status,
        seen=seen,
        family=seen.family,
        plan=seen.plan,
        window=window,
        span=(window.starts_local, window.ends_local) if not window.id else None,
        is_daily=making.is_daily(window.repeats),
        weekdays=making.WEEKDAYS,
        rows=_rows(seen, picked, window),
        backups=[one for one in _in_order(seen) if one.may_protect],
        reach=reach,
        done=[seen.name(one) for one in done],
        form=form,
        errors=form.errors,
    )


async def post_times(visit: Visit) -> web.StreamResponse:
    """Offer each part, and record a yes that was said here. What was done stays done if a later part is refused."""
    form, seen = visit.form, await seen_plan(visit)
    picked = [one for one in dict.fromkeys(form.all("who")) if seen.member(one)][:MOST_PICKED]
    if not picked or not seen.plan.windows:
        form.errors["who"] = "Choose at least one person."
        return await _who_page(visit, form, status=422)
    window = _window_of(seen, visit)
    wanted = {one: _read_part(form, seen, one, window) for one in picked}
    if any(form.text(f"said-{one}") == "yes" for one in picked):
        form.require("witness", "A promise that was spoken needs a witness. Name who heard it.")
    done: list[str] = []
    for member_id, facts in wanted.items():
        if facts is None or form.errors:
            continue
        try:
            await _offer(visit, seen.plan, member_id, facts)
        except Problem as problem:
            if problem.status not in {403, 409, 422}:
                raise
            _take(form, problem, member_id, seen)
        else:
            done.append(member_id)
    if form.errors:
        left = [one for one in picked if one not in done]
        return _times_page(visit, seen, left, form, status=422, done=tuple(done))
    return see_other(plan_path(visit, seen.plan.id, "/agreed" if seen.plan.is_draft and not seen.promises else ""))


def _take(form: Form, problem: Problem, member_id: str, seen: SeenPlan) -> None:
    fields = {"starts_local": "from", "ends_local": "until", "action": "action", "repeats": "days", "backups": "backup1"}
    form.take(problem, {f"#/{theirs}": f"{ours}-{member_id}" for theirs, ours in fields.items()}, default=f"row-{member_id}")
    name = f"row-{member_id}"
    if name in form.errors:
        form.errors[name] = f"{seen.name(member_id)}: {form.errors[name]}"


async def _offer(visit: Visit, plan: Plan, member_id: str, facts: dict[str, Any]) -> None:
    form, key = visit.form, visit.form.text("key")
    said_yes = {"witness": form.text("witness")} if form.text(f"said-{member_id}") == "yes" else {}
    await visit.plans.offer(plan.id, facts | said_yes, key=f"{key}-{member_id[-8:]}")


def _read_part(form: Form, seen: SeenPlan, member_id: str, window: Window) -> dict[str, Any] | None:
    """Read one member's part; what is wrong is kept as errors of its own fields."""
    name, member = seen.name(member_id), seen.member(member_id)
    if form.text(f"said-{member_id}") not in {"yes", "ask"}:
        form.errors[f"said-{member_id}"] = f"Say whether {name} said yes here, or shall be asked."
    action = form.require(f"action-{member_id}", f"Say what {name} will do.")
    times = _read_part_times(form, member_id, window, name)
    if times is None or not action or member is None:
        return None
    chosen = [form.text(f"backup{number}-{member_id}") for number in (1, 2, 3)]
    known = {one.id for one in seen.roster.members} - {member_id}
    return {
        "member_id": member_id,
        "action": action,
        "place": form.text(f"place-{member_id}"),
        "commitment_class": "protective" if member.may_protect and form.text(f"class-{member_id}") != "help" else "supportive",
        "backups": [one for one in dict.fromkeys(chosen) if one in known],
        **_times_body(times, window.time_zone),
    }


def _read_part_times(form: Form, member_id: str, window: Window, name: str) -> Times | None:
    if making.is_daily(window.repeats):
        first = window.starts_local.date().isoformat()
        clocks = Form({"day": [first], "a": [form.text(f"from-{member_id}")], "b": [form.text(f"until-{member_id}")]})
        begins, ends = clocks.wall("day", "a"), clocks.wall("day", "b")
        for at, field in ((begins, "from"), (ends, "until")):
            if at is None:
                form.errors[f"{field}-{member_id}"] = f"{name}: choose a time of day, like 8:00 PM."
        if begins is None or ends is None:
            return None
        times = making.on_weekdays(window, begins.time(), ends.time(), form.all(f"days-{member_id}"))
        if times is None:
            form.errors[f"days-{member_id}"] = f"Choose the days on which {name} is there."
        return times
    starts = form.wall(f"from_day-{member_id}", f"from-{member_id}")
    ends = form.wall(f"until_day-{member_id}", f"until-{member_id}")
    if starts is None or ends is None:
        return None
    if ends <= starts:
        form.errors[f"until-{member_id}"] = f"{name}: choose an end after the start."
        return None
    return making.within(window, starts, ends)
