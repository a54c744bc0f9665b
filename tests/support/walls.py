"""Every route of a service against every kind of caller: what is out of somebody's sight is not there, whatever the route."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.web.routing import Route
from tests.network.conftest import Answer, Api

INSIDE = {
    "assigned": ("amy", ("caseworker",), ("north",)),
    "with a share": ("cy", ("caseworker",), ("south",)),
    "the unit's supervisor": ("sue", ("supervisor",), ("north",)),
    "the unit's scheduler": ("sid", ("scheduler",), ("north",)),
    "the county's administrator": ("ad", ("county_admin",), ()),
    "a county system": ("alder-cws", ("system",), ()),
}
"""Who sees a family of the unit `north`: staff id, roles, units."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One route called about one record. `{names}` in its path, query and body stand for ids."""

    method: str
    path: str
    body: Any = None
    query: str = ""

    async def by(self, api: Api, ids: Mapping[str, str], *, etag: str = '"0-0"') -> Answer:
        """Call it as somebody, with these ids."""
        sends_etag = self.method in {"PATCH", "DELETE"} or self.path.endswith((":move", ":cancel"))
        return await api.send(
            self.method, f"{self.path}{self.query}".format(**ids), filled(self.body, ids), etag=etag if sends_etag else ""
        )

    def __str__(self) -> str:
        """What a failing test is called."""
        return f"{self.method} {self.path}"


def filled(body: Any, ids: Mapping[str, str]) -> Any:
    """Return a body with ids in the place of their names."""
    if isinstance(body, str):
        return body.format(**ids)
    if isinstance(body, list):
        return [filled(each, ids) for each in body]
    return {name: filled(value, ids) for name, value in body.items()} if isinstance(body, dict) else body


def by_scope(routes: Iterable[Route], attempts: Iterable[Attempt], scopes: Iterable[str], *, otherwise: int) -> dict[str, int]:
    """Return the status each attempt must get: 403 where its route asks for a scope that the caller lacks, else the one given."""
    needs, held = {f"{route.method} {route.path}": route.needs for route in routes}, set(scopes)
    return {str(each): otherwise if needs[str(each)] in held else 403 for each in attempts}


def never_tried(routes: Iterable[Route], attempts: Iterable[Attempt], without_record: Iterable[str]) -> set[str]:
    """Return the routes that no attempt is made on: a new route is refused here until somebody says how it is walled."""
    tried = {str(each) for each in attempts} | set(without_record)
    return {f"{route.method} {route.path}" for route in routes} - tried
