"""Every page goes through here: who looks, whether a form is ours, which words a refusal gets, and the headers that guard it.

A handler is `async def (visit: Visit) -> web.Response`. Routes declare who may open them (`SIGNED_IN`, `POLLED`, `ANYBODY`); there
is no other way to build one.
"""

import hmac
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from redis.exceptions import RedisError

from services.portal.domain.errors import FormRefused
from services.portal.gateways.calling import Caller, ServiceClock
from services.portal.gateways.circles import Circles
from services.portal.gateways.identity import Identity, ProviderAway, SignInRefused, Tokens
from services.portal.gateways.imports import Imports
from services.portal.gateways.meetings import Meetings
from services.portal.gateways.network import Network
from services.portal.gateways.notify import Links, Notify
from services.portal.gateways.plans import Plans
from services.portal.gateways.shared_words import SharedWords
from services.portal.gateways.sign_ins import IDLE_SECONDS, SignIn, SignIns
from services.portal.settings import PortalSettings
from services.portal.web import codes, import_codes, people_codes, plan_codes, plan_words, record_codes, stale, words
from services.portal.web.forms import Form, read_form
from services.portal.web.static_files import StaticFiles
from services.portal.web.uploads import FILE_FORM, Arriving, read_file_form
from shared import logs
from shared.kernel.errors import Conflict, Invalid, NotFound, Refused, SurroundError
from shared.kernel.wall import local_date
from shared.settings import County
from shared.web.client import Problem, ServiceClient
from shared.web.errors import QuotaExceeded, Unavailable
from shared.web.limits import LIMITS
from shared.web.observe import TRACE, take_until
from shared.web.pages import new_nonce, page_headers
from shared.web.problems import status_of
from shared.web.upload import UPLOAD_PATIENCE

TEMPLATES = Path(__file__).parent / "templates"
RENEW_SECONDS = 45.0
"""An access token is renewed this long before it ends."""

log = logs.get()


class Opens(Enum):
    """Who may open a page. POLLED is SIGNED_IN that does not count as activity: a page left open must not stay signed in."""

    ANYBODY = "anybody"
    SIGNED_IN = "signed_in"
    POLLED = "polled"


@dataclass(frozen=True, slots=True)
class Portal:
    """What all pages share."""

    settings: PortalSettings
    sign_ins: SignIns
    identity: Identity
    network: ServiceClient
    meetings: ServiceClient
    notify: ServiceClient
    clock: ServiceClock
    static: StaticFiles
    environment: Environment

    @property
    def cookie(self) -> str:
        """The name of the sign-in cookie; only a loopback origin may do without the prefix and Secure."""
        return "__Host-surround" if self.settings.is_https else "surround"

    @property
    def pending_cookie(self) -> str:
        """The name of the cookie of a sign-in that has been begun."""
        return f"{self.cookie}-signing-in"

    @property
    def county_cookie(self) -> str:
        """The name of the cookie that remembers which county somebody signs in at."""
        return f"{self.cookie}-county"


PORTAL: Final = web.AppKey("portal", Portal)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page."""

    request: web.Request
    portal: Portal
    form: Form
    nonce: str
    arriving: Arriving | None = None
    """The file that the form brings, on a page that takes one."""
    sign_in: SignIn | None = None
    county: County | None = None
    word: str = ""

    @property
    def staff(self) -> SignIn:
        """Who is signed in; a page for anybody must not ask."""
        if self.sign_in is None:
            raise RuntimeError("this page is for anybody")
        return self.sign_in

    @property
    def network(self) -> Network:
        """network, with this person's token."""
        return Network(self._caller(self.portal.network))

    @property
    def plans(self) -> Plans:
        """network's plans, with this person's token."""
        return Plans(self._caller(self.portal.network))

    @property
    def circles(self) -> Circles:
        """network's circles, with this person's token."""
        return Circles(self._caller(self.portal.network))

    @property
    def shared_words(self) -> SharedWords:
        """network's shared words, with this person's token."""
        return SharedWords(self._caller(self.portal.network))

    @property
    def imports(self) -> Imports:
        """network's imports, with this person's token."""
        return Imports(self._caller(self.portal.network))

    @property
    def meetings(self) -> Meetings:
        """meetings, with this person's token."""
        return Meetings(self._caller(self.portal.meetings))

    @property
    def notify(self) -> Notify:
        """notify, with this person's token."""
        return Notify(self._caller(self.portal.notify))

    @property
    def links(self) -> Links:
        """Personal links, which need no token; notify counts what one address asks."""
        return Links(self.portal.notify, self.portal.clock, self.request.app[LIMITS].address_of(self.request))

    @property
    def zone(self) -> str:
        """The county's zone."""
        return self.county.time_zone if self.county else "America/Los_Angeles"

    @property
    def now(self) -> datetime:
        """The present instant by the services' clock."""
        return self.portal.clock.now()

    @property
    def today(self) -> date:
        """The county's present day."""
        return local_date(self.now, self.zone)

    def path(self, name: str) -> str:
        """Return a part of the address."""
        return self.request.match_info[name]

    def page(self, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **facts: Any) -> web.Response:
        """Return a page made of a template."""
        return render(self, template, status=status, headers=headers, **facts)

    def _caller(self, client: ServiceClient) -> Caller:
        return Caller(client, self.portal.clock, self.staff.access_token)


Handler = Callable[[Visit], Awaitable[web.StreamResponse]]

AWAY: Final[web.AppKey[Callable[[Visit, SurroundError], web.Response]]] = web.AppKey("away")
"""What a member's page says, in every language, when it cannot be shown just now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRoute:
    """One method on one path of the portal."""

    method: str
    path: str
    handler: Handler
    opens: Opens
    takes_file: bool = False

    def __post_init__(self) -> None:
        """Refuse a page that nobody has described."""
        if not (self.handler.__doc__ or "").strip():
            raise ValueError(f"{self.method} {self.path}: its handler has no docstring")


def make_environment(static: StaticFiles) -> Environment:
    """Return the templates, which escape everything and fail on a name they do not know."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals |= {
        "static": static.url,
        "codes": codes,
        "words": words,
        "people_codes": people_codes,
        "plan_codes": plan_codes,
        "plan_words": plan_words,
        "import_codes": import_codes,
        "record_codes": record_codes,
        "label": words.label,
        "pair": words.pair,
        "new_key": new_key,
        "carried": stale.carried,
        "changes": stale.changes,
    }
    environment.filters |= {
        "day": words.day,
        "long_day": words.long_day,
        "clock": words.clock,
        "zone": words.zone_words,
        "language": words.language_words,
        "listed": words.listed,
    }
    return environment


def new_key() -> str:
    """Return a new idempotency key: each form carries one, so that sending it twice does it once."""
    return secrets.token_urlsafe(18)


def add_pages(app: web.Application, routes: tuple[PageRoute, ...]) -> None:
    """Put pages into an application."""
    for route in routes:
        app.router.add_route(route.method, route.path, partial(_open, route))
        if route.method == "GET":
            app.router.add_route("HEAD", route.path, partial(_open, route))


async def _open(route: PageRoute, request: web.Request) -> web.StreamResponse:
    portal = request.app[PORTAL]
    visit = Visit(request, portal, Form({}), new_nonce())
    try:
        if route.opens is Opens.ANYBODY:
            request.app[LIMITS].spend_for_address(request)
        else:
            # What somebody signed in may ask is counted by the services that answer.
            found = await _signed_in(visit, touch=route.opens is Opens.SIGNED_IN)
            if found is None:
                request.app[LIMITS].spend_for_address(request)
                return to_sign_in(visit)
            visit = found
        if request.method == "POST":
            form, arriving = await _sent(route, request)
            if route.opens is not Opens.ANYBODY:
                check_origin(request, portal.settings.origin)
                if not hmac.compare_digest(form.text("csrf").encode(), visit.staff.csrf.encode()):
                    raise FormRefused
            visit = replace(visit, form=form, arriving=arriving)
        return await route.handler(visit)
    except Problem as problem:
        return refusal_page(visit, problem)
    except SignInRefused:
        return to_sign_in(visit)
    except (ProviderAway, RedisError) as error:
        log.error("page.unavailable", error=type(error).__name__)
        return error_page(visit, Unavailable())


async def _sent(route: PageRoute, request: web.Request) -> tuple[Form, Arriving | None]:
    if route.takes_file and request.content_type == FILE_FORM:
        take_until(request, UPLOAD_PATIENCE)
        return await read_file_form(request)
    return await read_form(request), None


def check_origin(request: web.Request, origin: str) -> None:
    """Refuse a form that a foreign page sent, or one that does not say where it comes from (API A16)."""
    if request.headers.get("Origin") != origin or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise FormRefused


async def _signed_in(visit: Visit, *, touch: bool) -> Visit | None:
    portal = visit.portal
    word = visit.request.cookies.get(portal.cookie, "")
    sign_in = await portal.sign_ins.find(word, touch=touch) if word else None
    if sign_in is None:
        return None
    if sign_in.access_until - time.time() < RENEW_SECONDS:
        sign_in = await _renewed(portal, word, sign_in)
    county = portal.settings.county(sign_in.county) if sign_in else None
    return replace(visit, sign_in=sign_in, county=county, word=word) if county else None


async def _renewed(portal: Portal, word: str, sign_in: SignIn) -> SignIn | None:
    """Renew the tokens, once for all requests that wait for it. A provider that refuses ends the sign-in here too."""
    async with portal.sign_ins.renewing(word):
        current = await portal.sign_ins.find(word, touch=False)
        if current is None or current.access_until - time.time() >= RENEW_SECONDS:
            return current
        if not current.refresh_token:
            return current if current.access_until > time.time() else None
        try:
            tokens = await portal.identity.refresh(current.county, current.refresh_token)
        except SignInRefused:
            await portal.sign_ins.end(word)
            return None
        renewed = with_tokens(current, tokens)
        await portal.sign_ins.renew(word, renewed)
        return renewed


def with_tokens(sign_in: SignIn, tokens: Tokens) -> SignIn:
    """Return a sign-in with new tokens."""
    return replace(
        sign_in,
        access_token=tokens.access_token,
        access_until=time.time() + tokens.expires_in,
        refresh_token=tokens.refresh_token,
        id_token=tokens.id_token or sign_in.id_token,
    )


def render(
    visit: Visit, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **facts: Any
) -> web.Response:
    """Return a page with its guarding headers."""
    portal = visit.portal
    text = portal.environment.get_template(template).render(
        visit=visit,
        me=visit.sign_in,
        county=visit.county,
        csrf=visit.sign_in.csrf if visit.sign_in else "",
        nonce=visit.nonce,
        today=visit.today,
        zone_name=visit.zone,
        idle_seconds=IDLE_SECONDS,
        path=visit.request.path,
        **facts,
    )
    leads_to = " ".join(("'self'", *portal.identity.origins()))
    guards = page_headers(visit.nonce, https=portal.settings.is_https, form_action=leads_to)
    # Forms of staff pages prove where they come from: with no-referrer, browsers would send `Origin: null`.
    guards["Referrer-Policy"] = "same-origin"
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers={**guards, **(headers or {})})


def see_other(address: str) -> web.Response:
    """Send the browser on to a page of ours after a form."""
    return web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})


def to_sign_in(visit: Visit) -> web.Response:
    """Ask to sign in, and come back here afterwards. A fragment that asks by itself makes its whole page do so."""
    request = visit.request
    back = request.path_qs if request.method == "GET" and "HX-Request" not in request.headers else ""
    address = f"/sign-in?next={quote(back, safe='/')}" if back not in {"", "/"} else "/sign-in"
    if "HX-Request" in request.headers:
        return web.Response(status=204, headers={"HX-Refresh": "true", "Cache-Control": "no-store"})
    response = see_other(address)
    if visit.request.cookies.get(visit.portal.cookie):
        drop_cookie(response, visit.portal, visit.portal.cookie)
    return response


def set_cookie(response: web.Response, portal: Portal, name: str, value: str, *, seconds: int | None = None) -> None:
    """Set a cookie of ours: for this host alone, out of scripts' reach, not sent along by foreign pages."""
    response.set_cookie(name, value, path="/", httponly=True, secure=portal.settings.is_https, samesite="Lax", max_age=seconds)


def drop_cookie(response: web.Response, portal: Portal, name: str) -> None:
    """Take a cookie back."""
    response.del_cookie(name, path="/", httponly=True, secure=portal.settings.is_https, samesite="Lax")


def own_path(address: str) -> str:
    """Return an address if it is a path of ours, else the first page: nobody is led elsewhere."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not address.startswith("/") or address.startswith(("//", "/\\")) or "\\" in address:
        return "/"
    return address if address.isprintable() else "/"


def refusal_of(problem: Problem) -> SurroundError:
    """Return what a service's refusal means to a person at a page."""
    if problem.status == 404:
        return NotFound()
    if problem.status == 403:
        return Refused()
    if problem.status == 429:
        return QuotaExceeded(problem.retry_after)
    if problem.status >= 500:
        return Unavailable()
    return Invalid() if problem.status == 422 else Conflict()


def refusal_page(visit: Visit, problem: Problem) -> web.StreamResponse:
    """Answer a refusal that the handler had no better words for."""
    if problem.status == 401:
        return to_sign_in(visit)
    if problem.status >= 500:
        log.warning("page.service_refused", code=problem.code, detail=problem.detail if problem.status == 502 else "")
    return error_page(visit, refusal_of(problem), detail=problem.detail if 400 <= problem.status < 500 else "")


def error_page(visit: Visit, refusal: SurroundError, *, detail: str = "") -> web.Response:
    """Return the page of a refusal."""
    return render(
        visit,
        "error.html",
        status=status_of(type(refusal)),
        headers=refusal.headers if isinstance(refusal, QuotaExceeded) else None,
        code=refusal.code,
        detail=detail or refusal.detail,
        request_id=visit.request[TRACE].request_id,
    )


async def as_page(request: web.Request, refusal: SurroundError, headers: Mapping[str, str]) -> web.StreamResponse:
    """Write a refusal for a person to read: what `observe` calls for anything that no handler caught."""
    portal = request.app[PORTAL]
    visit = Visit(request, portal, Form({}), new_nonce())
    if not request.path.startswith(("/m/", "/static/")):
        try:
            visit = await _signed_in(visit, touch=False) or visit
        except (Problem, ProviderAway, RedisError, SignInRefused):
            log.warning("page.refused_without_sign_in")
    is_for_member = request.path.startswith("/m/") and (status_of(type(refusal)) >= 500 or isinstance(refusal, QuotaExceeded))
    response = request.app[AWAY](visit, refusal) if is_for_member else error_page(visit, refusal)
    response.headers.update(headers)
    return response
