"""What a member is asked for and has promised, on the page behind a personal link: yes, no, until when, not this time, how it went.

No page says what was promised, but one: after the last four digits of the person's own phone number, in that answer alone.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from aiohttp import web

from services.portal.domain.meetings import LinkPage
from services.portal.domain.promises import AFTER, ANSWERS, BEFORE, SAID_OF_TURNS, OwnPromise, OwnTurn, OwnWords, ends_to_choose
from services.portal.web.member_frame import back, page, refused, shown_by, zone_in
from services.portal.web.pages import Visit
from shared.kernel.wall import at_wall
from shared.web.client import Problem

SHOWN: Final = 21
"""How many times of one promise stand on one page: more would not fit into 50 kB with all their buttons (API M1)."""

NOTES = frozenset(
    {"accepted", "declined", "unsure", "until", "until-wrong", "moved", "over", "withdrawn", "language"}
    | {f"turn-{said}" for said in SAID_OF_TURNS}
)
DIGITS = 4
REFUSALS = {"digits_wrong": "digits_wrong", "too_many_tries": "digits_locked", "no_number_known": "digits_none"}


async def promises_page(visit: Visit, shown: LinkPage, own: OwnPromise) -> web.Response:
    """Show the promise that the link is for, and below it all others of the same person."""
    others = [one for one in await visit.links.promises(visit.path("token")) if one.commitment_id != own.commitment_id]
    query = visit.request.query
    note = query.get("note", "")
    told = _turn_said(visit, own, others)
    return page(
        visit,
        "member_promise.html",
        shown,
        own=own,
        promises=[*([] if shown.cancelled else [own]), *others],
        note=note if note in NOTES else "",
        turn=told,
        is_told=lambda promise, turn: told is not None and (told.promise, told.starts_at) == (promise, turn.starts_at),
        shown_turns=SHOWN,
        all_of=query.get("all", ""),
        choices={"before": BEFORE, "after": AFTER},
        ends=lambda turn: ends_to_choose(turn, visit.now),
        local=at_wall,
        stamp=_stamp,
        zone_in=zone_in,
        late=bool(own.answer_by and own.answer_by <= visit.now),
    )


@dataclass(frozen=True, slots=True)
class Told:
    """The time that was just spoken of."""

    promise: OwnPromise
    starts_at: datetime
    starts_local: datetime


def _turn_said(visit: Visit, own: OwnPromise, others: Sequence[OwnPromise]) -> Told | None:
    """Return the time that was just spoken of, if the address names one of a promise that is shown."""
    query = visit.request.query
    promise = next((one for one in (own, *others) if one.commitment_id == query.get("of", "")), None)
    starts_at = _instant(query.get("turn", ""))
    if promise is None or starts_at is None:
        return None
    return Told(promise, starts_at, at_wall(starts_at, promise.time_zone))


async def post_answer(visit: Visit) -> web.StreamResponse:
    """Record a yes, a no, or a yes until an hour; not being sure is an answer too, and changes nothing."""
    form, commitment_id = visit.form, visit.path("commitment_id")
    said = form.one_of("answer", (*ANSWERS, "unsure", "until"), "")
    until = _instant(form.text("until")) if said == "until" else None
    if said in {"", "unsure"}:
        return back(visit, note=said)
    if said == "until" and until is None:
        return back(visit, note="until-wrong")
    sequence = form.number("sequence", -1)

    async def record() -> str:
        answered = await visit.links.answer_promise(
            visit.path("token"),
            commitment_id,
            "accepted" if until else said,
            until=_stamp(until) if until else None,
            sequence=sequence if sequence >= 0 else None,
        )
        return said if sequence in {-1, answered.sequence} else "moved"

    return await _recorded(visit, record)


async def post_turn(visit: Visit) -> web.StreamResponse:
    """Record what was said of one time: all good, not this time, how it went, or that help is needed."""
    said = visit.form.one_of("said", SAID_OF_TURNS, "")
    starts_at = _instant(visit.form.text("turn"))
    if not said or starts_at is None:
        return back(visit)
    commitment_id, stamp = visit.path("commitment_id"), _stamp(starts_at)

    async def record() -> str:
        await visit.links.say_of_turn(visit.path("token"), commitment_id, stamp, said)
        return f"turn-{said}"

    return await _recorded(visit, record, of=commitment_id, turn=stamp)


async def get_withdraw(visit: Visit) -> web.StreamResponse:
    """Ask once whether a promise is to be taken back as a whole; nobody is asked why."""
    try:
        shown = await shown_by(visit)
        promises = await visit.links.promises(visit.path("token"))
    except Problem as problem:
        return refused(visit, problem)
    promise = next((one for one in promises if one.commitment_id == visit.path("commitment_id") and one.can_withdraw), None)
    if promise is None:
        return back(visit, note="over")
    return page(visit, "member_withdraw.html", shown, promise=promise)


async def post_withdraw(visit: Visit) -> web.StreamResponse:
    """Take a promise back as a whole."""

    async def record() -> str:
        await visit.links.withdraw(visit.path("token"), visit.path("commitment_id"))
        return "withdrawn"

    return await _recorded(visit, record)


async def get_words(visit: Visit) -> web.StreamResponse:
    """Ask for the last four digits of the person's own number, before anything is shown."""
    try:
        shown = await shown_by(visit)
    except Problem as problem:
        return refused(visit, problem)
    return page(visit, "member_words.html", shown, wrong="")


async def post_words(visit: Visit) -> web.StreamResponse:
    """Show what was promised, in this answer alone; wrong digits are explained."""
    digits = "".join(sign for sign in visit.form.text("digits") if sign in "0123456789")
    token = visit.path("token")
    try:
        shown = await shown_by(visit)
        if len(digits) != DIGITS:
            return page(visit, "member_words.html", shown, wrong="digits_missing", status=422)
        words = await visit.links.words(token, digits)
        promises = {one.commitment_id: one for one in await visit.links.promises(token)}
    except Problem as problem:
        wrong = REFUSALS.get(problem.code, "")
        if not wrong:
            return refused(visit, problem)
        return page(visit, "member_words.html", shown, wrong=wrong, status=problem.status)
    told: list[tuple[OwnWords, OwnTurn | None]] = [
        (one, promises[one.commitment_id].next_turn) for one in words if one.commitment_id in promises
    ]
    return page(visit, "member_told.html", shown, told=told)


async def _recorded(visit: Visit, record: Callable[[], Awaitable[str]], **facts: str) -> web.Response:
    """Record something and lead back to the page that says so; what comes too late is explained there."""
    try:
        return back(visit, note=await record(), **facts)
    except Problem as problem:
        if problem.code == "until_outside":
            return back(visit, note="until-wrong")
        if problem.status in {409, 422} or problem.code == "promise_not_found":
            return back(visit, note="over")
        return refused(visit, problem)


def _stamp(at: datetime) -> str:
    """Write an instant as forms and addresses carry it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _instant(text: str) -> datetime | None:
    """Read an instant that a form of ours carries; anything else is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.utcoffset() == timedelta(0) else None
