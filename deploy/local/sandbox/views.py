"""The box's pages: plain HTML that works without JavaScript; a few lines of script only bring in what is new."""

from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deploy.local.sandbox.box import Box
from deploy.local.sandbox.clock import ClockRefused
from deploy.local.sandbox.entries import clock_words
from deploy.local.sandbox.identity import SCOPES_OF_ROLE
from deploy.local.sandbox.keys import BOX
from deploy.local.sandbox.mailboxes import Mail
from deploy.local.sandbox.phones import segments
from deploy.local.sandbox.replies import Answer, CannotAnswer, Proposal

_PAGES = Path(__file__).parent / "pages"
_FILES = {"style.css": "text/css", "live.js": "text/javascript"}
# Shown mail is a stranger's HTML: its frame may open links and nothing else, and inherits this policy (nothing remote, no scripts).
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}

_templates = Environment(
    loader=FileSystemLoader(_PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_templates.filters["segments"] = segments
_templates.globals.update(changes=None, active="")


def html(template: str, *, status: int = 200, **facts: object) -> web.Response:
    """Render one page."""
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
    words = _templates.get_template(template).render(**facts)
    return web.Response(text=words, status=status, content_type="text/html", charset="utf-8", headers=headers)


def see_other(address: str) -> web.Response:
    """Send the browser on after a form."""
    return web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})


def _sorry(words: str, back: str, *, status: int = 409) -> web.Response:
    return html("refused.html", title="That did not work", words=words, back=back, status=status)


def _zone(box: Box) -> ZoneInfo:
    return ZoneInfo(box.settings.counties[0].time_zone if box.settings.counties else "America/Los_Angeles")


def _shown(box: Box, template: str, active: str, *, status: int = 200, **facts: object) -> web.Response:
    """Render a page that lives inside the box: with its navigation, its clock, and times in the first county's zone."""
    zone = _zone(box)

    def moment(at: datetime) -> str:
        local = at.astimezone(zone)
        return f"{local:%a} {local.day} {local:%b}, {clock_words(local)} {local:%Z}"

    return html(
        template,
        status=status,
        active=active,
        changes=box.changes.number,
        settings=box.settings,
        now=box.clock.now(),
        offset=_span(box.clock.offset),
        moment=moment,
        **facts,
    )


def _span(offset: timedelta) -> str:
    """Return an offset in words, or nothing for real time."""
    minutes = round(abs(offset).total_seconds() / 60)
    if not minutes:
        return ""
    parts = ((minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute"))
    words = ", ".join(f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in parts if n)
    return f"{words} {'ahead of' if offset > timedelta(0) else 'behind'} real time"


async def _form(request: web.Request) -> dict[str, str]:
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


async def get_home(request: web.Request) -> web.Response:
    """Everything in the box on one page."""
    box = request.app[BOX]
    return _shown(box, "home.html", "home", title="Sandbox", boxes=box.mailboxes.boxes(), threads=box.phones.threads())


async def get_boxes(request: web.Request) -> web.Response:
    """All mailboxes."""
    box = request.app[BOX]
    return _shown(box, "boxes.html", "mail", title="Mail", boxes=box.mailboxes.boxes())


async def get_box(request: web.Request) -> web.Response:
    """One mailbox: its mail, newest first, and its calendar."""
    box, mailbox = request.app[BOX], request.match_info["mailbox"].lower()
    return _shown(
        box,
        "mailbox.html",
        "mail",
        title=mailbox,
        mailbox=mailbox,
        mails=box.mailboxes.in_mailbox(mailbox)[::-1],
        entries=box.mailboxes.entries(mailbox),
        answers=(Answer.ACCEPTED, Answer.TENTATIVE, Answer.DECLINED),
        labels={"accepted": "Accept", "tentative": "Tentative", "declined": "Decline", "counter": "Another time"},
    )


def _mail(request: web.Request) -> Mail:
    mail = request.app[BOX].mailboxes.find(request.match_info["mail"])
    if mail is None or mail.mailbox != request.match_info["mailbox"].lower():
        raise web.HTTPNotFound(text="This mail is no longer kept.")
    return mail


def _at(mail: Mail) -> str:
    return f"/mail/{quote(mail.mailbox)}#m-{mail.id}"


async def post_answer(request: web.Request) -> web.Response:
    """Press a button of the invitation: a real answer goes to Surround's inbox."""
    mail, form = _mail(request), await _form(request)
    try:
        answer = Answer(form.get("answer", ""))
        proposal = Proposal(datetime.fromisoformat(form.get("starts_local", ""))) if answer is Answer.COUNTER else None
        await request.app[BOX].postman.answer(mail, answer, comment=form.get("comment", "").strip(), proposal=proposal)
    except ValueError:
        return _sorry("Say which time would be better.", _at(mail), status=400)
    except CannotAnswer as error:
        return _sorry(str(error), _at(mail))
    return see_other(_at(mail))


async def post_words(request: web.Request) -> web.Response:
    """Write back in plain words, as a person does who presses Reply."""
    mail, form = _mail(request), await _form(request)
    recipient = mail.header("Reply-To") or mail.header("From")
    recipient = recipient.rpartition("<")[2].rstrip(">").strip()
    try:
        await request.app[BOX].postman.write(
            sender=mail.mailbox,
            recipient=recipient,
            subject=f"Re: {mail.subject}",
            words=form.get("words", ""),
            in_reply_to=mail.header("Message-ID"),
        )
    except CannotAnswer as error:
        return _sorry(str(error), _at(mail))
    return see_other(_at(mail))


async def get_phones(request: web.Request) -> web.Response:
    """All phones, and a box to pick one up that has no texts yet."""
    box = request.app[BOX]
    number = request.query.get("number", "").replace(" ", "")
    if number:
        return see_other(f"/phones/{quote(number, safe='+')}")
    return _shown(box, "phones.html", "phones", title="Phones", threads=box.phones.threads())


async def get_phone(request: web.Request) -> web.Response:
    """One phone: its texts, and a box to text back."""
    box, phone = request.app[BOX], request.match_info["phone"]
    thread = box.phones.thread(phone)
    known = {c.sms_number: c.name for c in box.settings.counties if c.sms_number}
    others = list(dict.fromkeys([t.other for t in reversed(thread)] + list(known)))
    return _shown(
        box,
        "phone.html",
        "phones",
        title=phone,
        phone=phone,
        thread=thread,
        others=others,
        known=known,
        is_off=box.phones.is_off(phone),
    )


def _phone_path(phone: str) -> str:
    return f"/phones/{quote(phone, safe='+')}"


async def post_text(request: web.Request) -> web.Response:
    """Text back from a phone."""
    phone, form = request.match_info["phone"], await _form(request)
    body, to = form.get("body", "").strip(), form.get("to", "")
    if not body or not to:
        return _sorry("Write something first, and say to which number.", _phone_path(phone), status=400)
    await request.app[BOX].phones.text_back(phone, to, body)
    return see_other(f"{_phone_path(phone)}#last")


async def post_switch(request: web.Request) -> web.Response:
    """Switch a phone off or on."""
    phone, form = request.match_info["phone"], await _form(request)
    request.app[BOX].phones.switch(phone, off=form.get("off") == "yes")
    return see_other(_phone_path(phone))


async def get_clock(request: web.Request) -> web.Response:
    """The box's time, and the buttons that move it."""
    return await _clock_page(request.app[BOX], "")


async def _clock_page(box: Box, refusal: str) -> web.Response:
    try:
        await box.clock.read()
    except ClockRefused as error:
        refusal = refusal or str(error)
    zones = list(dict.fromkeys([*(c.time_zone for c in box.settings.counties), _zone(box).key, "UTC"]))
    now = box.clock.now()
    times = [(zone, now.astimezone(ZoneInfo(zone))) for zone in zones]
    status = 409 if refusal else 200
    return _shown(
        box, "clock.html", "clock", title="Clock", times=times, refusal=refusal, words=clock_words, steps=list(STEPS), status=status
    )


async def post_clock(request: web.Request) -> web.Response:
    """Move the clock, or say plainly why not."""
    box, form = request.app[BOX], await _form(request)
    try:
        if form.get("step") in STEPS:
            await box.clock.advance(STEPS[form["step"]])
        elif form.get("to_local"):
            await box.clock.move_to(datetime.fromisoformat(form["to_local"]).replace(tzinfo=_zone(box)))
        else:
            await box.clock.reset()
    except ClockRefused as error:
        return await _clock_page(box, str(error))
    except ValueError:
        return await _clock_page(box, "That is no time.")
    box.changes.mark()
    return see_other("/clock")


async def get_identity(request: web.Request) -> web.Response:
    """The OpenID provider: its issuers, keys and sample staff."""
    box = request.app[BOX]
    return _shown(box, "identity.html", "identity", title="Sign-in", realms=box.provider.realms.values(), scopes=SCOPES_OF_ROLE)


async def post_empty(request: web.Request) -> web.Response:
    """Empty every mailbox and phone."""
    request.app[BOX].mailboxes.clear()
    request.app[BOX].phones.clear()
    return see_other("/")


async def get_file(request: web.Request) -> web.StreamResponse:
    """The stylesheet and the few lines of script."""
    name = request.match_info["name"]
    return web.FileResponse(_PAGES / name, headers={"Content-Type": _FILES[name], "Cache-Control": "no-cache"})


ROUTES = (
    web.get("/", get_home),
    web.get("/mail", get_boxes),
    web.get("/mail/{mailbox}", get_box),
    web.post("/mail/{mailbox}/{mail}/answer", post_answer),
    web.post("/mail/{mailbox}/{mail}/words", post_words),
    web.get("/phones", get_phones),
    web.get("/phones/{phone}", get_phone),
    web.post("/phones/{phone}/text", post_text),
    web.post("/phones/{phone}/switch", post_switch),
    web.get("/clock", get_clock),
    web.post("/clock", post_clock),
    web.get("/identity", get_identity),
    web.post("/empty", post_empty),
    web.get("/files/{name:style.css|live.js}", get_file),
)
