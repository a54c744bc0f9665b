"""The box as JSON, for tests and scripts: read mail and texts, answer them, move the clock, and wait without sleeping."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from deploy.local.sandbox.changes import LONGEST_WAIT_SECONDS
from deploy.local.sandbox.clock import ClockRefused
from deploy.local.sandbox.entries import Entry, Invitation
from deploy.local.sandbox.keys import BOX
from deploy.local.sandbox.mailboxes import Mail
from deploy.local.sandbox.phones import Text, segments
from deploy.local.sandbox.replies import Answer, CannotAnswer, Proposal


class _Unreadable(web.HTTPBadRequest):
    """A request of the JSON API that cannot be read."""

    def __init__(self, words: str) -> None:
        super().__init__(text=json.dumps({"error": words}), content_type="application/json")


async def _body(request: web.Request) -> Mapping[str, Any]:
    if not request.can_read_body:
        return {}
    try:
        body = await request.json()
    except ValueError as error:
        raise _Unreadable("The body is no JSON.") from error
    if not isinstance(body, dict):
        raise _Unreadable("The body must be an object.")
    return body


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise _Unreadable("A time must be written as 2026-12-09T15:00:00-08:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def invitation_out(invitation: Invitation | None) -> dict[str, Any] | None:
    """The calendar part's facts as JSON."""
    if invitation is None:
        return None
    return {
        "method": invitation.method,
        "uid": invitation.uid,
        "recurrence_id": invitation.recurrence_id,
        "sequence": invitation.sequence,
        "dtstamp": invitation.stamp.isoformat() if invitation.stamp else None,
        "starts": invitation.starts.isoformat() if invitation.starts else None,
        "ends": invitation.ends.isoformat() if invitation.ends else None,
        "time_zone": invitation.zone,
        "summary": invitation.summary,
        "location": invitation.location,
        "status": invitation.status,
        "organizer": invitation.organizer,
        "attendees": list(invitation.attendees),
        "partstat": invitation.partstat,
    }


def mail_out(mail: Mail) -> dict[str, Any]:
    """One mail as JSON."""
    return {
        "id": mail.id,
        "mailbox": mail.mailbox,
        "received_at": mail.received_at.isoformat(),
        "envelope_from": mail.envelope_from,
        "from": mail.header("From"),
        "to": mail.header("To"),
        "subject": mail.header("Subject"),
        "message_id": mail.header("Message-ID"),
        "headers": [[h.name, h.value] for h in mail.headers],
        "text": mail.text,
        "html": mail.html,
        "calendar": invitation_out(mail.invitation),
        "calendar_text": mail.calendar_text,
        "attachments": list(mail.attachments),
        "answers": [a.value for a in mail.answers],
    }


def entry_out(entry: Entry) -> dict[str, Any]:
    """One entry of a mailbox's calendar as JSON."""
    return {"state": entry.state, "history": list(entry.history), **(invitation_out(entry.invitation) or {})}


def text_out(text: Text) -> dict[str, Any]:
    """One text as JSON."""
    counted = segments(text.body)
    return {
        "sid": text.sid,
        "phone": text.phone,
        "other": text.other,
        "body": text.body,
        "direction": "in" if text.direction == "inbound" else "out",
        "at": text.at.isoformat(),
        "status": text.status,
        "outcome": text.outcome,
        "segments": counted.count,
        "alphabet": counted.alphabet,
    }


async def get_mail(request: web.Request) -> web.Response:
    """The mail of one mailbox (`?mailbox=`), oldest first, or all of it."""
    mailboxes = request.app[BOX].mailboxes
    mailbox = request.query.get("mailbox", "")
    found = mailboxes.in_mailbox(mailbox) if mailbox else mailboxes.all()
    return web.json_response({"items": [mail_out(m) for m in found]})


def _mail(request: web.Request) -> Mail:
    mail = request.app[BOX].mailboxes.find(request.match_info["mail"])
    if mail is None:
        raise web.HTTPNotFound(text=json.dumps({"error": "No such mail."}), content_type="application/json")
    return mail


async def get_one_mail(request: web.Request) -> web.Response:
    """One mail."""
    return web.json_response(mail_out(_mail(request)))


async def get_raw(request: web.Request) -> web.Response:
    """One mail's bytes as they came."""
    return web.Response(body=_mail(request).raw, content_type="message/rfc822")


async def post_answer(request: web.Request) -> web.Response:
    """Answer an invitation: `{"answer": "accepted"}`, also tentative, declined, or counter with `starts_local` (and `ends_local`).

    `comment` is sent along; `dtstamp` replaces the stamp, so that a test can answer out of order.
    """
    body = await _body(request)
    try:
        answer = Answer(str(body.get("answer", "")).lower())
    except ValueError as error:
        raise _Unreadable("answer is accepted, tentative, declined or counter.") from error
    proposal = None
    if answer is Answer.COUNTER and body.get("starts_local"):
        ends = body.get("ends_local")
        proposal = Proposal(
            _moment(body["starts_local"]).replace(tzinfo=None), _moment(ends).replace(tzinfo=None) if ends else None
        )
    stamp = _moment(body["dtstamp"]) if body.get("dtstamp") else None
    try:
        sent = await request.app[BOX].postman.answer(
            _mail(request), answer, comment=str(body.get("comment") or ""), proposal=proposal, stamp=stamp
        )
    except CannotAnswer as error:
        return web.json_response({"error": str(error)}, status=409)
    return web.json_response({"answer": answer.value, "to": sent["To"], "message_id": sent["Message-ID"]})


async def get_entries(request: web.Request) -> web.Response:
    """A mailbox's calendar (`?mailbox=`): the entries that its invitations have become."""
    entries = request.app[BOX].mailboxes.entries(request.query.get("mailbox", ""))
    return web.json_response({"items": [entry_out(e) for e in entries]})


async def get_phone(request: web.Request) -> web.Response:
    """One phone's texts, oldest first."""
    phones, phone = request.app[BOX].phones, request.match_info["phone"]
    return web.json_response({"phone": phone, "off": phones.is_off(phone), "items": [text_out(t) for t in phones.thread(phone)]})


async def get_phones(request: web.Request) -> web.Response:
    """All texts, by phone."""
    threads = request.app[BOX].phones.threads()
    return web.json_response({"phones": {phone: [text_out(t) for t in texts] for phone, texts in threads.items()}})


async def post_text(request: web.Request) -> web.Response:
    """Text back from a phone: `{"body": "1"}`; `to` defaults to who wrote last, `sid` repeats a delivery. 502 if nobody took it."""
    box, phone = request.app[BOX], request.match_info["phone"]
    body = await _body(request)
    thread = box.phones.thread(phone)
    to = str(body.get("to") or (thread[-1].other if thread else "") or next((c.sms_number for c in box.settings.counties), ""))
    text = await box.phones.text_back(phone, to, str(body.get("body", "")), sid=str(body.get("sid") or ""))
    return web.json_response(text_out(text), status=502 if text.outcome else 200)


async def post_switch(request: web.Request) -> web.Response:
    """Put a phone out of reach (`{"off": true}`) or back."""
    off = bool((await _body(request)).get("off"))
    request.app[BOX].phones.switch(request.match_info["phone"], off=off)
    return web.json_response({"off": off})


def _clock(request: web.Request) -> web.Response:
    clock = request.app[BOX].clock
    return web.json_response({"now": clock.now().isoformat(), "offset_seconds": clock.offset.total_seconds()})


async def get_clock(request: web.Request) -> web.Response:
    """The box's time and its distance from real time."""
    try:
        await request.app[BOX].clock.read()
    except ClockRefused as error:
        return web.json_response({"error": str(error)}, status=409)
    return _clock(request)


async def post_clock(request: web.Request) -> web.Response:
    """Move the clock: `{"advance_seconds": n}`, `{"to": "<instant>"}` or `{"reset": true}`. 409 where it is refused."""
    box, body = request.app[BOX], await _body(request)
    try:
        if body.get("reset"):
            await box.clock.reset()
        elif "to" in body:
            await box.clock.move_to(_moment(body["to"]))
        else:
            await box.clock.advance(timedelta(seconds=float(body["advance_seconds"])))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _Unreadable("Say advance_seconds, to or reset.") from error
    except ClockRefused as error:
        return web.json_response({"error": str(error)}, status=409)
    box.changes.mark()
    return _clock(request)


async def get_wait(request: web.Request) -> web.Response:
    """Wait, `seconds` at most, until a mailbox or phone has more than `more_than` items; answers what there is, and if it came."""
    box, query = request.app[BOX], request.query
    mailbox, phone = query.get("mailbox", ""), query.get("phone", "")
    try:
        more_than = int(query.get("more_than", "0"))
        seconds = float(query.get("seconds", LONGEST_WAIT_SECONDS))
    except ValueError as error:
        raise _Unreadable("more_than and seconds are numbers.") from error
    if bool(mailbox) == bool(phone):
        raise _Unreadable("Name either a mailbox or a phone.")
    if mailbox:
        came = await box.changes.until(lambda: len(box.mailboxes.in_mailbox(mailbox)) > more_than, seconds=seconds)
        items = [mail_out(m) for m in box.mailboxes.in_mailbox(mailbox)]
    else:
        came = await box.changes.until(lambda: len(box.phones.thread(phone)) > more_than, seconds=seconds)
        items = [text_out(t) for t in box.phones.thread(phone)]
    return web.json_response({"came": came, "items": items})


async def get_changes(request: web.Request) -> web.Response:
    """Wait until anything in the box changes after change number `after`; the pages refresh themselves by it."""
    changes = request.app[BOX].changes
    try:
        after = int(request.query.get("after", "0"))
    except ValueError as error:
        raise _Unreadable("after is a number.") from error
    await changes.until(lambda: changes.number != after)
    return web.json_response({"number": changes.number})


async def post_reset(request: web.Request) -> web.Response:
    """Empty mailboxes and phones; the clock and the sign-ins stay as they are."""
    request.app[BOX].mailboxes.clear()
    request.app[BOX].phones.clear()
    return web.json_response({"reset": True})


ROUTES = (
    web.get("/api/mail", get_mail),
    web.get("/api/mail/{mail}", get_one_mail),
    web.get("/api/mail/{mail}/raw", get_raw),
    web.post("/api/mail/{mail}/reply", post_answer),
    web.get("/api/calendar", get_entries),
    web.get("/api/phones", get_phones),
    web.get("/api/phones/{phone}", get_phone),
    web.post("/api/phones/{phone}/reply", post_text),
    web.post("/api/phones/{phone}/switch", post_switch),
    web.get("/api/clock", get_clock),
    web.post("/api/clock", post_clock),
    web.get("/api/wait", get_wait),
    web.get("/api/changes", get_changes),
    web.post("/api/reset", post_reset),
)
