"""A plan on paper, and read aloud: one page for each person, with what is theirs alone, in their language, as large as they need.

What a sheet may hold is decided by network; what is left out is said to staff on the screen and never printed.
"""

import asyncio
from typing import Final

from aiohttp import web

from services.portal.domain.families import Member
from services.portal.domain.sheets import has_part, left_out
from services.portal.gateways.sheets import Sheets
from services.portal.use_cases.show_plan import SeenPlan
from services.portal.web import words
from services.portal.web.member_words import LANGUAGES, base_of
from services.portal.web.pages import TEMPLATES, Visit
from services.portal.web.plan_builder import plan_path, seen_plan
from services.portal.web.print_words import LEFT_OUT, PrintSay
from shared.kernel.errors import NotFound
from shared.kernel.wall import at_wall

STYLE: Final = (TEMPLATES / "print.css").read_text(encoding="utf-8")


async def get_list(visit: Visit) -> web.StreamResponse:
    """List for whom the plan can be printed, and what every page leaves out."""
    seen, steps = await asyncio.gather(seen_plan(visit), visit.plans.steps(visit.path("plan_id")))
    members = seen.roster.members
    return visit.page(
        "print_list.html",
        family=seen.family,
        plan=seen.plan,
        here=plan_path(visit, seen.plan.id),
        with_part=[one for one in members if has_part(one, seen.commitments, steps)],
        without=[one for one in members if not has_part(one, seen.commitments, steps)],
        language_of=lambda one: LANGUAGES[base_of(one.person.written_language)],
        is_ours=lambda one: base_of(one.person.written_language) == one.person.written_language.split("-")[0].lower(),
    )


async def get_sheet(visit: Visit) -> web.StreamResponse:
    """Show one person's page of the plan, ready to print."""
    seen, member = await _member(visit)
    return await _sheet_page(visit, "print_sheet.html", seen, member, language=member.person.written_language)


async def get_aloud(visit: Visit) -> web.StreamResponse:
    """Show the same page as sentences, for somebody who does not read."""
    seen, member = await _member(visit)
    return await _sheet_page(visit, "print_aloud.html", seen, member, language=member.person.spoken_language)


async def _member(visit: Visit) -> tuple[SeenPlan, Member]:
    seen = await seen_plan(visit)
    member = seen.member(visit.path("member_id"))
    if member is None:
        raise NotFound
    return seen, member


async def _sheet_page(visit: Visit, template: str, seen: SeenPlan, member: Member, *, language: str) -> web.Response:
    sheet, steps = await asyncio.gather(Sheets(visit.plans.caller).sheet(seen.plan.id, member.id), visit.plans.steps(seen.plan.id))
    query = visit.request.query
    wanted = query.get("lang", "")
    say = PrintSay(wanted if wanted in LANGUAGES else language)
    with_worry = query.get("worry", "") == "yes"
    return visit.page(
        template,
        style=STYLE,
        say=say,
        sheet=sheet,
        member=member,
        family=seen.family,
        here=plan_path(visit, seen.plan.id),
        languages=LANGUAGES,
        is_large=query.get("size", "") == "large",
        with_worry=with_worry,
        may_text=any(one.channel == "sms" and one.consent == "granted" for one in member.person.channels),
        left_out=[LEFT_OUT[code] for code in left_out(sheet, seen.plan, seen.commitments, steps)],
        zone=words.zone_words(sheet.time_zone, "es_US" if say.language == "es" else "en_US"),
        printed_local=at_wall(visit.now, visit.zone),
    )
