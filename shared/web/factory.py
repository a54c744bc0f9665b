"""Makes a service's application of its routes: each request is verified, read, handled in one transaction, and answered.

The order is fixed: who asks, whether they may, which thing, the parameters, the conditions, the body; then the unit opens and the
handler runs. A kept reply of an Idempotency-Key is written in the same transaction as the effect.
"""

import hashlib
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from email.utils import formatdate
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web
from multidict import CIMultiDict
from pydantic import BaseModel

from shared import fault
from shared.db import idempotency
from shared.db.unit import Actor, Unit, Units
from shared.kernel.access import NO_COUNTY, Caller, Role
from shared.kernel.errors import NotFound, Refused, SurroundError
from shared.kernel.ids import read
from shared.kernel.quotas import Who
from shared.settings import County
from shared.web import paging
from shared.web.auth import Principal, Verifier, county_of
from shared.web.body import (
    JSON,
    MAX_BODY,
    MERGE_PATCH,
    check_framing,
    check_media_type,
    load_json,
    read_bytes,
    read_query,
    validated,
)
from shared.web.conditions import is_unchanged, quoted, read_tags
from shared.web.docs_page import docs_handler, problem_page_handler
from shared.web.errors import (
    ExpectationFailed,
    HeaderInvalid,
    IdempotencyInProgress,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    NotAcceptable,
    PreconditionRequired,
    RequestError,
    Unauthenticated,
)
from shared.web.fields import Model, PageQuery
from shared.web.health import Check, livez, readyz
from shared.web.hosts import reached_at
from shared.web.limits import Limits, limit, say_standing
from shared.web.observe import HANDLER_PATIENCE, PREFIXES, SERVER, TRACE, TRACE_ID, as_problem, observe, take_until
from shared.web.openapi import openapi_handler
from shared.web.problems import problem, status_of
from shared.web.refusals import NO_RECORD, NOBODY, REFUSALS, Refusal, Refusals, writing
from shared.web.routing import PUBLIC, UNITS, Call, Reply, Route, Sight
from shared.web.sparse import FIELDS, chosen, read_fields
from shared.web.sweeping import sweeping
from shared.web.upload import UPLOAD_PATIENCE, received

_KEY = re.compile(r'"(?P<quoted>[\x21\x23-\x7e]{8,128})"|(?P<bare>[\x21\x23-\x7e]{8,128})')
_PARAMETER = re.compile(r"\{([a-z_]+)\}")
_HEAD_TOO = "GET"
_TURNED_AWAY = frozenset({401, 403})

# Who asks, as soon as a token has said so, and for which county: a refusal that follows is theirs.
_ASKS: Final = web.RequestKey("asks", tuple[Actor, UUID])


class _Empty(Model):
    """The body of a route that takes none."""


def make_app(
    *,
    service: str,
    routes: Sequence[Route],
    prefixes: Mapping[str, str],
    units: Units | None,
    verifier: Verifier,
    counties: Iterable[County | UUID],
    errors: Iterable[type[SurroundError]] = (),
    ready_checks: Sequence[Check] = (),
    public_url: str = "",
    also_reached_at: str = "",
    limits: Limits | None = None,
    sights: Mapping[str, Sight] | None = None,
) -> web.Application:
    """Return the application of a service.

    `prefixes` names the kind of each id in a path. `errors` are the service's own refusals, for the API's pages. `public_url` is
    where the service is reached from outside, for addresses in answers: never taken from a request. A request that names another
    host is refused, but for that of `also_reached_at`. A service whose routes open no unit needs no `units`. Without `limits`
    nobody's requests are counted. `sights` say, by the name of an id in a path, how a caller is asked whether they may see that
    record: a kept reply is given once more only to somebody who still may.
    """
    app = web.Application(
        middlewares=[observe(service, as_problem, patience=HANDLER_PATIENCE), reached_at(public_url, also_reached_at)],
        client_max_size=MAX_BODY,
        handler_args={"auto_decompress": False},
    )
    app[PREFIXES] = dict(prefixes)
    if units is not None:
        app[UNITS] = units
        app[REFUSALS] = Refusals(units)
    known_counties = frozenset(c if isinstance(c, UUID) else c.id for c in counties)
    edge = _Edge(service, units, verifier, known_counties, dict(prefixes), public_url.rstrip("/"), limits, sights or {})
    declared = sorted({*errors}, key=lambda error: error.code)

    plain: list[tuple[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]] = [
        ("/livez", livez),
        ("/readyz", readyz(ready_checks)),
        ("/openapi.json", openapi_handler(service, routes, prefixes)),
        ("/docs", docs_handler(service, routes, prefixes)),
        ("/problems/{code}", problem_page_handler(declared)),
    ]
    methods: dict[str, set[str]] = {}
    for each in routes:
        _add(app, each.method, _pattern(each.path), edge.endpoint(each), _expect(each))
        methods.setdefault(each.path, set()).update({each.method, "HEAD"} if each.method == _HEAD_TOO else {each.method})
    for path, handler in plain:
        _add(app, "GET", path, handler, None)
        methods.setdefault(path, set()).update({"GET", "HEAD"})
    for path, allowed in methods.items():
        app.router.add_route("OPTIONS", _pattern(path), _options(allowed))

    async def closing(_: web.Application) -> None:
        await verifier.close()

    app.on_cleanup.append(closing)
    if limits is not None:
        limit(app, limits)
        app.on_response_prepare.append(say_standing)
    if units is not None:
        app.cleanup_ctx.append(sweeping(units, known_counties))
        app.cleanup_ctx.append(writing)
    return app


def _add(
    app: web.Application,
    method: str,
    path: str,
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    expect: Callable[[web.Request], Awaitable[web.StreamResponse | None]] | None,
) -> None:
    for each in (method, "HEAD") if method == _HEAD_TOO else (method,):
        app.router.add_route(each, path, handler, expect_handler=expect)


def _pattern(path: str) -> str:
    """Keep a `:name` at the end of a path apart from the id before it."""
    return _PARAMETER.sub(r"{\1:[^{}/:]+}", path) if "{" in path else path


def _options(allowed: set[str]) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Answer which methods there are; no origin is ever allowed to call from a browser."""
    header = ", ".join(sorted({*allowed, "OPTIONS"}))

    async def options(_: web.Request) -> web.StreamResponse:
        return web.Response(status=204, headers={"Allow": header})

    return options


def _expect(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse | None]]:
    """Refuse a body that is announced as too large before the client sends it."""

    async def expect(request: web.Request) -> web.StreamResponse | None:
        try:
            if request.headers.get("Expect", "").lower() != "100-continue":
                raise ExpectationFailed
            check_framing(request, route.limit or MAX_BODY)
        except RequestError as refusal:
            response = problem(refusal, request_id="none")
            response.force_close()
            return response
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
        return None

    return expect


class _Edge:
    """What every route of one service shares."""

    def __init__(
        self,
        service: str,
        units: Units | None,
        verifier: Verifier,
        counties: frozenset[UUID],
        prefixes: Mapping[str, str],
        public_url: str,
        limits: Limits | None,
        sights: Mapping[str, Sight],
    ) -> None:
        self._service = service
        self._units = units
        self._verifier = verifier
        self._counties = counties
        self._prefixes = prefixes
        self._public_url = public_url
        self._limits = limits
        self._sights = dict(sights)

    def endpoint(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return what answers one route."""
        typed = [name for name in _PARAMETER.findall(route.path) if name in self._prefixes]
        named = f"{route.method} {route.path}"
        if route.unit and self._units is None:
            raise ValueError(f"{route.method} {route.path} needs units")

        async def endpoint(request: web.Request) -> web.StreamResponse:
            try:
                return await answered(request)
            except SurroundError as refusal:
                self._remember(request, route, refusal)
                raise

        async def answered(request: web.Request) -> web.StreamResponse:
            principal, caller = await self._who(request, route)
            check_accept(request, route)
            ids, words = self._path(request, typed)
            fields = read_fields(request, route)
            query = read_query(request, route.query, read_elsewhere=FIELDS if fields else "")
            if_match = _if_match(request, route)
            key = _idempotency_key(request) if route.idempotent else None
            body, raw, canonical = (None, b"", b"") if route.upload else await _body(request, route)
            call = Call(
                request=request,
                route=route,
                trace=replace(request[TRACE], route=named),
                caller=caller,
                actor=principal.actor if principal else None,
                ids=ids,
                words=words,
                body=body,
                query=query,
                raw=raw,
                if_match=if_match,
                fields=fields,
            )
            if not route.upload:
                return await done(call, principal, key, canonical)
            check_media_type(request, route.takes)
            take_until(request, UPLOAD_PATIENCE)
            async with received(request, route.limit or MAX_BODY) as upload:
                canonical = b"\n".join((request.query_string.encode(), request.content_type.encode(), upload.sha256))
                return await done(replace(call, upload=upload), principal, key, canonical)

        async def done(call: Call, principal: Principal | None, key: str | None, canonical: bytes) -> web.StreamResponse:
            caller = call.caller
            if not route.unit:
                reply = await route.handler(call)
                return self._response(call, reply, None) if reply.stream is None else await _streamed(call, reply, reply.stream)
            if self._units is None or caller is None or principal is None:
                raise Unauthenticated
            async with self._units.open(caller.county_id, principal.actor, call.trace) as unit:
                response = await self._in_unit(unit, call, key, canonical)
                # The database's clock: a caller without one of its own, such as portal, can tell what day it is here.
                response.headers["Date"] = _http_date(int(unit.now.timestamp()))
                fault.here("api.before_commit")
            fault.here("api.after_commit_before_response")
            return response

        return endpoint

    async def _who(self, request: web.Request, route: Route) -> tuple[Principal | None, Caller | None]:
        if route.needs is PUBLIC:
            if self._limits is not None:
                self._limits.spend_for_address(request, route.counted_as)
            return None, None
        principal = await self._principal(request)
        request[_ASKS] = principal.actor, principal.county_id or NO_COUNTY
        if route.needs not in principal.scopes or (principal.only_reads and not route.needs.endswith(".read")):
            raise Refused
        if not route.county:
            if not principal.is_service:
                raise Refused
            return principal, principal.in_county(NO_COUNTY)
        county_id = county_of(principal, request, self._counties)
        request[_ASKS] = principal.actor, county_id
        return principal, principal.in_county(county_id)

    def _remember(self, request: web.Request, route: Route, refusal: SurroundError) -> None:
        """Note who was turned away. A 404 counts where something is there and was not shown."""
        status, hidden = status_of(type(refusal)), refusal.hidden if isinstance(refusal, NotFound) else None
        if REFUSALS not in request.app or (status not in _TURNED_AWAY and hidden is None):
            return
        actor, county_id = request.get(_ASKS, (NOBODY, NO_COUNTY))
        kind, record_id = hidden or (self._about(request) if actor is not NOBODY else None) or ("route", NO_RECORD)
        noted = Refusal(county_id, actor, f"{route.method} {route.path}", status, kind, record_id)
        request.app[REFUSALS].note(noted, request_id=request[TRACE].request_id)

    def _about(self, request: web.Request) -> tuple[str, UUID] | None:
        """Return the record that a path names first. Nobody has said yet that there is one."""
        for name, text in request.match_info.items():
            record_id = read(self._prefixes[name], text) if name in self._prefixes else None
            if record_id is not None:
                return name.removesuffix("_id"), record_id
        return None

    async def _principal(self, request: web.Request) -> Principal:
        """Return who asks, once the request is counted as theirs; one that nobody stands for is counted by its address."""
        try:
            principal = await self._verifier.principal(request)
        except Unauthenticated:
            if self._limits is not None:
                self._limits.spend_for_address(request)
            raise
        if self._limits is not None and not principal.is_service:
            who = Who.SYSTEM if Role.SYSTEM in principal.roles else Who.STAFF
            self._limits.spend(request, who, str(principal.county_id), principal.subject)
        return principal

    def _path(self, request: web.Request, typed: Sequence[str]) -> tuple[dict[str, UUID], dict[str, str]]:
        ids: dict[str, UUID] = {}
        words: dict[str, str] = {}
        for name, text in request.match_info.items():
            if name in typed:
                found = read(self._prefixes[name], text)
                if found is None:
                    raise NotFound
                ids[name] = found
            elif len(text) > 200 or not text.isprintable() or "\ufffd" in text:
                raise NotFound
            else:
                words[name] = text
        return ids, words

    async def _in_unit(self, unit: Unit, call: Call, key: str | None, canonical: bytes) -> web.StreamResponse:
        """Run the handler once for each Idempotency-Key; the reply is kept before the commit, and given only after it."""
        call = self._at_its_page(unit, call)
        if key is None:
            return self._response(call, await call.route.handler(unit, call), unit)
        request = idempotency.Request(
            caller=f"{unit.actor.kind}:{unit.actor.id}",
            route=f"{call.route.method} {call.route.path}",
            key=key,
            fingerprint=hashlib.sha256(f"{call.request.method}\n{call.request.path}\n".encode() + canonical).digest(),
        )
        match await idempotency.claim(unit, request):
            case idempotency.InProgress():
                raise IdempotencyInProgress
            case idempotency.Mismatch():
                raise IdempotencyKeyReused
            case idempotency.Replay() as given:
                return await self._once_more(unit, call, given)
            case _:
                response = self._response(call, await call.route.handler(unit, call), unit)
        kept = {name: value for name, value in response.headers.items() if name in {"Content-Type", "Location", "ETag", "Link"}}
        body = response.body if isinstance(response.body, bytes) else b""
        await idempotency.complete(unit, request, idempotency.Replay(response.status, kept, body, call.staff.scopes))
        return response

    async def _once_more(self, unit: Unit, call: Call, given: idempotency.Replay) -> web.Response:
        """Give a kept reply to a caller who may still see all that it is about; it is a look at it.

        One whose scopes have become fewer since learns that it was done and where the thing is, and reads it anew as they may now.
        """
        for name, record_id in {**self._named_in(given.headers.get("Location", "")), **call.ids}.items():
            if name in self._sights:
                await self._sights[name](unit, record_id, call.staff)
                await unit.audit("reply.given_again", subject_kind=name.removesuffix("_id"), subject_id=record_id)
        body = given.body if given.scopes <= call.staff.scopes else b""
        return web.Response(status=given.status, headers={**given.headers, "Idempotency-Replayed": "true"}, body=body)

    def _named_in(self, address: str) -> dict[str, UUID]:
        """Return the records that an address of ours names."""
        found = {}
        for part in address.split("/"):
            for name, prefix in self._prefixes.items():
                record_id = read(prefix, part)
                if record_id is not None:
                    found[name] = record_id
        return found

    def _at_its_page(self, unit: Unit, call: Call) -> Call:
        if not isinstance(call.query, PageQuery) or call.query.cursor is None:
            return call
        place = paging.read(unit.county_key("cursor"), call.query.cursor, binding=_binding(call))
        return replace(call, page_place=place)

    def _response(self, call: Call, reply: Reply, unit: Unit | None) -> web.Response:
        """Write a reply; a reader that holds this version already gets 304."""
        headers = CIMultiDict(reply.headers)
        if reply.etag is not None:
            headers["ETag"] = quoted(reply.etag)
            if call.request.method in {"GET", "HEAD"} and is_unchanged(_if_none_match(call.request), reply.etag):
                return web.Response(status=304, headers=headers)
        body = reply.body
        if reply.next_place is not None and unit is not None and body is not None:
            address = self._next(unit, call, reply.next_place)
            headers["Link"] = f'<{address}>; rel="next"'
            body = body.model_copy(update={"next": address})
        if reply.content is not None:
            headers["Content-Type"] = reply.content_type
            return web.Response(status=reply.status, body=reply.content, headers=headers)
        if body is None:
            return web.Response(status=reply.status, headers=headers)
        return web.Response(
            status=reply.status,
            body=body.model_dump_json(include=chosen(body, call.fields)).encode(),
            content_type=reply.content_type,
            headers=headers,
        )

    def _next(self, unit: Unit, call: Call, place: Sequence[Any]) -> str:
        cursor = paging.sign(unit.county_key("cursor"), place, binding=_binding(call))
        query = {name: value for name, value in call.request.query.items() if name != "cursor"} | {"cursor": cursor}
        return f"{self._public_url}{call.request.rel_url.raw_path}?{urlencode(query)}"


async def _streamed(call: Call, reply: Reply, stream: AsyncIterator[bytes]) -> web.StreamResponse:
    """Send content while it is made. What is refused before its first part is a problem; a later fault ends the connection."""
    first = await anext(stream, b"")
    headers = {
        "Content-Type": reply.content_type,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        TRACE_ID: call.trace.request_id,
        **reply.headers,
    }
    response = web.StreamResponse(status=reply.status, headers=headers)
    response.headers["Server"] = SERVER
    await response.prepare(call.request)
    if call.request.method != "HEAD":
        await response.write(first)
        async for part in stream:
            take_until(call.request, HANDLER_PATIENCE)
            await response.write(part)
    await response.write_eof()
    return response


@lru_cache(maxsize=16)
def _http_date(second: int) -> str:
    """Write a second since the epoch as a Date header does; many are answered in one."""
    return formatdate(second, usegmt=True)


def _binding(call: Call) -> dict[str, Any]:
    """What a cursor is good for: this caller, this path, these filters. A page of another size is the same list."""
    filters = {name: value for name, value in sorted(call.request.query.items()) if name not in {"cursor", "limit"}}
    return {"caller": call.staff.staff_id, "path": call.request.path, "filters": filters}


def check_accept(request: web.Request, route: Route) -> None:
    """Refuse a reader who accepts nothing that this route gives; problems are given in any case."""
    accepted = ",".join(request.headers.getall("Accept", []))
    if not accepted.strip():
        return
    gives = route.gives.split(";")[0]
    wanted = {part.split(";")[0].strip().lower() for part in accepted.split(",") if not _refused_range(part)}
    if not wanted & {"*/*", gives, f"{gives.split('/')[0]}/*"}:
        raise NotAcceptable


def _refused_range(part: str) -> bool:
    return bool(re.search(r";\s*q\s*=\s*0(?:\.0*)?\s*(?:;|$)", part))


def _if_match(request: web.Request, route: Route) -> tuple[str, ...]:
    given = request.headers.getall("If-Match", [])
    if not given:
        if route.etag and route.method in {"PATCH", "DELETE"}:
            raise PreconditionRequired
        return ()
    tags = read_tags(",".join(given))
    if tags is None:
        raise HeaderInvalid(header="If-Match")
    return tags


def _if_none_match(request: web.Request) -> tuple[str, ...]:
    return read_tags(",".join(request.headers.getall("If-None-Match", []))) or ()


def _idempotency_key(request: web.Request) -> str:
    given = request.headers.getall("Idempotency-Key", [])
    found = _KEY.fullmatch(given[0].strip()) if len(given) == 1 else None
    if found is None:
        raise IdempotencyKeyInvalid
    return found["quoted"] or found["bare"]


async def _body(request: web.Request, route: Route) -> tuple[BaseModel | None, bytes, bytes]:
    """Return the validated body, its bytes, and the form by which two bodies are the same."""
    limit = route.limit or MAX_BODY
    if route.takes:
        check_media_type(request, route.takes)
        raw = await read_bytes(request, limit)
        return None, raw, raw
    if request.method in {"GET", "HEAD"}:
        return None, b"", b""
    if route.body is None:
        raw = await read_bytes(request, limit)
        if raw.strip():
            check_media_type(request, (JSON, MERGE_PATCH))
            validated(_Empty, raw)
        return None, b"", b""
    check_media_type(request, (MERGE_PATCH if route.method == "PATCH" else JSON,))
    raw = await read_bytes(request, limit)
    body = validated(route.body, raw)
    canonical = json.dumps(load_json(raw), sort_keys=True, separators=(",", ":")).encode() if route.idempotent else b""
    return body, raw, canonical
