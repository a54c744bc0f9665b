"""The page behind a personal link: one meeting, or one person's promises, for an old phone, without an account or scripts.

GET never changes anything. What the page shows is what notify gives for the link's secret, which travels there in a header. A link
that is unknown, expired, revoked or malformed gets one and the same page, byte for byte.
"""

from typing import Final

from aiohttp import web

from services.portal.web.member_frame import LEFT, LEFT_SECONDS, back, bare, gone, guards, page, refused, shown_by
from services.portal.web.member_promises import promises_page
from services.portal.web.member_words import LANGUAGES, Say, base_of
from services.portal.web.pages import Visit, see_other
from shared.web.client import Problem

NEUTRAL: Final = "https://www.weather.gov/"
"""Where somebody goes who must leave the page at once: what anybody might have open (API M8)."""

ANSWERS = ("accepted", "declined", "tentative")


async def get_page(visit: Visit) -> web.StreamResponse:
    """Show the meeting and the three answers, or what the person is asked for and has promised."""
    try:
        shown = await shown_by(visit)
        if shown.promise is not None:
            return await promises_page(visit, shown, shown.promise)
    except Problem as problem:
        return refused(visit, problem)
    return page(visit, "member.html", shown, note=visit.request.query.get("note", ""))


async def post_answer(visit: Visit) -> web.StreamResponse:
    """Record an answer, as often as a person changes their mind."""
    answer = visit.form.one_of("answer", ANSWERS, "")
    sequence = visit.form.number("sequence", -1)
    try:
        if answer and not await visit.links.answer(visit.path("token"), answer, sequence=sequence if sequence >= 0 else None):
            return back(visit, note="moved")
    except Problem as problem:
        # An answer that comes too late changes nothing; the page itself says so.
        if problem.status not in {409, 422}:
            return refused(visit, problem)
    return back(visit)


async def get_other_time(visit: Visit) -> web.StreamResponse:
    """Ask which time would be better."""
    try:
        return page(visit, "member_other_time.html", await shown_by(visit), missing=False)
    except Problem as problem:
        return refused(visit, problem)


async def post_other_time(visit: Visit) -> web.StreamResponse:
    """Pass on that another time would be better; the meeting stands until staff move it."""
    asked = visit.form.text("words")[:500]
    try:
        if not asked:
            return page(visit, "member_other_time.html", await shown_by(visit), missing=True, status=422)
        await visit.links.other_time(visit.path("token"), asked, None)
    except Problem as problem:
        if problem.status not in {409, 422}:
            return refused(visit, problem)
        return back(visit)
    return back(visit, note="other-time")


async def post_language(visit: Visit) -> web.StreamResponse:
    """Remember the language in which this person wants messages."""
    language = visit.form.one_of("language", tuple(LANGUAGES), "")
    try:
        if language:
            await visit.links.language(visit.path("token"), language)
    except Problem as problem:
        return refused(visit, problem)
    return back(visit, note="language", language=language)


async def get_not_me(visit: Visit) -> web.StreamResponse:
    """Ask whether the link really reached somebody else; show nothing more."""
    try:
        return page(visit, "member_not_me.html", await shown_by(visit))
    except Problem as problem:
        return refused(visit, problem)


async def post_not_me(visit: Visit) -> web.StreamResponse:
    """Stop messages to this contact and let staff know."""
    try:
        await visit.links.not_me(visit.path("token"))
    except Problem as problem:
        return refused(visit, problem)
    return see_other(f"/m/thank-you?lang={base_of(visit.request.query.get('lang', 'en'))}")


async def get_thanks(visit: Visit) -> web.StreamResponse:
    """Thank somebody who said that the page was not theirs."""
    return bare(visit, "member_thanks.html", Say(visit.request.query.get("lang", "en")))


async def get_leave(visit: Visit) -> web.StreamResponse:
    """Lead away from here at once, to a page that anybody might have open; who goes back meets a closed page.

    Without scripts a browser's history cannot be rewritten. But browsers that keep pages to go back to forget these when a cookie
    changes (Chromium does, with or without `no-store`), and ask here again.
    """
    response = see_other(NEUTRAL)
    secure = visit.portal.settings.is_https
    response.set_cookie(LEFT, "1", path="/m", max_age=LEFT_SECONDS, httponly=True, secure=secure, samesite="Lax")
    return response


async def post_open(visit: Visit) -> web.StreamResponse:
    """Open the page again for somebody who left it."""
    try:
        await shown_by(visit)
    except Problem as problem:
        return refused(visit, problem)
    response = back(visit)
    response.del_cookie(LEFT, path="/m", httponly=True, secure=visit.portal.settings.is_https, samesite="Lax")
    return response


async def get_entry(visit: Visit) -> web.StreamResponse:
    """Give the calendar entry."""
    try:
        entry = await visit.links.entry(visit.path("token"))
    except Problem as problem:
        return refused(visit, problem)
    return web.Response(
        body=entry,
        content_type="text/calendar",
        charset="utf-8",
        headers={**guards(visit), "Content-Disposition": 'attachment; filename="calendar.ics"'},
    )


async def get_nothing(visit: Visit) -> web.StreamResponse:
    """Answer an address that cannot be a link, like a link that is none."""
    return gone(visit)
