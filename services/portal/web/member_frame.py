"""What all pages behind a personal link share: one style, the languages, the one refusal, and headers that let nothing run."""

import base64
import hashlib
from typing import Any, Final
from urllib.parse import quote, urlencode

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

LEFT: Final = "left"
LEFT_SECONDS: Final = 30 * 60
"""So long after somebody left in haste, going back shows a closed page. It is the only cookie of these pages, and names nobody."""

STYLE: Final = (TEMPLATES / "member.css").read_text(encoding="utf-8")
STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

_PAGES = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


async def shown_by(visit: Visit) -> LinkPage:
    """Return what the link shows."""
    return await visit.links.page(visit.path("token"))


def page(visit: Visit, template: str, shown: LinkPage, *, status: int = 200, **facts: Any) -> web.Response:
    """Return a page in the language that was chosen, or else the person's own; to who left in haste, a closed one."""
    if visit.request.method == "GET" and LEFT in visit.request.cookies:
        template = "member_left.html"
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
        zone=zone_in(say, shown.time_zone),
        programme=_programme(visit, shown, say.language),
        number=words.phone(shown.call_number),
        **facts,
    )
    return answer(visit, text, status=status)


def zone_in(say: Say, zone_name: str) -> str:
    """Say a zone in the language of the page."""
    return words.zone_words(zone_name, "es_US" if say.language == "es" else "en_US")


def _programme(visit: Visit, shown: LinkPage, language: str) -> str:
    """Return the programme's name in the language of the page, which may be another than that of the person's messages."""
    county = visit.portal.settings.county(shown.county_slug)
    return county.programmes.get(language, shown.programme) if county else shown.programme


def back(visit: Visit, *, note: str = "", language: str = "", **facts: str) -> web.Response:
    """Lead back to the person's page, which says what was recorded; no word of anybody is in its address."""
    said = language or visit.request.query.get("lang", "")
    query = {"lang": said if said in LANGUAGES else "", "note": note, **facts}
    told = urlencode({name: value for name, value in query.items() if value})
    return see_other(f"/m/{quote(visit.path('token'), safe='')}{f'?{told}' if told else ''}")


def refused(visit: Visit, problem: Problem) -> web.Response:
    """Answer what notify refused: later, or the one page that every bad link gets."""
    if problem.status == 429:
        return away(visit, QuotaExceeded(problem.retry_after))
    return away(visit, Unavailable()) if problem.status >= 500 else gone(visit)


def away(visit: Visit, refusal: SurroundError) -> web.Response:
    """Say in every language that the page cannot be shown just now, and when to try again."""
    text = _PAGES.get_template("member_gone.html").render(style=STYLE, what="away", say=Say)
    response = answer(visit, text, status=status_of(type(refusal)))
    if isinstance(refusal, RequestError):
        response.headers.update(refusal.headers)
    return response


def gone(visit: Visit) -> web.Response:
    """The one refusal: it says nothing of which link it was, in which language, of which county."""
    return answer(visit, _PAGES.get_template("member_gone.html").render(style=STYLE, what="gone", say=Say), status=404)


def answer(visit: Visit, text: str, *, status: int = 200) -> web.Response:
    """Return a text as a guarded page."""
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=guards(visit))


def guards(visit: Visit) -> dict[str, str]:
    """The headers of a member page: the one style by its hash, and nothing that runs."""
    headers = page_headers("none", https=visit.portal.settings.is_https)
    policy = ("default-src 'none'", "img-src data:", f"style-src 'sha256-{STYLE_HASH}'", "form-action 'self'")
    headers["Content-Security-Policy"] = "; ".join((*policy, "frame-ancestors 'none'", "base-uri 'none'"))
    return headers


def bare(visit: Visit, template: str, say: Say) -> web.Response:
    """Return a page that shows nothing of anybody."""
    return answer(visit, _PAGES.get_template(template).render(say=say, style=STYLE))
