"""The front door: signing in and out, and the first screen."""

import secrets
import time

from aiohttp import web

from services.portal.gateways.identity import ProviderAway, SignInRefused
from services.portal.use_cases import sign_in as signing
from services.portal.use_cases.show_board import find_families, show_board
from services.portal.web.pages import (
    Visit,
    check_origin,
    drop_cookie,
    own_path,
    see_other,
    set_cookie,
)
from shared import logs
from shared.kernel.wall import at_wall, local_date

YEAR_SECONDS = 365 * 24 * 3600
CALLBACK = "/sign-in/return"

log = logs.get()


async def get_front(visit: Visit) -> web.StreamResponse:
    """Show my families: meetings this week, answers missing, due dates, calls to make."""
    seen = await show_board(
        visit.network,
        visit.plans,
        visit.meetings,
        visit.notify,
        clock=lambda: visit.now,
        day_of=lambda now: local_date(now, visit.zone),
    )
    return visit.page("front.html", seen=seen, local=at_wall, board=seen.board, wanted="", found=None)


async def search_families(visit: Visit) -> web.StreamResponse:
    """Find families by name. The words come in the body, never in an address."""
    wanted = visit.form.text("words")
    if not wanted:
        return see_other("/")
    return visit.page("found.html", wanted=wanted, found=await find_families(visit.network, wanted))


async def get_sign_in(visit: Visit) -> web.StreamResponse:
    """Show the sign-in page: the county, and that everything here is confidential and logged."""
    return _sign_in_page(visit)


async def post_sign_in(visit: Visit) -> web.StreamResponse:
    """Send the browser to the county's own sign-in."""
    portal = visit.portal
    check_origin(visit.request, portal.settings.origin)
    county = portal.settings.county(visit.form.text("county"))
    if county is None:
        visit.form.errors["county"] = "Choose your county."
        return _sign_in_page(visit, status=422)
    chance = signing.Chance(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
    try:
        begun = await signing.begin(
            portal.sign_ins,
            portal.identity,
            county,
            redirect_uri=f"{portal.settings.url}{CALLBACK}",
            return_to=own_path(visit.form.text("next", "/")),
            chance=chance,
        )
    except ProviderAway:
        visit.form.errors["county"] = f"{county.name}'s sign-in does not answer just now. Try again in a moment."
        return _sign_in_page(visit, status=503)
    response = see_other(begun.address)
    set_cookie(response, portal, portal.pending_cookie, begun.word, seconds=600)
    set_cookie(response, portal, portal.county_cookie, county.slug, seconds=YEAR_SECONDS)
    return response


async def get_return(visit: Visit) -> web.StreamResponse:
    """Take the browser back from the county's sign-in."""
    portal, query = visit.portal, visit.request.query
    try:
        if "error" in query:
            raise SignInRefused("provider")
        word, pending = await signing.come_back(
            portal.sign_ins,
            portal.identity,
            portal.settings.counties,
            word=visit.request.cookies.get(portal.pending_cookie, ""),
            state=query.get("state", ""),
            issuer=query.get("iss"),
            code=query.get("code", ""),
            redirect_uri=f"{portal.settings.url}{CALLBACK}",
            csrf=secrets.token_urlsafe(32),
            at=time.time(),
        )
    except SignInRefused as refused:
        log.info("sign_in.refused", why=str(refused))
        visit.form.errors["county"] = "That sign-in did not work, or took too long. Please sign in again."
        response = _sign_in_page(visit, status=403)
        drop_cookie(response, portal, portal.pending_cookie)
        return response
    old = visit.request.cookies.get(portal.cookie)
    if old:
        await portal.sign_ins.end(old)
    response = see_other(own_path(pending.return_to))
    set_cookie(response, portal, portal.cookie, word)
    drop_cookie(response, portal, portal.pending_cookie)
    log.info("sign_in.done", county=pending.county)
    return response


async def post_stay(visit: Visit) -> web.StreamResponse:
    """Stay signed in: asking is activity, and that is all."""
    return web.Response(status=204)


async def post_sign_out(visit: Visit) -> web.StreamResponse:
    """Sign out here and at the county's sign-in."""
    portal = visit.portal
    address = await signing.sign_out(
        portal.sign_ins, portal.identity, visit.staff, word=visit.word, return_to=f"{portal.settings.url}/sign-in"
    )
    response = see_other(address)
    drop_cookie(response, portal, portal.cookie)
    return response


async def post_backchannel_logout(visit: Visit) -> web.StreamResponse:
    """Take a provider's word that somebody signed out there. It comes from the provider itself, not from a browser."""
    no_store = {"Cache-Control": "no-store"}
    try:
        await signing.end_at_the_providers_word(visit.portal.sign_ins, visit.portal.identity, visit.form.text("logout_token"))
    except SignInRefused as refused:
        log.warning("logout.refused", why=str(refused))
        return web.json_response({"error": "invalid_request"}, status=400, headers=no_store)
    log.info("logout.done")
    return web.Response(status=200, headers=no_store)


async def get_sign_ins(visit: Visit) -> web.StreamResponse:
    """Let an administrator end somebody's sign-ins."""
    return visit.page("sign_ins.html", ended=visit.request.query.get("ended") == "1", errors=visit.form.errors)


async def post_end_sign_ins(visit: Visit) -> web.StreamResponse:
    """End all sign-ins of one person: their next request is refused."""
    staff_id = visit.form.require("staff_id", "Write the sign-in name of the person.")
    if not staff_id:
        return visit.page("sign_ins.html", status=422, ended=False, errors=visit.form.errors)
    await signing.end_sign_ins_of(
        visit.portal.sign_ins, visit.network, staff_id, county=visit.staff.county, key=visit.form.text("key")
    )
    return see_other("/sign-ins?ended=1")


async def get_accessibility(visit: Visit) -> web.StreamResponse:
    """Say how these pages can be used by everybody, and whom to tell when one cannot."""
    return visit.page("accessibility.html")


def _sign_in_page(visit: Visit, *, status: int = 200) -> web.Response:
    portal = visit.portal
    remembered = visit.form.text("county") or visit.request.cookies.get(portal.county_cookie, "")
    return visit.page(
        "sign_in.html",
        status=status,
        counties=portal.settings.counties,
        chosen=remembered,
        next=own_path(visit.form.text("next") or visit.request.query.get("next", "/")),
        errors=visit.form.errors,
    )
