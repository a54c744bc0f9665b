"""What holds for every route of a service, taken from its own table of routes: a new route is tried without being named here."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from shared.kernel.ids import spell
from shared.web.routing import Route
from tests.hostile.rows import ROWS
from tests.hostile.wire import Wire

CHANGES = frozenset({"POST", "PUT", "PATCH"})
UNREADABLE = {
    each: ROWS[each].octets
    for each in ("json-001", "json-003", "json-005", "json-007", "json-013", "json-017", "json-019", "json-021")
}
DEEPEST = 3
_ID = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Tried:
    """One request that had to be refused, and how it ended."""

    method: str
    path: str
    what: str
    status: int
    codes: frozenset[str]


def filled(path: str, prefixes: Mapping[str, str]) -> str:
    """Return a path with ids of the right kind that nothing has."""
    return _ID.sub(lambda found: spell(prefixes[found[1]], uuid4()) if found[1] in prefixes else "nothing-has-this", path)


async def unreadable_bodies(wire: Wire, routes: Iterable[Route], prefixes: Mapping[str, str]) -> list[Tried]:
    """Send every unreadable body to every route that takes JSON; return what was not refused as its row says."""
    odd = []
    for route in (each for each in routes if each.method in CHANGES and not each.takes):
        for name, octets in UNREADABLE.items():
            answer = await wire.send(route.method, filled(route.path, prefixes), octets, If_Match='"1"')
            if answer.status not in ROWS[name].statuses or ROWS[name].code not in answer.codes:
                odd.append(Tried(route.method, route.path, name, answer.status, frozenset(answer.codes)))
    return odd


def _crooked(route: Route, prefixes: Mapping[str, str]) -> Iterator[tuple[str, str, int]]:
    path = filled(route.path, prefixes)
    yield path + "?limt=10", "unknown_parameter", 400
    yield path + "?limt=10&limt=11", "unknown_parameter", 400
    yield path + "?%00=1", "unknown_parameter", 400
    yield path + "/", "not_found", 404
    for name in (name for name in _ID.findall(route.path) if name in prefixes):
        for wrong in ("%00", "%2e%2e", "%ff", "a%0d%0ab", "0", str(uuid4()), spell("zzz", uuid4()), "%D9%A0" * 36):
            yield filled(route.path.replace(f"{{{name}}}", wrong), prefixes), "not_found", 404


async def crooked_addresses(wire: Wire, routes: Iterable[Route], prefixes: Mapping[str, str]) -> list[Tried]:
    """Ask every route at addresses that are none; return what was not refused as it should be."""
    odd = []
    for route in routes:
        for path, code, status in _crooked(route, prefixes):
            answer = await wire.send(route.method, path, b"{}" if route.method in CHANGES else None, If_Match='"1"')
            if answer.status != status or code not in answer.codes:
                odd.append(Tried(route.method, path, code, answer.status, frozenset(answer.codes)))
    return odd


HOSTILE_TEXTS = {each: ROWS[each].text for each in ("uni-001", "uni-007", "uni-017")} | {
    "nul": "Ana\0",
    "surrogate": "Ana\ud800",
    "long": "x" * 100_000,
}
"""Texts that nobody types; no property of any body takes one."""


def _properties(schema: Mapping[str, Any], known: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, ...]]:
    """Yield the way to each member of a shape; `0` is the first of a list."""
    if "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    for each in schema.get("anyOf", ()):
        yield from _properties(each, known, depth)
    if "items" in schema:
        yield from (("0", *way) for way in _properties(schema["items"], known, depth))
        yield ("0",)
    for name, inner in schema.get("properties", {}).items():
        yield (name,)
        if depth < DEEPEST:
            yield from ((name, *way) for way in _properties(inner, known, depth + 1))


def _holding(way: tuple[str, ...], value: str) -> Any:
    first, *rest = way
    inner = _holding(tuple(rest), value) if rest else value
    return [inner] if first == "0" else {first: inner}


async def hostile_texts(wire: Wire, routes: Iterable[Route], prefixes: Mapping[str, str], takes: frozenset[str]) -> list[Tried]:
    """Give every property of every body each hostile text; return what was not refused at its place. `takes` may hold any text."""
    odd = []
    for route in (each for each in routes if each.body is not None):
        schema = route.body.model_json_schema(by_alias=True) if route.body else {}
        for way in sorted(set(_properties(schema, schema.get("$defs", {})))):
            for name, text in HOSTILE_TEXTS.items():
                body = json.dumps(_holding(way, text)).encode()
                answer = await wire.send(route.method, filled(route.path, prefixes), body, If_Match='"1"')
                place = "#/" + "/".join(way)
                refused = answer.status == 422 and any(each.startswith(place) for each in answer.places)
                if not refused and place not in takes:
                    odd.append(Tried(route.method, f"{route.path} {place}", name, answer.status, frozenset(answer.places)))
    return odd
