"""The page behind a personal link: one meeting of one person, for an old phone, without an account and without scripts.

GET never changes anything. What the page shows is what notify gives for the link's secret, which travels there in a header. A link
that is unknown, expired, revoked or malformed gets one and the same page, byte for byte.
"""

import base64
import hashlib
from typing import Any, Final
from urllib.parse import quote

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.portal.domain.meetings import LinkPage
from services.portal.web import words
from services.portal.web.member_words import LANGUAGES, Say, base_of
from services.portal.web.pages import TEMPLATES, Visit, see_other
from shared.kernel.errors import SurroundError
from shared.web.client import Problem
from shared.web.errors import QuotaExceeded, RequestError, Unavailable
from shared.web.pages import page_headers
from shared.web.problems import status_of

STYLE: Final = (TEMPLATES / "member.css").read_text(encoding="utf-8")
STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
ANSWERS = ("accepted", "declined", "tentative")

_PAGES = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


async def get_page(visit: Visit) -> web.StreamResponse:
    """Show the meeting and the three answers."""
    try:
        shown = await _shown(visit)
    except Problem as problem:
        return _refused(visit, problem)
    return _page(visit, "member.html", shown, note=visit.request.query.get("note", ""))


async def post_answer(visit: Visit) -> web.StreamResponse:
    """Record an answer, as often as a person changes their mind."""
    answer = visit.form.one_of("answer", ANSWERS, "")
    sequence = visit.form.number("sequence", -1)
    try:
        if answer and not await visit.links.answer(visit.path("token"), answer, sequence=sequence if sequence >= 0 else None):
            return _back(visit, note="moved")
    except Problem as problem:
        # An answer that comes too late changes nothing; the page itself says so.
        if problem.status not in {409, 422}:
            return _refused(visit, problem)
    return _back(visit)


async def get_other_time(visit: Visit) -> web.StreamResponse:
    """Ask which time would be better."""
    try:
        return _page(visit, "member_other_time.html", await _shown(visit), missing=False)
    except Problem as problem:
        return _refused(visit, problem)


async def post_other_time(visit: Visit) -> web.StreamResponse:
    """Pass on that another time would be better; the meeting stands until staff move it."""
    asked = visit.form.text("words")[:500]
    try:
        if not asked:
            return _page(visit, "member_other_time.html", await _shown(visit), missing=True, status=422)
        await visit.links.other_time(visit.path("token"), asked, None)
    except Problem as problem:
        if problem.status not in {409, 422}:
            return _refused(visit, problem)
        return _back(visit)
    return _back(visit, note="other-time")


async def post_language(visit: Visit) -> web.StreamResponse:
    """Remember the language in which this person wants messages."""
    language = visit.form.one_of("language", tuple(LANGUAGES), "")
    try:
        if language:
            await visit.links.language(visit.path("token"), language)
    except Problem as problem:
        return _refused(visit, problem)
    return _back(visit, note="language", language=language)


async def get_not_me(visit: Visit) -> web.StreamResponse:
    """Ask whether the link really reached somebody else; show nothing more."""
    try:
        return _page(visit, "member_not_me.html", await _shown(visit))
    except Problem as problem:
        return _refused(visit, problem)


async def post_not_me(visit: Visit) -> web.StreamResponse:
    """Stop messages to this contact and let staff know."""
    try:
        await visit.links.not_me(visit.path("token"))
    except Problem as problem:
        return _refused(visit, problem)
    return see_other(f"/m/thank-you?lang={base_of(visit.request.query.get('lang', 'en'))}")


async def get_thanks(visit: Visit) -> web.StreamResponse:
    """Thank somebody who said that the page was not theirs."""
    say = Say(visit.request.query.get("lang", "en"))
    return _answer(visit, _PAGES.get_template("member_thanks.html").render(say=say, style=STYLE))


async def get_entry(visit: Visit) -> web.StreamResponse:
    """Give the calendar entry."""
    try:
        entry = await visit.links.entry(visit.path("token"))
    except Problem as problem:
        return _refused(visit, problem)
    return web.Response(
        body=entry,
        content_type="text/calendar",
        charset="utf-8",
        headers={**_guards(visit), "Content-Disposition": 'attachment; filename="meeting.ics"'},
    )


async def get_nothing(visit: Visit) -> web.StreamResponse:
    """Answer an address that cannot be a link, like a link that is none."""
    return _gone(visit)


async def _shown(visit: Visit) -> LinkPage:
    return await visit.links.page(visit.path("token"))


def _page(visit: Visit, template: str, shown: LinkPage, *, status: int = 200, **facts: Any) -> web.Response:
    wanted = visit.request.query.get("lang", "")
    say = Say(wanted if wanted in LANGUAGES else shown.language)
    token = quote(visit.path("token"), safe="")
    text = _PAGES.get_template(template).render(
        say=say,
        style=STYLE,
        shown=shown,
        here=f"/m/{token}",
        lang=f"?lang={say.language}",
        languages=LANGUAGES,
        remembers=base_of(shown.language) != say.language,
        zone=words.zone_words(shown.time_zone, "es_US" if say.language == "es" else "en_US"),
        programme=_programme(visit, shown, say.language),
        number=words.phone(shown.call_number),
        **facts,
    )
    return _answer(visit, text, status=status)


def _programme(visit: Visit, shown: LinkPage, language: str) -> str:
    """Return the programme's name in the language of the page, which may be another than that of the person's messages."""
    county = visit.portal.settings.county(shown.county_slug)
    return county.programmes.get(language, shown.programme) if county else shown.programme


def _back(visit: Visit, *, note: str = "", language: str = "") -> web.Response:
    said = language or visit.request.query.get("lang", "")
    query = "&".join(f"{name}={value}" for name, value in (("lang", said if said in LANGUAGES else ""), ("note", note)) if value)
    return see_other(f"/m/{quote(visit.path('token'), safe='')}{f'?{query}' if query else ''}")


def _refused(visit: Visit, problem: Problem) -> web.Response:
    if problem.status == 429:
        return away(visit, QuotaExceeded(problem.retry_after))
    return away(visit, Unavailable()) if problem.status >= 500 else _gone(visit)


def away(visit: Visit, refusal: SurroundError) -> web.Response:
    """Say in every language that the page cannot be shown just now, and when to try again."""
    text = _PAGES.get_template("member_gone.html").render(style=STYLE, what="away", say=Say)
    response = _answer(visit, text, status=status_of(type(refusal)))
    if isinstance(refusal, RequestError):
        response.headers.update(refusal.headers)
    return response


def _gone(visit: Visit) -> web.Response:
    """The one refusal: it says nothing of which link it was, in which language, of which county."""
    return _answer(visit, _PAGES.get_template("member_gone.html").render(style=STYLE, what="gone", say=Say), status=404)


def _answer(visit: Visit, text: str, *, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=_guards(visit))


def _guards(visit: Visit) -> dict[str, str]:
    """The headers of a member page: the one style by its hash, and nothing that runs."""
    guards = page_headers("none", https=visit.portal.settings.is_https)
    policy = ("default-src 'none'", "img-src data:", f"style-src 'sha256-{STYLE_HASH}'", "form-action 'self'")
    guards["Content-Security-Policy"] = "; ".join((*policy, "frame-ancestors 'none'", "base-uri 'none'"))
    return guards
