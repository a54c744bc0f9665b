"""Calling another service: for a person with that person's token, in the background with a token of our own.

A refusal comes back as `Problem` with its stable code; a service that does not answer is a Problem too, with status 503.
"""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp
from pydantic import TypeAdapter

from shared.db.unit import NO_TRACE, Trace
from shared.settings import SystemClient
from shared.web.conditions import quoted
from shared.web.observe import current_trace, new_trace

PATIENCE = 10.0
MAX_ANSWER = 8 * 1024 * 1024
FILE_PATIENCE = aiohttp.ClientTimeout(total=240, connect=3)
"""For a file of many megabytes, either way."""
PIECE = 256 * 1024
TOKEN_MARGIN_SECONDS = 60
WAITS_AT_MOST_SECONDS = 2
"""How long a call waits for its caller's quota before it says that there was none left."""

Shape = TypeVar("Shape")


class Problem(Exception):
    """Another service refused, or could not be reached. `members` are the ids and dates it gave with the refusal."""

    def __init__(
        self, status: int, code: str, detail: str = "", errors: list[dict[str, Any]] | None = None, **members: Any
    ) -> None:
        """Keep what the problem said; only status and code are in the message."""
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors or []
        self.members = members
        self.retry_after = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: its JSON, its etag, its headers."""

    status: int
    json: Any
    etag: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""

    def read(self, shape: type[Shape]) -> Shape:
        """Return the answer in a shape of the caller's own, which ignores members it does not know."""
        return TypeAdapter(shape).validate_python(self.json)


def new_session(*, patience: float = PATIENCE) -> aiohttp.ClientSession:
    """Return a session for calls between services: no cookies, no proxy from the environment, a limit on time."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=patience, connect=3),
        cookie_jar=aiohttp.DummyCookieJar(),
        connector=aiohttp.TCPConnector(limit=100, keepalive_timeout=30),
    )


class ServiceClient:
    """One other service. Every call names whose token it carries; there is no call without one but to public routes."""

    def __init__(self, base_url: str, session: aiohttp.ClientSession) -> None:
        """Keep the address; the session is closed by whoever made it."""
        self._base = base_url.rstrip("/")
        self._session = session

    async def get(self, path: str, **options: Any) -> Answer:
        """Read."""
        return await self.call("GET", path, **options)

    async def post(self, path: str, **options: Any) -> Answer:
        """Create, or do. With `idempotency_key` it may be repeated."""
        return await self.call("POST", path, **options)

    async def put(self, path: str, **options: Any) -> Answer:
        """Set what stands under a natural key."""
        return await self.call("PUT", path, **options)

    async def patch(self, path: str, **options: Any) -> Answer:
        """Change the members given; `etag` is the version read before."""
        return await self.call("PATCH", path, **options)

    async def delete(self, path: str, **options: Any) -> Answer:
        """End a thing; `etag` is the version read before."""
        return await self.call("DELETE", path, **options)

    async def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        county_id: UUID | None = None,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str | int] | None = None,
        etag: str | None = None,
        idempotency_key: str | None = None,
        headers: Mapping[str, str] | None = None,
        trace: Trace | None = None,
    ) -> Answer:
        """Send one request and return its answer, or raise Problem. What is safe to repeat is repeated once.

        A page may ask for more at once than one person may in a second: such a call waits for the next one.
        """
        sent = {"Accept": "application/json, text/calendar;q=0.9, */*;q=0.5", **_trace_headers(trace), **(headers or {})}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if county_id is not None:
            sent["X-County-Id"] = str(county_id)
        if etag is not None:
            sent["If-None-Match" if method == "GET" else "If-Match"] = quoted(etag)
        if idempotency_key is not None:
            sent["Idempotency-Key"] = idempotency_key
        data = None
        if body is not None:
            data = json.dumps(body, ensure_ascii=False).encode()
            sent["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
        tries = 2 if method == "GET" or idempotency_key is not None else 1
        for left in reversed(range(tries)):
            try:
                return await self._in_its_turn(method, path, data, params, sent)
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
                if not left:
                    break
            except (TimeoutError, aiohttp.ClientError):
                break
        raise Problem(503, "unavailable", "This cannot be answered just now. Try again in a moment.")

    async def _in_its_turn(
        self, method: str, path: str, data: bytes | None, params: Mapping[str, str | int] | None, headers: Mapping[str, str]
    ) -> Answer:
        try:
            return await self._once(method, path, data, params, headers)
        except Problem as problem:
            if problem.status != 429 or problem.retry_after > WAITS_AT_MOST_SECONDS:
                raise
            await asyncio.sleep(problem.retry_after)
        return await self._once(method, path, data, params, headers)

    async def _once(
        self, method: str, path: str, data: bytes | None, params: Mapping[str, str | int] | None, headers: Mapping[str, str]
    ) -> Answer:
        query = {name: str(value) for name, value in (params or {}).items()}
        async with self._session.request(
            method, self._address(path), data=data, params=query or None, headers=headers, allow_redirects=False
        ) as response:
            content = await _at_most(response)
            is_json = response.content_type.endswith("json")
            value = _parsed(content) if is_json else None
            if response.status >= 400:
                raise _problem(response.status, value, response.headers.get("Retry-After", ""))
            return Answer(response.status, value, response.headers.get("ETag"), dict(response.headers), content)

    async def send_file(
        self, path: str, file: BinaryIO, *, token: str, media_type: str, sha256: bytes, params: Mapping[str, str], key: str
    ) -> Answer:
        """Send a file whole, at its own pace, and return the answer; over a connection that breaks, once more with the same key."""
        headers = {
            **_trace_headers(None),
            "Authorization": f"Bearer {token}",
            "Content-Type": media_type,
            "Content-Digest": f"sha-256=:{base64.b64encode(sha256).decode()}:",
            "Idempotency-Key": key,
        }
        for left in (1, 0):
            file.seek(0)
            try:
                async with self._session.post(
                    self._address(path),
                    data=_pieces(file),
                    params=params,
                    headers=headers,
                    allow_redirects=False,
                    timeout=FILE_PATIENCE,
                ) as response:
                    value = _parsed(await _at_most(response))
                    if response.status >= 400:
                        raise _problem(response.status, value, response.headers.get("Retry-After", ""))
                    return Answer(response.status, value, headers=dict(response.headers))
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
                if not left:
                    break
            except (TimeoutError, aiohttp.ClientError):
                break
        raise Problem(503, "unavailable", "The file did not get through just now. Send it again in a moment.")

    @asynccontextmanager
    async def fetch_file(self, path: str, *, token: str) -> AsyncIterator[aiohttp.StreamReader]:
        """Read a file as it comes, however long it is; a connection that breaks off raises."""
        headers = {**_trace_headers(None), "Authorization": f"Bearer {token}"}
        try:
            async with self._session.get(
                self._address(path), headers=headers, allow_redirects=False, timeout=FILE_PATIENCE
            ) as response:
                if response.status >= 400:
                    raise _problem(response.status, _parsed(await _at_most(response)), response.headers.get("Retry-After", ""))
                yield response.content
        except (TimeoutError, aiohttp.ClientConnectionError):
            raise Problem(503, "unavailable", "This cannot be answered just now. Try again in a moment.") from None

    def _address(self, path: str) -> str:
        """A `next` may be absolute: only its path and query count, so no answer sends a token elsewhere."""
        parts = urlsplit(path)
        return f"{self._base}{parts.path}" + (f"?{parts.query}" if parts.query else "")


async def _at_most(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise Problem(503, "unavailable", "The answer was too large.")
    return bytes(body)


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(file.read, PIECE):
        yield piece


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None


def _problem(status: int, value: Any, retry_after: str) -> Problem:
    if not isinstance(value, dict) or not isinstance(value.get("code"), str):
        return Problem(status, "unavailable" if status >= 500 else "bad_request")
    members = {k: v for k, v in value.items() if k not in {"type", "title", "status", "detail", "instance", "code", "errors"}}
    errors = value.get("errors")
    problem = Problem(status, value["code"], str(value.get("detail", "")), errors if isinstance(errors, list) else None)
    problem.members = members
    problem.retry_after = int(retry_after) if retry_after.isdecimal() and len(retry_after) < 6 else 1
    return problem


def _trace_headers(trace: Trace | None) -> dict[str, str]:
    known = trace or current_trace()
    onward = new_trace(known.request_id or None, known.traceparent) if known != NO_TRACE else new_trace()
    return {"X-Request-Id": onward.request_id, "traceparent": onward.traceparent}


@dataclass(slots=True)
class _Token:
    text: str = ""
    good_until: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class SystemTokens:
    """This service's own access tokens from the deployment's issuer (client credentials), one a scope, kept until they end."""

    def __init__(
        self, system: SystemClient, session: aiohttp.ClientSession, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Ask for nothing yet."""
        self._system = system
        self._session = session
        self._clock = clock
        self._tokens: dict[str, _Token] = {}

    async def token(self, scope: str) -> str:
        """Return a current token with one narrow scope; Problem 503 when the issuer does not give one."""
        kept = self._tokens.setdefault(scope, _Token())
        async with kept.lock:
            if self._clock() >= kept.good_until:
                kept.text, seconds = await self._ask(scope)
                # A short-lived token is used for half its life at least.
                kept.good_until = self._clock() + max(seconds - TOKEN_MARGIN_SECONDS, seconds / 2)
            return kept.text

    def of(self, scope: str) -> Callable[[], Awaitable[str]]:
        """Return the giver of tokens with one scope: what a reader of another service's log needs."""

        async def give() -> str:
            return await self.token(scope)

        return give

    def forget(self, scope: str) -> None:
        """Drop a token that was refused."""
        self._tokens.pop(scope, None)

    async def _ask(self, scope: str) -> tuple[str, float]:
        try:
            async with self._session.post(
                self._system.token_url,
                data={"grant_type": "client_credentials", "scope": scope},
                headers={"Authorization": aiohttp.encode_basic_auth(self._system.client_id, self._system.client_secret)},
                allow_redirects=False,
            ) as response:
                answer = _parsed(await _at_most(response))
                if response.status != 200:
                    raise Problem(503, "unavailable", "Our own sign-in was refused.")
                return str(answer["access_token"]), float(answer.get("expires_in", 300))
        except (aiohttp.ClientError, TimeoutError, KeyError, TypeError, ValueError) as error:
            raise Problem(503, "unavailable", "Our own sign-in cannot be reached.") from error
