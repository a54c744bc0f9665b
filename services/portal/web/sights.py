"""What one member may see, and by which release: for staff, before they print, send or say anything."""

from aiohttp import web

from services.portal.use_cases.show_sight import show_sight
from services.portal.web.pages import Visit


async def get_sight(visit: Visit) -> web.StreamResponse:
    """Show what a member may see today."""
    seen = await show_sight(
        visit.network, visit.circles, visit.shared_words, visit.plans, visit.path("case_id"), visit.path("member_id")
    )
    return visit.page("sight.html", seen=seen, family=seen.family, member=seen.member, sight=seen.sight)
