"""Connections that speak HTTP badly, or not to the end: over a real socket, on the server that production runs."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from shared.web import body as bodies
from shared.web.serving import WatchedRunner
from tests.hostile.mapping import SENT
from tests.hostile.network.test_bodies import ROSA
from tests.hostile.rows import ROWS, Row, tries
from tests.hostile.wire import Answer, Listening, Shelf, Wire, judge
from tests.network import conftest as harness
from tests.network.conftest import Counties

MORE_MEMORY = 50 * 1024 * 1024
PAGE_SIZE = 4096


class Socket:
    """Speaks bytes to network, as somebody who has signed in."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token

    def head(self, line: str, *headers: str, host: str = "127.0.0.1") -> bytes:
        """Return the head of a request."""
        return "\r\n".join([line, f"Host: {host}", f"Authorization: {self._token}", *headers, "", ""]).encode()

    def post(self, *headers: str) -> bytes:
        """Return the head of a request that would register somebody."""
        return self.head("POST /v1/people HTTP/1.1", "Content-Type: application/json", "Idempotency-Key: 12345678", *headers)

    async def say(self, sent: bytes, *, patience: float = 3.0) -> Answer | None:
        """Send bytes, read one answer; None where the connection closed without one."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(sent)
        try:
            async with asyncio.timeout(patience):
                return await read_answer(reader)
        finally:
            writer.close()


async def read_answer(reader: asyncio.StreamReader) -> Answer | None:
    """Read one answer, by its length."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip().split("\r\n")
    headers = {name.title(): value for name, _, value in (line.partition(": ") for line in lines)}
    content = await reader.readexactly(int(headers.get("Content-Length", "0")))
    return Answer(int(first.split()[1]), content, headers)


class Served(TestServer):
    """An application on the server that production runs, with little patience."""

    async def _make_runner(self, **settings: Any) -> web.BaseRunner:
        return WatchedRunner(self.app, header_patience=0.5, lingering_time=0.3, **settings)


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve network as production does."""
    monkeypatch.setattr(bodies, "BODY_PATIENCE", 0.3)
    monkeypatch.setattr(harness, "TestServer", Served)


@pytest.fixture
def socket(counties: Counties) -> Socket:
    """Bytes to network, as a caseworker of Alder."""
    port = counties._client.make_url("/").port
    assert port is not None
    return Socket(port, counties.staff("amy")._headers["Authorization"])


def good(socket: Socket, **named: str) -> bytes:
    """Return a request that registers somebody."""
    body = json.dumps(ROSA).encode()
    return (
        socket.post(f"Content-Length: {len(body)}", *(f"{name.replace('_', '-')}: {value}" for name, value in named.items())) + body
    )


def requests(socket: Socket) -> dict[str, bytes]:
    """Return what is sent for each row; small ones only."""
    spoken = {
        "http-001": socket.post("Transfer-Encoding: chunked", "Content-Length: 4"),
        "http-003": socket.post("Content-Length: +4"),
        "http-005": socket.head("GET /v1/cases HTTP/1.1", host="evil.example"),
        "http-007": socket.post("Content-Encoding: gzip", "Content-Length: 4"),
        "http-011": socket.post("Content-Length: 10"),
        "http-015": socket.head("GET /v1/cases HTTP/1.1", "X-Long: " + "a" * 10_000),
        "http-019": socket.head("GET /v1/cases HTTP/1.1", "Accept: application/xml"),
        "http-021": socket.post("Expect: 100-continue", f"Content-Length: {10 * 1024**3}"),
    }
    return {name: sent + ROWS[name].octets for name, sent in spoken.items()}


@tries("http-001", "http-003", "http-005", "http-007", "http-011", "http-015", "http-019", "http-021")
async def test_what_is_spoken_badly_is_refused_and_the_next_is_served(
    socket: Socket, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    before = shelf.of(county_id)
    answer = await socket.say(requests(socket)[row.id])
    assert answer is not None or "closed" in row.statuses
    if answer is not None:
        judge(row, SENT[row.id], answer, "request.answered" + listening.heard())
        assert "evil.example" not in answer.content.decode() + str(answer.headers)
    assert shelf.of(county_id) == before
    after = await socket.say(good(socket))
    assert after is not None
    assert after.status == 201


@tries("http-009")
async def test_a_bomb_goes_off_in_a_small_room(
    socket: Socket, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    bomb = row.octets
    before, held = shelf.of(county_id), memory()
    answer = await socket.say(socket.post("Content-Encoding: gzip", f"Content-Length: {len(bomb)}") + bomb)
    assert memory() - held < MORE_MEMORY
    assert answer is not None
    judge(row, SENT[row.id], answer, listening.heard())
    assert shelf.of(county_id) == before
    after = await socket.say(good(socket))
    assert after is not None
    assert after.status == 201


def memory() -> int:
    """Return how much memory this process holds."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE_SIZE


@tries("http-013")
async def test_a_method_is_what_the_first_line_says(socket: Socket, wire: Wire, row: Row, listening: Listening) -> None:
    answer = await socket.say(good(socket, X_HTTP_Method_Override="DELETE"))
    assert answer is not None
    judge(row, SENT[row.id], answer, listening.heard())
    assert (await wire.send("GET", answer.headers["Location"])).status == 200


@tries("http-017")
async def test_no_other_origin_is_let_in(socket: Socket, row: Row, county_id: UUID, shelf: Shelf, listening: Listening) -> None:
    before = shelf.of(county_id)
    for path in ("/v1/people", "/v1/cases", "/livez"):
        asked = ("Origin: https://evil.example", "Access-Control-Request-Method: POST")
        answer = await socket.say(socket.head(f"OPTIONS {path} HTTP/1.1", *asked))
        assert answer is not None
        judge(row, SENT[row.id], answer, listening.heard())
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
    assert shelf.of(county_id) == before
