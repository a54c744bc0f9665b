"""What every request carries and leaves behind: a request id, a W3C trace, one log line by route template, two measures.

The path and the query of a request are never logged: they may hold a secret. Nor is the message of an unforeseen error: a database
quotes values in it. What is logged of one is its kind and the lines of code it came through.
"""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Final

import structlog
from aiohttp import web
from aiohttp.hdrs import METH_ALL
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import Counter, Histogram

from shared import logs
from shared.db.outage import is_outage
from shared.db.unit import NO_TRACE, Trace
from shared.kernel.errors import SurroundError
from shared.web.errors import InternalError, Unavailable, UriTooLong
from shared.web.problems import from_http, problem, status_of

HANDLER_PATIENCE = 30.0
MAX_URI = 4096
SERVER = "surround"
TRACE: Final = web.RequestKey("trace", Trace)
TRACE_ID: Final[str] = "X-Request-Id"
LIMIT: Final = web.RequestKey("limit", asyncio.Timeout)

_REQUESTS = Counter("http_requests", "Requests answered.", ["service", "method", "route", "status"])
_SECONDS = Histogram("http_request_seconds", "Time from the headers to the answer.", ["service", "method", "route"])

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})")

Render = Callable[[web.Request, SurroundError, Mapping[str, str]], Awaitable[web.StreamResponse]]

log = logs.get()


def new_trace(request_id: str | None = None, traceparent: str | None = None) -> Trace:
    """Return the trace of new work: the caller's trace with a step of our own, or a new one."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    trace_id, flags = (found[1], found[2]) if found else (os.urandom(16).hex(), "01")
    known = request_id if request_id and _REQUEST_ID.fullmatch(request_id) else os.urandom(16).hex()
    return Trace(known, f"00-{trace_id}-{os.urandom(8).hex()}-{flags}")


_current: ContextVar[Trace] = ContextVar("trace", default=NO_TRACE)


def current_trace() -> Trace:
    """Return the trace of the request that is being answered, for the calls it makes; NO_TRACE outside of one."""
    return _current.get()


def take_until(request: web.Request, seconds: float) -> None:
    """Give a request so many seconds from now: for one that brings a large file, or takes one, at its caller's pace."""
    request[LIMIT].reschedule(asyncio.get_running_loop().time() + seconds)


def template_of(request: web.Request) -> str:
    """Return the route's template, like `/v1/people/{person_id}`; the path itself may hold a secret."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "none"


def observe(service: str, render: Render, *, patience: float = HANDLER_PATIENCE) -> Middleware:
    """Return the outermost middleware. `render` writes a refusal: as a problem for an API, as a page for a portal."""

    @web.middleware
    async def observed(request: web.Request, handler: Handler) -> web.StreamResponse:
        trace = new_trace(request.headers.get(TRACE_ID), request.headers.get("traceparent"))
        request[TRACE] = trace
        _current.set(trace)
        structlog.contextvars.bind_contextvars(request_id=trace.request_id, traceparent=trace.traceparent)
        loop = asyncio.get_running_loop()
        began = loop.time()
        response = await _answered(request, handler, render, patience)
        seconds = loop.time() - began
        if not response.prepared:
            response.headers[TRACE_ID] = trace.request_id
            response.headers.setdefault("X-Content-Type-Options", "nosniff")
            response.headers.setdefault("Cache-Control", "no-store")
            response.headers["Server"] = SERVER
        route = template_of(request)
        method = request.method if request.method in METH_ALL else "other"
        _REQUESTS.labels(service, method, route, str(response.status)).inc()
        _SECONDS.labels(service, method, route).observe(seconds)
        log.info("request.answered", method=method, route=route, status=response.status, milliseconds=round(seconds * 1000, 1))
        return response

    return observed


async def _answered(request: web.Request, handler: Handler, render: Render, patience: float) -> web.StreamResponse:
    headers: dict[str, str] = {}
    try:
        if len(request.rel_url.raw_path_qs) > MAX_URI:
            raise UriTooLong
        async with asyncio.timeout(patience) as limit:
            request[LIMIT] = limit
            return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            return error
        refusal, headers = from_http(error)
    except SurroundError as error:
        refusal = error
        if status_of(type(error)) >= 500:
            log.error("request.failed", error=type(error).__name__, trail=logs.trail_of(error))
    except Exception as error:
        refusal = Unavailable() if is_outage(error) else InternalError()
        event = "request.unavailable" if is_outage(error) else "request.failed"
        log.error(event, error=type(error).__name__, trail=logs.trail_of(error))
    return await render(request, refusal, headers)


async def as_problem(request: web.Request, refusal: SurroundError, headers: Mapping[str, str]) -> web.StreamResponse:
    """Write a refusal for a program to read."""
    response = problem(refusal, request_id=request[TRACE].request_id, prefixes=request.app.get(PREFIXES))
    response.headers.update(headers)
    return response


PREFIXES: Final = web.AppKey("prefixes", Mapping[str, str])
