"""The OpenAPI 3.1 description of a service, generated from its routes: what cannot be built from them is not promised."""

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import time
from functools import cache
from typing import Any

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from shared.kernel.errors import Conflict, Invalid, NotFound, Refused, SurroundError
from shared.web import errors as http
from shared.web.body import JSON, MERGE_PATCH
from shared.web.codes import CODES
from shared.web.problems import PROBLEM_JSON, status_of, title_of
from shared.web.routing import PUBLIC, Route

_REF = "#/components/schemas/{model}"
_TAG_PATTERN = r'^(W/)?"[!#-~]*"$'
_KEY_PATTERN = r'^("[!#-~]{8,128}"|[!#-~]{8,128})$'
_DIGEST_PATTERN = "^sha-256=:[A-Za-z0-9+/]{43}=:$"
_PARAMETER = re.compile(r"\{([a-z_]+)\}")
_STANDING: dict[str, Any] = {
    "RateLimit-Policy": {"schema": {"type": "string"}, "description": "How much may be asked for: quotas `q` in `w` seconds."},
    "RateLimit": {"schema": {"type": "string"}, "description": "The quota that ends first: `r` is left for `t` seconds."},
}
_BODY_ERRORS = (
    http.JsonInvalid,
    http.JsonInvalidUtf8,
    http.JsonDuplicateKey,
    http.JsonTooDeep,
    http.NotAnObject,
    http.NumberUnreadable,
    http.ContentEncodingInvalid,
    http.BodyTruncated,
    http.BodyStalled,
    http.BodyTooLarge,
    http.MediaTypeUnsupported,
    http.ContentEncodingUnsupported,
    Invalid,
)


def describe(service: str, routes: Sequence[Route], prefixes: Mapping[str, str], *, version: str = "1") -> Mapping[str, Any]:
    """Return the document; the same routes are described once, however many applications of them a process makes."""
    return _describe(service, tuple(routes), tuple(prefixes.items()), version)


@cache
def _describe(service: str, routes: tuple[Route, ...], prefix_of: tuple[tuple[str, str], ...], version: str) -> Mapping[str, Any]:
    prefixes = dict(prefix_of)
    requests = _schemas([each.body for each in routes], "validation")
    answers = _schemas([each.answer for each in routes], "serialization")
    queries = _schemas([each.query for each in routes], "validation")
    names = _answer_names(requests, answers)
    components = {**{n: s for n, s in queries.items() if n not in _models(routes, "query")}, **requests}
    components |= {names[name]: _opened(schema, names) for name, schema in answers.items()}
    components["Problem"] = _PROBLEM
    paths: dict[str, dict[str, Any]] = {}
    taken: set[str] = set()
    for each in routes:
        operation = _operation(each, prefixes, queries, names)
        operation["operationId"] = _unique(each, taken)
        paths.setdefault(each.path, {})[each.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Surround: {service}",
            "version": version,
            "description": (
                "Members of an enumeration may be added: take values you do not know. Times go out in UTC. Every GET that answers "
                "in JSON takes `fields=`, names of members with commas between: the answer, or each item of a list, has just these."
            ),
            "license": {"name": "See the repository", "url": "https://spdx.org/licenses/"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token of the county's identity provider, or of its client-credentials grant.",
                }
            },
        },
        "security": [{"bearer": []}],
    }


def openapi_handler(
    service: str, routes: Sequence[Route], prefixes: Mapping[str, str]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return the handler of /openapi.json; the document is made once, when the service starts."""
    document = _written(service, tuple(routes), tuple(prefixes.items()))

    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=document, content_type=JSON)

    return handler


@cache
def _written(service: str, routes: tuple[Route, ...], prefix_of: tuple[tuple[str, str], ...]) -> bytes:
    return json.dumps(describe(service, routes, dict(prefix_of)), ensure_ascii=False).encode()


def refusals_of(route: Route) -> list[type[SurroundError]]:
    """Return what a route may be refused with, by status and code."""
    found: set[type[SurroundError]] = {
        http.UriTooLong,
        http.NotAcceptable,
        http.UnknownParameter,
        http.QuotaExceeded,
        *route.raises,
    }
    if route.needs is not PUBLIC:
        found |= {http.Unauthenticated, Refused, http.CountyRequired}
    if "{" in route.path:
        found.add(NotFound)
    if route.query is not None:
        found |= {http.InvalidParameter, http.DuplicateParameter}
        if "cursor" in route.query.model_fields:
            found.add(http.CursorInvalid)
    if route.body is not None:
        found |= set(_BODY_ERRORS)
    if route.takes:
        found |= {http.MediaTypeUnsupported, http.BodyTooLarge, http.ContentEncodingInvalid}
    if route.upload:
        found |= {http.DigestInvalid, http.DigestMismatch, http.BodyTruncated, http.BodyStalled, http.ContentEncodingUnsupported}
    if route.method in {"POST", "PUT", "PATCH", "DELETE"} and route.body is None:
        found.add(http.BodyTooLarge)
    if route.etag and route.method in {"PATCH", "DELETE"}:
        found |= {http.PreconditionRequired, http.PreconditionFailed, http.HeaderInvalid}
    if route.idempotent:
        found |= {http.IdempotencyKeyInvalid, http.IdempotencyKeyReused, http.IdempotencyInProgress}
    if route.method in {"POST", "PUT", "PATCH", "DELETE"} and route.unit:
        found.add(Conflict)
    return sorted(found, key=lambda error: (status_of(error), error.code))


def _operation(route: Route, prefixes: Mapping[str, str], queries: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    lines = (route.handler.__doc__ or "").strip().split("\n", 1)
    operation: dict[str, Any] = {"summary": lines[0], "tags": [_tag(route.path)]}
    if len(lines) > 1:
        operation["description"] = " ".join(lines[1].split())
    if route.needs is PUBLIC:
        operation["security"] = []
    else:
        operation["x-needs"] = route.needs
        operation["description"] = f"{operation.get('description', '')} Needs the scope `{route.needs}`.".strip()
    parameters = [*_path_parameters(route, prefixes), *_query_parameters(route, queries), *_headers(route)]
    if parameters:
        operation["parameters"] = parameters
    content = _request_content(route)
    if content:
        operation["requestBody"] = {"required": True, "content": content}
    operation["responses"] = {str(route.status): _success(route, names), **_failures(route)}
    if route.etag and route.method == "GET":
        operation["responses"]["304"] = {"description": "You already have this version."}
    return operation


def _request_content(route: Route) -> dict[str, Any]:
    if route.body is not None:
        media = MERGE_PATCH if route.method == "PATCH" else JSON
        return {media: {"schema": {"$ref": _REF.format(model=_name(route.body))}}}
    return {media: {"schema": {"type": "string"}} for media in route.takes}


def _success(route: Route, names: Mapping[str, str]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": "Done."}
    headers: dict[str, Any] = {"X-Request-Id": {"schema": {"type": "string"}}, **_STANDING}
    if route.answer is not None:
        answer["content"] = {JSON: {"schema": {"$ref": _REF.format(model=names[_name(route.answer)])}}}
    elif route.gives != JSON:
        answer["content"] = {route.gives: {"schema": {"type": "string"}}}
    if route.etag:
        headers["ETag"] = {"schema": {"type": "string"}, "description": "The version, for If-Match."}
    if route.status == 201:
        headers["Location"] = {"schema": {"type": "string"}, "description": "Where the new thing is."}
    if route.idempotent:
        headers["Idempotency-Replayed"] = {"schema": {"const": "true"}, "description": "Present when this reply was given before."}
    answer["headers"] = headers
    return answer


def _failures(route: Route) -> dict[str, Any]:
    by_status: dict[str, list[type[SurroundError]]] = {}
    for error in refusals_of(route):
        by_status.setdefault(str(status_of(error)), []).append(error)
    failures = {status: _failure(found) for status, found in by_status.items()}
    seconds = {"schema": {"type": "string", "pattern": "^[0-9]+$"}, "description": "Seconds to wait."}
    failures["429"]["headers"] = {**_STANDING, "Retry-After": seconds}
    failures["default"] = {
        "description": "Something went wrong here.",
        "content": {PROBLEM_JSON: {"schema": {"$ref": _REF.format(model="Problem")}}},
    }
    return failures


def _failure(errors: Sequence[type[SurroundError]]) -> dict[str, Any]:
    return {
        "description": " ".join(f"`{error.code}`: {error().detail}" for error in errors),
        "content": {
            PROBLEM_JSON: {
                "schema": {"$ref": _REF.format(model="Problem")},
                "examples": {error.code: {"value": _example(error)} for error in errors},
            }
        },
    }


def _example(error: type[SurroundError]) -> dict[str, Any]:
    body = {
        "type": f"/problems/{error.code}",
        "title": title_of(error.code),
        "status": status_of(error),
        "detail": error().detail,
        "instance": "urn:request:01JD3Z6Q0V5X8R2M4N7P",
        "code": error.code,
    }
    if error.code == "validation":
        return {
            **body,
            "errors": [{"pointer": "#/written_language", "code": "language_unknown", "detail": CODES["language_unknown"]}],
        }
    return body


def _path_parameters(route: Route, prefixes: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": f"^{prefixes[name]}_[0-9a-f]{{32}}$"}
            if name in prefixes
            else {"type": "string", "minLength": 1, "maxLength": 200},
        }
        for name in _PARAMETER.findall(route.path)
    ]


def _query_parameters(route: Route, queries: Mapping[str, Any]) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = queries[_name(route.query)]
    required = set(schema.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _without_null(each)}
        for name, each in schema.get("properties", {}).items()
    ]


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter is there or not; it is never null."""
    plain = {key: value for key, value in schema.items() if key not in {"title", "default"} or value is not None}
    choices = [choice for choice in plain.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        plain.pop("anyOf")
        plain = {**choices[0], **plain}
    return plain


def _headers(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if route.etag and route.method in {"PATCH", "DELETE"}:
        found.append(_header("If-Match", "The etag you read.", required=True, pattern=_TAG_PATTERN))
    if route.upload:
        found.append(_header("Content-Digest", "SHA-256 of the body (RFC 9530).", required=True, pattern=_DIGEST_PATTERN))
    if route.idempotent:
        found.append(
            _header("Idempotency-Key", "New for each new thing; the same for a repeat.", required=True, pattern=_KEY_PATTERN)
        )
    return found


def _header(name: str, description: str, *, required: bool, pattern: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": pattern}
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


class _Generator(GenerateJsonSchema):
    """pydantic writes a default its own way in a request's schema; ours is the spelling that the field takes."""

    def encode_default(self, dft: Any) -> Any:
        """Write a time of day as `Clock` reads it."""
        return dft.strftime("%H:%M") if isinstance(dft, time) else super().encode_default(dft)


def _schemas(models: Iterable[type[BaseModel] | None], mode: Any) -> dict[str, Any]:
    chosen = [(model, mode) for model in dict.fromkeys(models) if model is not None]
    if not chosen:
        return {}
    _, document = models_json_schema(chosen, ref_template=_REF, schema_generator=_Generator)
    found: dict[str, Any] = document.get("$defs", {})
    return found


def _models(routes: Sequence[Route], part: str) -> set[str]:
    return {_name(model) for each in routes if (model := getattr(each, part)) is not None}


def _name(model: type[BaseModel]) -> str:
    return re.sub(r"[^A-Za-z0-9.\-_]", "_", model.__name__)


def _answer_names(requests: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, str]:
    """A shape that goes both ways is closed when it comes in and open when it goes out, so it has two names; a word has one."""
    return {
        name: name if name not in requests or requests[name] == _opened(schema, {}) else f"{name}Answer"
        for name, schema in answers.items()
    }


def _opened(schema: Any, names: Mapping[str, str]) -> Any:
    """Answers may gain members; only requests are closed."""
    if isinstance(schema, dict):
        opened = {
            key: _opened(value, names) for key, value in schema.items() if not (key == "additionalProperties" and value is False)
        }
        reference = opened.get("$ref")
        if isinstance(reference, str):
            name = reference.rsplit("/", 1)[-1]
            opened["$ref"] = _REF.format(model=names.get(name, name))
        return opened
    return [_opened(each, names) for each in schema] if isinstance(schema, list) else schema


def _unique(route: Route, taken: set[str]) -> str:
    """One handler may serve two paths; an operation's name is its own."""
    name = route.name
    if name in taken:
        name = f"{name}_{_tag(route.path).replace('-', '_')}"
    while name in taken:
        name += "_also"
    taken.add(name)
    return name


def _tag(path: str) -> str:
    parts = [part for part in path.split("/") if part and part != "v1"]
    return parts[0].split(":")[0] if parts else "root"


_PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457. `code` is stable; `detail` is for people and may change.",
    "type": "object",
    "required": ["type", "title", "status", "instance", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
        "errors": {
            "type": "array",
            "maxItems": 50,
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "header": {"type": "string"},
                    "line": {"type": "integer"},
                    "column": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
