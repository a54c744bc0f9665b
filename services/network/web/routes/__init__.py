"""The whole surface of network, topic by topic: each route with the permission it needs, and all that it may refuse."""

from services.network.domain import errors, plan_errors, release_errors
from services.network.web.routes import families, plans, releases
from shared.web.events import events_route
from shared.web.registry import errors_in
from shared.web.routing import Route

ROUTES: tuple[Route, ...] = (*families.ROUTES, *plans.ROUTES, *releases.ROUTES, events_route())

ERRORS = (*errors_in(errors), *errors_in(plan_errors), *errors_in(release_errors))
