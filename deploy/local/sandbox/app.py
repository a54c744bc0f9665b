"""The sandbox's web side wired together: pages for people, JSON for scripts, and the two provider APIs, on loopback only."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from deploy.local.sandbox import api, sign_in, sms, views
from deploy.local.sandbox.box import Box, opened
from deploy.local.sandbox.keys import BOX
from deploy.local.sandbox.settings import LOOPBACK, Settings

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
MOST_BYTES_A_REQUEST = 12 * 1024 * 1024


@web.middleware
async def only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what a foreign web page could make a browser send: another host's name, or a form from another site."""
    if (request.url.host or "") not in LOOPBACK:
        raise web.HTTPForbidden(text="The sandbox answers to this machine's own names only.")
    if request.method not in {"GET", "HEAD"} and request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise web.HTTPForbidden(text="The sandbox takes no forms from other sites.")
    return await handler(request)


def make_app(box: Box) -> web.Application:
    """Return the web application around an open box."""
    app = web.Application(middlewares=[only_from_here], client_max_size=MOST_BYTES_A_REQUEST)
    app[BOX] = box
    app.add_routes([*views.ROUTES, *api.ROUTES, *sms.ROUTES, *sign_in.ROUTES])
    return app


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Box]:
    """Run the whole sandbox, mail and web, until the block ends."""
    async with opened(settings) as box:
        runner = web.AppRunner(make_app(box), access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.host, settings.http_port).start()
            yield box
        finally:
            await runner.cleanup()
