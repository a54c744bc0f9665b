"""portal in one process, with stand-ins on the other side and a real Valkey for its sign-ins."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis
from yarl import URL

from deploy.local.servers import free_port
from services.portal.app import make_web
from services.portal.gateways.calling import ServiceClock
from services.portal.gateways.identity import Identity
from services.portal.gateways.sign_ins import SignIns
from services.portal.settings import PortalSettings
from services.portal.web.pages import Portal, make_environment
from services.portal.web.static_files import StaticFiles
from shared.settings import LimitSettings
from shared.web.client import ServiceClient, new_session
from shared.web.limits import Limits
from tests.portal.standins import Provider, World
from tests.support.limits import WIDE
from tests.support.servers import Servers
from tests.support.tokens import ALDER, a_county

MONDAY = datetime(2027, 3, 1, 17, tzinfo=UTC).timestamp()
FILES = ("css/uswds.min.css", "css/portal.css", "js/htmx.min.js", "js/portal.js", "img/sprite.svg")


@dataclass
class Site:
    """The portal under test, a browser, and what is behind it."""

    browser: TestClient[web.Request, web.Application]
    url: str
    world: World
    provider: Provider
    redis: Redis
    sign_ins: SignIns

    async def sign_in(self, back: str = "/") -> None:
        """Sign in as Amy, as a browser does."""
        answer = await self.browser.post("/sign-in", data={"county": "alder", "next": back}, headers={"Origin": self.url})
        assert answer.status == 200, await answer.text()

    async def page(self, path: str) -> str:
        """Return a page's text."""
        async with self.browser.get(path) as answer:
            text = await answer.text()
            assert answer.status == 200, f"{answer.status} {text}"
            return text

    async def send(self, path: str | URL, **fields: object) -> aiohttp.ClientResponse:
        """Send a form of a signed-in page, with its token and Origin; redirects are not followed."""
        csrf = re.search(r'name="csrf" value="([^"]+)"', await self.page("/accessibility") + await self.page("/"))
        assert csrf
        data = [("csrf", csrf[1])]
        for name, value in fields.items():
            data += [(name, str(one)) for one in (value if isinstance(value, list | tuple) else [value])]
        return await self.browser.post(path, data=data, headers={"Origin": self.url}, allow_redirects=False)


@pytest.fixture
def built(tmp_path: Path) -> StaticFiles:
    """Static files as a build leaves them; these tests look at none of their content."""
    manifest = {name: name.replace(".", ".1a2b3c.", 1) for name in FILES}
    for printed in manifest.values():
        path = tmp_path / printed
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("built", encoding="utf-8")
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return StaticFiles(tmp_path)


@pytest.fixture
async def redis(servers: Servers) -> AsyncIterator[Redis]:
    """This worker's Valkey, where sign-ins and what an address has asked are kept; emptied before and after."""
    redis = Redis.from_url(servers.redis_url)
    await redis.flushdb()
    yield redis
    await redis.flushdb()
    await redis.aclose()


MakeSite = Callable[..., Awaitable[Site]]


@pytest.fixture
async def make_site(redis: Redis, built: StaticFiles) -> AsyncIterator[MakeSite]:
    """Make a portal; `https` is what its settings say of its address."""
    closing: list[Callable[[], Awaitable[None]]] = []

    async def make(*, https: bool = False, limits: LimitSettings = WIDE) -> Site:
        world, provider = World(), Provider()
        services, issuing = TestServer(world.app()), TestServer(provider.app())
        await services.start_server()
        await issuing.start_server()
        provider.issuer.url = str(issuing.make_url("/oidc/alder"))
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        behind = str(services.make_url("/"))
        settings = PortalSettings(
            listen_host="127.0.0.1",
            listen_port=port,
            url="https://portal.example.org" if https else url,
            redis_url="",
            wrapping_key=bytes(range(32)),
            counties=(a_county(ALDER, provider.issuer),),
            urls={name: behind for name in ("network", "meetings", "notify", "portal")},
            client_id="portal",
            client_secret="s3cret",
            limits=limits,
        )
        session = new_session()
        sign_ins = SignIns(redis, settings.wrapping_key)
        client = ServiceClient(behind, session)
        portal = Portal(
            settings=settings,
            sign_ins=sign_ins,
            identity=Identity(settings.counties, client_id="portal", client_secret="s3cret", session=session),
            network=client,
            meetings=client,
            notify=client,
            clock=ServiceClock(),
            static=built,
            environment=make_environment(built),
        )
        browser = TestClient(
            TestServer(make_web(portal, Limits(redis, service="portal", limits=settings.limits)), port=port),
            cookie_jar=aiohttp.CookieJar(unsafe=True),
        )
        await browser.start_server()
        closing.extend([browser.close, session.close, services.close, issuing.close])
        return Site(browser, url, world, provider, redis, sign_ins)

    yield make
    for close in closing:
        await close()


@pytest.fixture
async def site(make_site: MakeSite) -> Site:
    """A portal on this machine."""
    return await make_site()


@pytest.fixture
async def amy(site: Site) -> Site:
    """The same, with Amy signed in."""
    await site.sign_in()
    return site
