"""Limits at the pages: who has no sign-in is counted by address, and a page that asks for much waits its turn."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from services.portal.web.pages import refusal_of
from shared.kernel.quotas import STANDARD, Quota, Who
from shared.settings import LimitSettings
from shared.web.client import Problem, ServiceClient, new_session
from tests.portal.conftest import MakeSite

TWO = LimitSettings({**STANDARD, Who.ADDRESS: (Quota("burst", 2, 3600),)})
LINK = "/m/0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("path", "words"), [("/sign-in", "That was too much at once"), ("/", "That was too much at once"), (LINK, "Español")]
)
async def test_pages_for_anybody_have_a_limit_by_address(make_site: MakeSite, path: str, words: str) -> None:
    site = await make_site(limits=TWO)
    answers = [await site.browser.get(path, allow_redirects=False) for _ in range(3)]
    assert 429 not in {answer.status for answer in answers[:2]}
    assert answers[2].status == 429
    assert int(answers[2].headers["Retry-After"]) >= 1
    assert words in await answers[2].text()


async def test_notify_is_told_whose_request_a_link_is(make_site: MakeSite) -> None:
    site = await make_site()
    await site.browser.get(LINK, headers={"X-Forwarded-For": "203.0.113.1"})
    assert site.world.asked[-1].headers["X-Forwarded-For"] == "127.0.0.1", "not what anybody claims"


class Busy:
    """A service that has room again at the second request, or at none."""

    def __init__(self, wait: str, refuses: int) -> None:
        """Say how long to wait."""
        self.wait, self.refuses, self.asked = wait, refuses, 0

    async def answer(self, _: web.Request) -> web.Response:
        """Refuse so many requests."""
        self.asked += 1
        if self.asked <= self.refuses:
            return web.json_response({"code": "quota_exceeded"}, status=429, headers={"Retry-After": self.wait})
        return web.json_response({"done": True})


async def asked_of(busy: Busy) -> object:
    """Ask a busy service once, as the portal does."""
    app = web.Application()
    app.router.add_get("/", busy.answer)
    async with TestClient(TestServer(app)) as there, new_session() as session:
        return (await ServiceClient(str(there.make_url("/")), session).get("/")).json


async def test_a_call_waits_a_moment_for_its_turn() -> None:
    busy = Busy("1", refuses=1)
    assert await asked_of(busy) == {"done": True}


@pytest.mark.parametrize(("wait", "asked"), [("0", 2), ("86400", 1)])
async def test_a_call_gives_up_where_waiting_would_take_long(wait: str, asked: int) -> None:
    busy = Busy(wait, refuses=9)
    with pytest.raises(Problem) as refusal:
        await asked_of(busy)
    assert (busy.asked, refusal_of(refusal.value).code) == (asked, "quota_exceeded")
