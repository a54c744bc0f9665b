"""The whole surface of network, topic by topic: each route with the permission it needs, and all that it may refuse."""

from services.network.domain import circle_errors, errors, import_errors, plan_errors, release_errors, word_errors
from services.network.web import roster_file
from services.network.web.routes import circles, families, imports, plans, releases, words
from shared.web.events import events_route
from shared.web.registry import errors_in
from shared.web.routing import Route

ROUTES: tuple[Route, ...] = (
    *families.ROUTES,
    *circles.ROUTES,
    *imports.ROUTES,
    *plans.ROUTES,
    *releases.ROUTES,
    *words.ROUTES,
    events_route(),
)

ERRORS = (
    *errors_in(errors),
    *errors_in(circle_errors),
    *errors_in(import_errors),
    *errors_in(roster_file),
    *errors_in(plan_errors),
    *errors_in(release_errors),
    *errors_in(word_errors),
)
