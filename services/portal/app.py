"""The composition root of portal: settings become clients, the store of sign-ins, and the application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from services.portal.gateways.calling import ServiceClock
from services.portal.gateways.identity import Identity
from services.portal.gateways.sign_ins import SignIns
from services.portal.settings import NAME, PortalSettings
from services.portal.web.member_frame import away
from services.portal.web.pages import AWAY, PORTAL, Portal, add_pages, as_page, make_environment
from services.portal.web.routes import PAGES
from services.portal.web.static_files import StaticFiles
from shared.bus import stream
from shared.jobs.process import Part
from shared.web.client import ServiceClient, new_session
from shared.web.health import Check, livez, readyz, redis_reachable
from shared.web.limits import Limits, limit
from shared.web.observe import HANDLER_PATIENCE, observe
from shared.web.serving import serve

MAX_FORM = 256 * 1024


@asynccontextmanager
async def open_portal(settings: PortalSettings, *, static: StaticFiles | None = None) -> AsyncIterator[web.Application]:
    """Open what pages need and return the application. Nothing connects before it is used."""
    redis = stream.connect(settings.redis_url)
    files = static or StaticFiles()
    async with new_session() as session:
        try:
            yield make_web(
                Portal(
                    settings=settings,
                    sign_ins=SignIns(redis, settings.wrapping_key),
                    identity=Identity(
                        settings.counties, client_id=settings.client_id, client_secret=settings.client_secret, session=session
                    ),
                    network=ServiceClient(settings.urls["network"], session),
                    meetings=ServiceClient(settings.urls["meetings"], session),
                    notify=ServiceClient(settings.urls["notify"], session),
                    clock=ServiceClock(),
                    static=files,
                    environment=make_environment(files),
                ),
                Limits(redis, service=NAME, limits=settings.limits),
            )
        finally:
            await redis.aclose()


def make_web(portal: Portal, limits: Limits) -> web.Application:
    """Return the application."""
    app = web.Application(middlewares=[observe(NAME, as_page, patience=HANDLER_PATIENCE)], client_max_size=MAX_FORM)
    app[PORTAL] = portal
    app[AWAY] = away
    limit(app, limits)
    app.router.add_get("/livez", livez)
    app.router.add_get("/readyz", readyz([Check("sign_ins", redis_reachable(portal.sign_ins.ping).holds)]))
    app.router.add_get("/static/{path:.+}", portal.static.serve)
    add_pages(app, PAGES)
    return app


def pages(app: web.Application, settings: PortalSettings) -> Part:
    """The pages, as a part of a process."""
    return lambda stop: serve(app, settings.listen_host, settings.listen_port, stop=stop, metrics_listen=settings.metrics_listen)
