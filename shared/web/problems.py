"""Refusals as `application/problem+json` (RFC 9457): the one place where a kind of error becomes a status.

A body names the stable code, what to do, the ids and dates the refusal carries, and each value at fault; never the value itself. A
fault of ours (5xx) says the request id and no more.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from shared.kernel.errors import Conflict, Fault, Invalid, NotFound, Refused, SurroundError
from shared.kernel.ids import spell
from shared.web.body import MAX_FAULTS
from shared.web.errors import (
    BadRequest,
    BodyTooLarge,
    ExpectationFailed,
    InternalError,
    MethodNotAllowed,
    RequestError,
    Unavailable,
)

PROBLEM_JSON = "application/problem+json"

_STATUS: tuple[tuple[type[SurroundError], int], ...] = ((NotFound, 404), (Conflict, 409), (Refused, 403), (Invalid, 422))
_OWN_MEMBERS = frozenset({"type", "title", "status", "detail", "instance", "code", "errors"})


def status_of(error: type[SurroundError]) -> int:
    """Return the status of a kind of refusal; a kind that nobody named is a fault of ours."""
    if issubclass(error, RequestError):
        return error.status
    return next((status for kind, status in _STATUS if issubclass(error, kind)), 500)


def title_of(code: str) -> str:
    """Return the code in words: `slot_taken` → "Slot taken"."""
    return code.replace("_", " ").capitalize()


def problem(error: SurroundError, *, request_id: str, prefixes: Mapping[str, str] | None = None) -> web.Response:
    """Return the answer to a refusal. `prefixes` spell the ids among its facts."""
    members = problem_members(error, request_id=request_id, prefixes=prefixes)
    headers = dict(error.headers) if isinstance(error, RequestError) else {}
    etag = error.facts.get("etag")
    if isinstance(etag, str):
        headers["ETag"] = etag
    return respond(members, headers=headers)


def problem_members(error: SurroundError, *, request_id: str, prefixes: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what a problem says: the body of an answer, or of one item of a batch."""
    status = status_of(type(error))
    members: dict[str, Any] = {"type": f"/problems/{error.code}", "title": title_of(error.code), "status": status}
    members["instance"] = f"urn:request:{request_id}"
    members["code"] = error.code
    if status < 500:
        members["detail"] = error.detail
        faults = getattr(error, "faults", ())
        if faults:
            members["errors"] = [_plain_fault(fault) for fault in faults[:MAX_FAULTS]]
        members |= {name: _plain(name, v, prefixes or {}) for name, v in error.facts.items() if name not in _OWN_MEMBERS}
    return members


def respond(members: Mapping[str, Any], *, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return a problem from its members."""
    return web.Response(
        body=json.dumps(members, ensure_ascii=False).encode(),
        status=members["status"],
        content_type=PROBLEM_JSON,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def from_http(error: web.HTTPException) -> tuple[SurroundError, dict[str, str]]:
    """Return aiohttp's own refusal as one of ours, with the headers that go with it."""
    if error.status == 404:
        return NotFound(), {}
    if isinstance(error, web.HTTPMethodNotAllowed):
        return MethodNotAllowed(), {"Allow": ", ".join(sorted(error.allowed_methods))}
    if error.status == 413:
        return BodyTooLarge(), {}
    if error.status == 417:
        return ExpectationFailed(), {}
    if error.status == 503:
        return Unavailable(), {}
    return (BadRequest() if error.status < 500 else InternalError()), {}


def _plain_fault(fault: Fault) -> dict[str, str | int]:
    places = ("pointer", "parameter", "header", "line", "column")
    where = {name: getattr(fault, name) for name in places if getattr(fault, name) is not None}
    return where | {"code": fault.code, "detail": fault.detail}


def _plain(name: str, value: object, prefixes: Mapping[str, str]) -> Any:
    """Return a fact as JSON: ids in their public spelling where the name tells their kind (`meeting_id`, `meeting_ids`)."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, UUID):
        prefix = prefixes.get(name) or prefixes.get(name.removesuffix("s"))
        return spell(prefix, value) if prefix else str(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(each.name, getattr(value, each.name), prefixes) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(str(key), each, prefixes) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(name, each, prefixes) for each in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
