"""Handlers for the page behind a personal link. The secret comes in a header; whoever has it is that person, for that entry."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.notify.domain.errors import LanguageNotOffered
from services.notify.use_cases.answer_link import answer_link, ask_other_time, choose_language, not_me
from services.notify.use_cases.open_link import Opened, find_link, hash_of, open_link
from services.notify.use_cases.show_calendar import show_entry
from services.notify.web.place import place_of
from services.notify.web.schemas import LinkOut, link_out
from shared.db.unit import Actor, Unit
from shared.settings import County
from shared.web.routing import Call, Reply, content, no_content, ok

SECRET = "X-Link-Secret"
CALENDAR = "text/calendar; charset=utf-8"
_UNSEEN = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


async def get_link(call: Call) -> Reply:
    """Show what a personal link is about. Reading it changes nothing, however often and by whom."""
    async with opened_link(call) as (unit, opened, county):
        return private(ok(link_out(unit, opened, county)))


async def post_answer(call: Call) -> Reply:
    """Say whether one comes; it can be said again and changed until the meeting starts."""
    async with opened_link(call, hold=True) as (unit, opened, county):
        await answer_link(unit, opened, call.body.answer, sequence=call.body.sequence)
        return private(ok(await _again(unit, opened, county)))


async def post_other_time(call: Call) -> Reply:
    """Ask for another time; the meeting stands until staff answer."""
    async with opened_link(call, hold=True) as (unit, opened, county):
        await ask_other_time(unit, opened, call.body.words, call.body.starts_local)
        return private(ok(link_out(unit, opened, county)))


async def post_language(call: Call) -> Reply:
    """Go on in another language."""
    async with opened_link(call, hold=True) as (unit, opened, county):
        if call.body.language not in county.languages:
            raise LanguageNotOffered
        await choose_language(unit, opened, call.body.language)
        return private(ok(await _again(unit, opened, county)))


async def post_not_me(call: Call) -> Reply:
    """Say that the link reached somebody else; it ends at once."""
    async with opened_link(call, hold=True) as (unit, opened, _):
        await not_me(unit, opened)
        return no_content()


async def get_entry(call: Call) -> Reply:
    """Give the entry as a file for a calendar."""
    async with opened_link(call) as (unit, opened, county):
        data = await show_entry(unit, opened, county)
        return content(data, content_type=CALENDAR, headers=_UNSEEN)


@asynccontextmanager
async def opened_link(call: Call, *, hold: bool = False) -> AsyncIterator[tuple[Unit, Opened, County]]:
    """Find the link outside every county, then open it inside its own, as the person it belongs to."""
    secret_hash = hash_of(call.request.headers.get(SECRET, ""))
    async with call.units.outside(link_hash=secret_hash) as session:
        found = await find_link(session, secret_hash)
    county = place_of(call).counties[found.county_id]
    async with call.units.open(county.id, Actor("member", str(found.link.person_id)), call.trace) as unit:
        yield unit, await open_link(unit, found, hold=hold), county


async def _again(unit: Unit, opened: Opened, county: County) -> LinkOut:
    return link_out(unit, await open_link(unit, opened.found), county)


def private(reply: Reply) -> Reply:
    """Return a reply that nothing on its way keeps."""
    return Reply(status=reply.status, body=reply.body, headers=_UNSEEN)
