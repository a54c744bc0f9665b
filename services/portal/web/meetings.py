"""A meeting's page, which shows answers as they arrive; moving, cancelling, people, places, and answers taken by phone."""

from aiohttp import web

from services.portal.domain.meetings import Meeting, Participant
from services.portal.domain.table import TEAM_ROLES, is_required, role_of_child, suggested_role
from services.portal.use_cases import show_meeting as showing
from services.portal.use_cases.show_meeting import Answers, Seen
from services.portal.web import codes, words
from services.portal.web.forms import Form
from services.portal.web.pages import Visit, see_other
from shared.kernel.errors import NotFound
from shared.kernel.wall import resolve
from shared.web.client import Problem

WAIVABLE = (*TEAM_ROLES, "facilitator", "interpreter")
ANSWERS = ("accepted", "declined", "tentative")
SOURCES = ("phone", "in_person")


async def _seen(visit: Visit) -> Seen:
    return await showing.show_meeting(visit.network, visit.meetings, visit.notify, visit.path("meeting_id"))


def _here(visit: Visit, rest: str = "") -> str:
    return f"/meetings/{visit.path('meeting_id')}{rest}"


async def get_meeting(visit: Visit) -> web.StreamResponse:
    """Show one meeting."""
    return await _meeting_page(visit, visit.form)


async def _meeting_page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    seen = await _seen(visit)
    draft = await visit.portal.sign_ins.draft(visit.staff, seen.meeting.case_id)
    return visit.page(
        "meeting.html",
        status=status,
        seen=seen,
        meeting=seen.meeting,
        answers=seen.answers,
        names=seen.answers.names,
        next_draft=draft if draft is not None and draft.linked_to == seen.meeting.id else None,
        booked="booked" in visit.request.query,
        moved=visit.request.query.get("moved", ""),
        adjusted=_adjusted(seen.meeting),
        errors=form.errors,
        news="",
    )


def _adjusted(meeting: Meeting) -> str:
    resolved = resolve(meeting.starts_local, meeting.time_zone)
    return words.adjusted_words(resolved.adjustment, resolved.local)


async def get_answers(visit: Visit) -> web.StreamResponse:
    """Show the answers again if anything changed since `seen`; an open page asks this every few seconds."""
    answers = await showing.answers_of(visit.network, visit.meetings, visit.notify, visit.path("meeting_id"))
    if visit.request.query.get("seen") == answers.digest:
        return web.Response(status=204, headers={"Cache-Control": "no-store"})
    return visit.page(
        "_answers.html", answers=answers, meeting=answers.meeting, names=answers.names, news=_news(answers), family=None
    )


def _news(answers: Answers) -> str:
    tally = answers.meeting.tally()
    return (
        f"Answers: {tally['accepted']} yes, {tally['declined']} no, {tally['tentative']} not sure, {tally['needs_action']} not yet."
    )


async def get_move(visit: Visit) -> web.StreamResponse:
    """Show other times for the same people, and fields to type one."""
    return await _move_page(visit, visit.form)


async def _move_page(visit: Visit, form: Form, *, status: int = 200, code: str = "") -> web.Response:
    seen = await _seen(visit)
    found = None
    try:
        found = await showing.other_times(visit.meetings, seen.meeting, today=visit.today)
        await seen.answers.names.learn({one.person_id for time in found.times for one in time.unavailable})
    except Problem as problem:
        if problem.status not in {404, 409, 422, 503}:
            raise
        # Who facilitates a meeting of a family out of sight may move it, and types the time: that is no error.
        if seen.family is not None:
            form.errors.setdefault("found", problem.detail)
    return visit.page(
        "meeting_move.html",
        status=status,
        seen=seen,
        meeting=seen.meeting,
        names=seen.answers.names,
        found=found,
        form=form,
        errors=form.errors,
        stale=status == 412,
        is_late=code == "after_due_date",
    )


async def post_move(visit: Visit) -> web.StreamResponse:
    """Move the meeting; everybody is asked anew."""
    form = visit.form
    starts = form.wall("day", "time")
    if starts is None:
        return await _move_page(visit, form, status=422)
    facts: dict[str, object] = {"starts_local": starts.isoformat(timespec="minutes"), "time_zone": form.text("zone")}
    facts |= {"minutes": form.number("minutes", 60)} if form.text("minutes") else {}
    facts |= {name: form.text(name) for name in ("facilitator_id", "room_id") if form.text(name)}
    facts |= {"interpreter_ids": list(form.all("interpreter_id"))} if "interpreter_id" in form else {}
    facts |= {"after_due_reason": form.text("override")[:500]} if form.text("override") else {}
    facts |= {"family_asked": True} if form.flag("family_asked") else {}
    try:
        changed = await visit.meetings.move(visit.path("meeting_id"), facts, etag=form.text("etag"), key=form.text("key"))
    except Problem as problem:
        if problem.status not in {409, 412, 422}:
            raise
        if problem.status != 412:
            form.take(problem, {"#/starts_local": "day"}, default="day")
        return await _move_page(visit, form, status=problem.status, code=problem.code)
    return see_other(_here(visit, f"?moved={changed.adjusted or 'yes'}"))


async def get_cancel(visit: Visit) -> web.StreamResponse:
    """Ask once more, and say what will happen."""
    seen = await _seen(visit)
    return visit.page("meeting_cancel.html", seen=seen, meeting=seen.meeting, answers=seen.answers, errors={}, stale=False)


async def post_cancel(visit: Visit) -> web.StreamResponse:
    """Call the meeting off; everybody who was invited is told, and reminders stop."""
    form = visit.form
    reason = form.text("reason_code")
    status = 422
    if reason not in codes.CANCEL_REASONS:
        form.errors["reason_code"] = "Choose a reason. Nobody outside the county sees it."
    else:
        try:
            await visit.meetings.cancel(visit.path("meeting_id"), reason, etag=form.text("etag"), key=form.text("key"))
        except Problem as problem:
            if problem.status not in {409, 412, 422}:
                raise
            status = problem.status
            if status != 412:
                form.take(problem, {"#/reason_code": "reason_code"}, default="reason_code")
        else:
            return see_other(_here(visit))
    seen = await _seen(visit)
    return visit.page(
        "meeting_cancel.html",
        status=status,
        seen=seen,
        meeting=seen.meeting,
        answers=seen.answers,
        errors=form.errors,
        stale=status == 412,
    )


async def post_action(visit: Visit) -> web.StreamResponse:
    """Confirm a meeting, or take a cancellation back."""
    form, meeting_id = visit.form, visit.path("meeting_id")
    etag, key = form.text("etag"), form.text("key")
    waivers = {role: form.text(f"waive-{role}")[:500] for role in WAIVABLE if form.text(f"waive-{role}")}
    try:
        if form.text("action") == "confirm":
            await visit.meetings.confirm(meeting_id, etag=etag, key=key, waivers=waivers)
        else:
            await visit.meetings.revive(meeting_id, etag=etag, key=key)
    except Problem as problem:
        if problem.status not in {409, 412, 422}:
            raise
        form.errors["form"] = problem.detail + _which_roles(problem)
        return await _meeting_page(visit, form, status=problem.status)
    return see_other(_here(visit))


def _which_roles(problem: Problem) -> str:
    missing = problem.members.get("roles") or ()
    named = [words.label(codes.ROLES, str(one)) for one in missing] if isinstance(missing, list | tuple) else []
    return f" Missing: {words.listed(named)}." if named else ""


async def get_place(visit: Visit) -> web.StreamResponse:
    """Show where the meeting is, to change it."""
    meeting = await visit.meetings.meeting(visit.path("meeting_id"))
    return visit.page("meeting_place.html", meeting=meeting, place=meeting.place, form=None, errors={}, stale=False)


async def post_place(visit: Visit) -> web.StreamResponse:
    """Change where the meeting is; people whose own view changes are told."""
    form, meeting_id = visit.form, visit.path("meeting_id")
    place = {name: form.text(name) for name in ("name", "address", "join_url", "dial_in")}
    try:
        await visit.meetings.change(
            meeting_id, {"place": {name: value for name, value in place.items() if value}}, etag=form.text("etag")
        )
    except Problem as problem:
        if problem.status not in {409, 412, 422}:
            raise
        if problem.status != 412:
            form.take(problem, {f"#/place/{name}": name for name in place}, default="name")
        meeting = await visit.meetings.meeting(meeting_id)
        return visit.page(
            "meeting_place.html",
            status=problem.status,
            meeting=meeting,
            place=meeting.place,
            form=form,
            errors=form.errors,
            stale=problem.status == 412,
        )
    return see_other(_here(visit))


async def get_people(visit: Visit) -> web.StreamResponse:
    """Show who of the family could be added, and who could be taken off."""
    return await _people_page(visit, visit.form)


async def _people_page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    seen = await _seen(visit)
    here = {one.person_id for one in seen.meeting.people}
    children = {one.person.id: role_of_child(one) for one in seen.roster.children}
    roles = {one.person.id: suggested_role(one, seen.roster.children) for one in seen.roster.members} | children
    return visit.page(
        "meeting_people.html",
        status=status,
        seen=seen,
        meeting=seen.meeting,
        answers=seen.answers,
        candidates=tuple((one, roles[one.id]) for one in seen.roster.people if one.id not in here),
        roles=TEAM_ROLES,
        errors=form.errors,
    )


async def post_people(visit: Visit) -> web.StreamResponse:
    """Invite one more person, or take one off; nobody else is told."""
    form, meeting_id = visit.form, visit.path("meeting_id")
    try:
        if form.text("action") == "remove":
            await visit.meetings.remove_participant(meeting_id, form.text("participant"), etag=form.text("etag"))
        elif not form.text("person"):
            form.errors["person"] = "Choose a person."
        else:
            role = form.one_of("role", TEAM_ROLES, "informal_support")
            facts = {
                "person_id": form.text("person"),
                "role": role,
                "required": form.flag("required") if "required_asked" in form else is_required(role),
                "mode": form.one_of("mode", tuple(codes.MODES), "in_person"),
            }
            await visit.meetings.add_participant(meeting_id, facts, etag=form.text("etag"), key=form.text("key"))
    except Problem as problem:
        if problem.status not in {409, 412, 422}:
            raise
        form.take(problem, {}, default="person")
    if form.errors:
        return await _people_page(visit, form, status=409)
    return see_other(_here(visit))


async def _participant(visit: Visit) -> tuple[Seen, Participant]:
    seen = await _seen(visit)
    found = next((one for one in seen.meeting.people if one.id == visit.path("participant_id")), None)
    if found is None:
        raise NotFound
    return seen, found


async def get_answer(visit: Visit) -> web.StreamResponse:
    """Show the form for an answer that somebody gave by phone or in person."""
    seen, participant = await _participant(visit)
    return visit.page(
        "meeting_answer.html",
        meeting=seen.meeting,
        participant=participant,
        name=seen.answers.names.name(participant.person_id),
        errors={},
        form=visit.form,
    )


async def post_answer(visit: Visit) -> web.StreamResponse:
    """Record an answer with its source."""
    form = visit.form
    answer = form.one_of("answer", ANSWERS, "")
    if not answer:
        form.errors["answer"] = "Choose what they said."
    else:
        facts: dict[str, object] = {"answer": answer, "source": form.one_of("source", SOURCES, "phone")}
        facts |= {"comment": form.text("comment")[:500]} if form.text("comment") else {}
        try:
            await visit.meetings.record_answer(visit.path("meeting_id"), visit.path("participant_id"), facts, key=form.text("key"))
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            form.take(problem, {}, default="answer")
        else:
            return see_other(_here(visit))
    seen, participant = await _participant(visit)
    return visit.page(
        "meeting_answer.html",
        status=422,
        meeting=seen.meeting,
        participant=participant,
        name=seen.answers.names.name(participant.person_id),
        errors=form.errors,
        form=form,
    )


async def post_apply_reply(visit: Visit) -> web.StreamResponse:
    """Count an answer that had been set aside, because staff know that it is genuine."""
    try:
        await visit.meetings.apply_reply(
            visit.path("meeting_id"),
            visit.path("reply_id"),
            participant_id=visit.form.text("participant"),
            key=visit.form.text("key"),
        )
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        visit.form.errors["form"] = problem.detail
        return await _meeting_page(visit, visit.form, status=409)
    return see_other(_here(visit))


async def post_link(visit: Visit) -> web.StreamResponse:
    """Make a fresh personal link to hand over, shown once on this page and nowhere else."""
    seen, participant = await _participant(visit)
    url = await visit.notify.new_link(participant.person_id, {"meeting_id": seen.meeting.id}, key=visit.form.text("key"))
    return visit.page("meeting_link.html", meeting=seen.meeting, name=seen.answers.names.name(participant.person_id), url=url)
