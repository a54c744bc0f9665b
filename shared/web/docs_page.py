"""The readable page beside /openapi.json, and a page for each code: plain HTML, no script."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from shared.kernel.errors import NotFound, SurroundError
from shared.web.openapi import describe, refusals_of
from shared.web.pages import html_page, new_nonce
from shared.web.problems import status_of, title_of
from shared.web.registry import every_code, own_errors
from shared.web.routing import Route

_ENVIRONMENT = Environment(
    loader=PackageLoader("shared.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def docs_handler(
    service: str, routes: Sequence[Route], prefixes: Mapping[str, str]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return the handler of /docs."""
    document = describe(service, routes, prefixes)
    entries = _entries(service, tuple(routes), tuple(prefixes.items()))

    async def handler(_: web.Request) -> web.Response:
        nonce = new_nonce()
        text = _ENVIRONMENT.get_template("docs.html").render(
            title=document["info"]["title"], nonce=nonce, document=document, entries=entries, form=_form
        )
        return html_page(text, nonce=nonce)

    return handler


def problem_page_handler(errors: Iterable[type[SurroundError]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return the handler of /problems/{code}, to which the `type` of every problem leads."""
    known = every_code([*own_errors(), *errors])

    async def handler(request: web.Request) -> web.Response:
        entry = known.get(request.match_info["code"])
        if entry is None:
            raise NotFound
        nonce = new_nonce()
        text = _ENVIRONMENT.get_template("problem.html").render(
            title=title_of(entry.code), nonce=nonce, code=entry.code, words=entry.words, status=entry.status
        )
        return html_page(text, nonce=nonce)

    return handler


@cache
def _entries(service: str, routes: tuple[Route, ...], prefix_of: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    """Return what the page says of each route, worked out once however many applications a process makes."""
    document = describe(service, routes, dict(prefix_of))
    return [_entry(each, document) for each in routes]


def _entry(route: Route, document: Mapping[str, Any]) -> dict[str, Any]:
    operation = document["paths"][route.path][route.method.lower()]
    schemas = document["components"]["schemas"]
    bodies = [
        (media, schemas.get(content["schema"].get("$ref", "").rsplit("/", 1)[-1], content["schema"]))
        for media, content in operation.get("requestBody", {}).get("content", {}).items()
    ]
    content = operation["responses"][str(route.status)].get("content", {})
    return {
        "id": operation["operationId"],
        "method": route.method,
        "path": route.path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "parameters": operation.get("parameters", []),
        "bodies": bodies,
        "status": route.status,
        "answer": next((each.get("schema") for each in content.values()), None),
        "refusals": [{"code": error.code, "status": status_of(error)} for error in refusals_of(route)],
    }


def _form(schema: Mapping[str, Any]) -> str:
    """Say a schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(_form(each) for each in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(str(each) for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_form(schema.get('items', {}))}"
    words = [str(schema.get("type", "anything"))]
    words += [f"{label} {schema[key]}" for key, label in _LIMITS.items() if key in schema]
    return ", ".join(words)


_LIMITS = {
    "format": "as",
    "pattern": "like",
    "minimum": "from",
    "maximum": "up to",
    "minLength": "at least",
    "maxLength": "at most",
    "maxItems": "at most",
    "const": "always",
}
