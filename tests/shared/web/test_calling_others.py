"""Calls to other services: refusals come back by code, tokens of our own are kept, answers send no token elsewhere."""

import base64
from collections.abc import AsyncIterator
from uuid import uuid4

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import BaseModel

from deploy.local.servers import free_port
from shared.db.unit import Trace
from shared.settings import SystemClient
from shared.web.client import Problem, ServiceClient, SystemTokens, new_session
from tests.shared.web.conftest import Client
from tests.support.tokens import Issuers


class Note(BaseModel):
    """What this caller wants to know of a note."""

    display_name: str


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as session:
        yield session


@pytest.fixture
def notes(client: Client, session: aiohttp.ClientSession) -> ServiceClient:
    return ServiceClient(str(client.make_url("/")), session)


async def test_a_call_writes_and_reads(notes: ServiceClient, issuers: Issuers) -> None:
    token = issuers.staff("notes.read", "notes.write")
    made = await notes.post("/v1/notes", token=token, body={"display_name": "Ana"}, idempotency_key=uuid4().hex)
    assert (made.status, made.etag, made.read(Note).display_name) == (201, '"1"', "Ana")
    path = "/v1/notes/note_0198a000000070008000000000000001"
    changed = await notes.patch(path, token=token, body={"notes": None}, etag=(await notes.get(path, token=token)).etag)
    assert changed.json == {"members": ["notes"]}
    assert (await notes.get(path, token=token, etag="7")).status == 304


async def test_a_refusal_comes_back_by_its_code(notes: ServiceClient, issuers: Issuers) -> None:
    token = issuers.staff("notes.write")
    with pytest.raises(Problem) as taken:
        await notes.post("/v1/notes", token=token, body={"display_name": "Taken"}, idempotency_key=uuid4().hex)
    assert (taken.value.status, taken.value.code) == (409, "note_taken")
    assert taken.value.members["note_id"].startswith("note_")
    with pytest.raises(Problem) as invalid:
        await notes.post("/v1/notes", token=token, body={"display_name": 1}, idempotency_key=uuid4().hex)
    assert invalid.value.errors[0]["pointer"] == "#/display_name"


async def test_pages_are_followed_on_the_same_service_only(notes: ServiceClient, issuers: Issuers) -> None:
    token = issuers.staff("notes.read")
    first = await notes.get("/v1/notes", token=token, params={"limit": 2})
    assert first.json["next"].startswith("https://network.example/")
    second = await notes.get(first.json["next"], token=token)
    assert [item["display_name"] for item in second.json["items"]] == ["2", "3"]


async def test_a_service_that_is_away_is_a_problem(session: aiohttp.ClientSession) -> None:
    with pytest.raises(Problem) as away:
        await ServiceClient(f"http://127.0.0.1:{free_port()}", session).get("/v1/notes", token="x")
    assert (away.value.status, away.value.code) == (503, "unavailable")


async def test_the_trace_goes_on(session: aiohttp.ClientSession) -> None:
    seen: list[tuple[str, str]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.headers["X-Request-Id"], request.headers["traceparent"]))
        return web.json_response({})

    app = web.Application()
    app.router.add_get("/x", handler)
    trace = Trace("request-1", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    async with TestServer(app) as server:
        await ServiceClient(str(server.make_url("/")), session).get("/x", trace=trace)
    assert seen[0][0] == "request-1"
    assert seen[0][1].split("-")[1] == "0af7651916cd43dd8448eb211c80319c"


class Provider:
    """A token endpoint."""

    def __init__(self) -> None:
        """Nobody has asked."""
        self.asked: list[tuple[str, str]] = []
        self.status = 200

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.asked.append((str(form["scope"]), request.headers["Authorization"]))
        return web.json_response({"access_token": f"token-{len(self.asked)}", "expires_in": 300}, status=self.status)


async def test_a_token_of_our_own_is_asked_for_once_a_scope(session: aiohttp.ClientSession) -> None:
    provider, now = Provider(), [0.0]
    app = web.Application()
    app.router.add_post("/token", provider.token)
    async with TestServer(app) as server:
        system = SystemClient("i", "j", str(server.make_url("/token")), "meetings", "s3cret")
        tokens = SystemTokens(system, session, clock=lambda: now[0])
        give = tokens.of("events.read")
        assert [await give(), await give(), await tokens.token("people.read")] == ["token-1", "token-1", "token-2"]
        now[0] = 241
        assert await give() == "token-3"
        provider.status = 401
        tokens.forget("events.read")
        with pytest.raises(Problem):
            await give()
    assert provider.asked[0] == ("events.read", "Basic " + base64.b64encode(b"meetings:s3cret").decode())
