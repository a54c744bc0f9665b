"""The page that says who can see a family and who has looked."""

from aiohttp import web

from services.portal.use_cases.show_access import show_access
from services.portal.web.pages import Visit


async def get_access(visit: Visit) -> web.StreamResponse:
    """Show who can see a family, and who has looked."""
    me = visit.staff.staff_id, visit.staff.name
    access = await show_access(visit.network, visit.meetings, visit.path("case_id"), me=me)
    return visit.page("access.html", access=access, family=access.family)
