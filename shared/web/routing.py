"""Routes as data: the whole surface of a service on one screen, each route with the permission it needs.

A handler reads, calls one use case, answers: `async def post_person(unit: Unit, call: Call) -> Reply`, or `(call)` alone for a
route built with `unit=False`. It never commits: the framework opens the unit, keeps the idempotency row with the reply in the same
transaction, commits, and only then answers.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, SerializeAsAny

from shared.db.unit import Actor, Trace, Unit, Units
from shared.kernel.access import Caller
from shared.kernel.errors import SurroundError
from shared.kernel.quotas import Who
from shared.web.conditions import matches_strongly, quoted
from shared.web.errors import PreconditionFailed
from shared.web.fields import Page
from shared.web.upload import Upload


class Public(Enum):
    """The one value that opens a route to callers without a token."""

    PUBLIC = "public"


PUBLIC: Final = Public.PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, read and checked: who asks, the ids in its path, its body and its query.

    `ids` are the typed ids of the path, `words` its other parts. `raw` is the body of a route that takes something other than JSON,
    `upload` the file of one that takes large ones.
    `body.model_fields_set` names what a merge patch holds.
    """

    request: web.Request
    route: "Route"
    trace: Trace
    caller: Caller | None = None
    actor: Actor | None = None
    ids: Mapping[str, UUID] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    query: Any = None
    raw: bytes = b""
    upload: Upload | None = None
    if_match: tuple[str, ...] = ()
    fields: frozenset[str] | None = None
    page_place: Sequence[Any] | None = None

    @property
    def app(self) -> web.Application:
        """The service, with what `app.py` has put into it."""
        return self.request.app

    @property
    def staff(self) -> Caller:
        """The verified caller; only a public route has none, and asking there is a programming error."""
        if self.caller is None:
            raise RuntimeError("a public route has no caller")
        return self.caller

    @property
    def units(self) -> Units:
        """What opens units, for a route that opens its own."""
        return self.app[UNITS]

    def open_unit(self) -> AbstractAsyncContextManager[Unit]:
        """Open a unit of work as the caller, for a route that opens several of its own."""
        if self.actor is None:
            raise RuntimeError("a public route has no caller")
        return self.units.open(self.staff.county_id, self.actor, self.trace)

    def require_match(self, current: str) -> None:
        """Refuse a change made against an older version than `current`; call it before the first write."""
        if not matches_strongly(self.if_match, current):
            raise PreconditionFailed(etag=quoted(current))


UNITS: Final = web.AppKey("units", Units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a handler answers: a model as JSON, or `content` of another media type. `etag` is given without quotes.

    `stream` is content that is made while it is sent, by a route that opens its own units (`unit=False`).
    """

    status: int = 200
    body: BaseModel | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None
    content: bytes | None = None
    stream: AsyncIterator[bytes] | None = None
    content_type: str = "application/json"
    next_place: Sequence[Any] | None = None


Handler = Callable[..., Awaitable[Reply]]

Sight = Callable[[Unit, UUID, Caller], Awaitable[object]]
"""Raises NotFound where a caller may not see a record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method on one path. Built by `get`, `post` and their kin, never without `needs`."""

    method: str
    path: str
    handler: Handler
    needs: str | Public
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    answer: type[BaseModel] | None
    status: int
    idempotent: bool
    etag: bool
    unit: bool
    county: bool
    takes: tuple[str, ...]
    upload: bool
    gives: str
    limit: int | None
    raises: tuple[type[SurroundError], ...]
    counted_as: Who

    def __post_init__(self) -> None:
        """Refuse a route that would leave something open: no permission, no sentence, a unit without a county."""
        if not isinstance(self.needs, Public) and not self.needs:
            raise ValueError(f"{self.method} {self.path} declares no permission")
        if not (self.handler.__doc__ or "").strip():
            raise ValueError(f"{self.method} {self.path}: its handler has no docstring")
        if self.needs is PUBLIC and (self.unit or self.idempotent):
            raise ValueError(f"{self.method} {self.path} is public: it has no county, so it opens its own unit")
        if self.idempotent and not self.unit:
            raise ValueError(f"{self.method} {self.path}: an idempotency row needs the unit's transaction")
        if not self.county and self.unit:
            raise ValueError(f"{self.method} {self.path} has no county to open a unit in")

    @property
    def name(self) -> str:
        """The handler's name: the operation's name too."""
        return getattr(self.handler, "__name__", "handler")

    @property
    def summary(self) -> str:
        """The first line of the handler's docstring."""
        return (self.handler.__doc__ or "").strip().splitlines()[0]


def route(
    method: str,
    path: str,
    handler: Handler,
    *,
    needs: str | Public,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    answer: type[BaseModel] | None = None,
    status: int | None = None,
    idempotent: bool = False,
    etag: bool = False,
    unit: bool = True,
    county: bool = True,
    takes: tuple[str, ...] = (),
    upload: bool = False,
    gives: str = "application/json",
    limit: int | None = None,
    raises: tuple[type[SurroundError], ...] = (),
    counted_as: Who = Who.ADDRESS,
) -> Route:
    """Build a route; the five methods below are the usual way.

    `takes` lists media types whose bytes the handler reads itself (`call.raw`, or `call.upload` when `upload` says that they may be
    many: then they come with a Content-Digest and wait in a file), `gives` is the media type of a reply that is not
    JSON, `limit` changes the size limit of the body, `county=False` is for the few routes that read across counties, and `raises`
    names the refusals that the handler's own rules may answer, for the API's description. `counted_as` says whose quota a public
    route spends. `status` is the usual one of the method if not given: 201 for a POST that creates, 204 without an answer.
    """
    return Route(
        method=method,
        path=path,
        handler=handler,
        needs=needs,
        body=body,
        query=query,
        answer=answer,
        status=_usual_status(method, path, idempotent, answer, gives) if status is None else status,
        idempotent=idempotent,
        etag=etag,
        unit=unit,
        county=county,
        takes=takes,
        upload=upload,
        gives=gives,
        limit=limit,
        raises=raises,
        counted_as=counted_as,
    )


def _usual_status(method: str, path: str, idempotent: bool, answer: type[BaseModel] | None, gives: str) -> int:
    if answer is None and gives == "application/json":
        return 204
    return 201 if method == "POST" and idempotent and ":" not in path else 200


def get(path: str, handler: Handler, *, needs: str | Public, **options: Any) -> Route:
    """A safe read; HEAD comes with it."""
    return route("GET", path, handler, needs=needs, **options)


def post(path: str, handler: Handler, *, needs: str | Public, **options: Any) -> Route:
    """Creates, sends, or does what a `:name` at the end of the path says."""
    return route("POST", path, handler, needs=needs, **options)


def put(path: str, handler: Handler, *, needs: str | Public, **options: Any) -> Route:
    """Sets what stands under a natural key."""
    return route("PUT", path, handler, needs=needs, **options)


def patch(path: str, handler: Handler, *, needs: str | Public, **options: Any) -> Route:
    """Changes some members (RFC 7396); `call.body.model_fields_set` says which. Needs `If-Match` when built with `etag=True`."""
    return route("PATCH", path, handler, needs=needs, **options)


def delete(path: str, handler: Handler, *, needs: str | Public, **options: Any) -> Route:
    """Ends a thing, softly; a second time it is not found. Needs `If-Match` when built with `etag=True`."""
    return route("DELETE", path, handler, needs=needs, **options)


def ok(body: BaseModel, *, etag: str | None = None) -> Reply:
    """200 with a body."""
    return Reply(body=body, etag=etag)


def created(body: BaseModel, *, location: str, etag: str | None = None) -> Reply:
    """201 with the new thing and the path it now has."""
    return Reply(status=201, body=body, headers={"Location": location}, etag=etag)


def accepted(body: BaseModel, *, location: str | None = None) -> Reply:
    """202: taken, not yet done."""
    return Reply(status=202, body=body, headers={"Location": location} if location else {})


def no_content() -> Reply:
    """204."""
    return Reply(status=204)


def page(items: BaseModel | Sequence[BaseModel], *, next: Sequence[Any] | None = None) -> Reply:
    """One page of a list: a model with `items` and `next`, or the items alone (then the route's `answer` is `Page[PersonOut]`).

    `next` is the place after the last row, None at the end. The framework signs it into a cursor and writes the address of the next
    page into the body's `next` and into `Link`. A place is what the query orders by, as JSON-plain values:
    `(row.updated_at.isoformat(), str(row.id))`. The reader of the next page finds it as `call.page_place`.
    """
    body = items if isinstance(items, BaseModel) else Page[SerializeAsAny[BaseModel]](items=list(items))
    return Reply(body=body, next_place=next)


def content(data: bytes, *, content_type: str, headers: Mapping[str, str] | None = None, etag: str | None = None) -> Reply:
    """200 with something other than JSON: a calendar, a page."""
    return Reply(content=data, content_type=content_type, headers=headers or {}, etag=etag)
