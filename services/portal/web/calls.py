"""Calls to make: whom, why, what to say, and what came of it."""

from aiohttp import web

from services.portal.use_cases.show_calls import show_calls
from services.portal.web import codes
from services.portal.web.pages import Visit, see_other
from shared.web.client import Problem

ANSWERS = ("accepted", "declined", "tentative")


async def get_calls(visit: Visit) -> web.StreamResponse:
    """Show the calls that wait, the most pressing first."""
    return await _calls_page(visit)


async def _calls_page(visit: Visit, *, status: int = 200, task_id: str = "") -> web.Response:
    calls = await show_calls(visit.network, visit.meetings, visit.notify)
    return visit.page(
        "calls.html", status=status, calls=calls, now=visit.now, form=visit.form, errors=visit.form.errors, wrong=task_id
    )


async def post_call(visit: Visit) -> web.StreamResponse:
    """Record what came of a call, and the answer if one was given."""
    form, task_id = visit.form, visit.path("task_id")
    outcome, answer = form.text("outcome"), form.one_of("answer", ANSWERS, "")
    if outcome not in codes.OUTCOMES:
        form.errors["outcome"] = "Choose what came of the call."
        return await _calls_page(visit, status=422, task_id=task_id)
    try:
        if outcome == "reached" and answer and form.text("meeting") and form.text("participant"):
            await visit.meetings.record_answer(
                form.text("meeting"),
                form.text("participant"),
                {"answer": answer, "source": "phone"},
                key=f"{form.text('key')}-answer",
            )
        await visit.notify.complete_call(task_id, outcome=outcome, note=form.text("note")[:500], key=form.text("key"))
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        form.take(problem, {}, default="outcome")
        return await _calls_page(visit, status=problem.status, task_id=task_id)
    return see_other("/call-tasks?done=1")
