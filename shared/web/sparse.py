"""Sparse answers: `?fields=id,state` gives of a record, or of each in a list, only the members that were asked for (API §1)."""

from typing import Any, get_args

from aiohttp import web
from pydantic import BaseModel

from shared.kernel.errors import Fault
from shared.web.codes import CODES
from shared.web.errors import DuplicateParameter, InvalidParameter
from shared.web.fields import Page
from shared.web.routing import Route

FIELDS = "fields"


def may_be_sparse(route: Route) -> bool:
    """Say whether a route's answer has members to choose from: every read that answers in JSON."""
    return route.method == "GET" and route.answer is not None


def read_fields(request: web.Request, route: Route) -> frozenset[str] | None:
    """Return which members were asked for, or None for all. One that the answer does not have is refused, with those it has."""
    given = request.query.getall(FIELDS, [])
    if not given or route.answer is None or not may_be_sparse(route):
        return None
    if len(given) > 1:
        raise DuplicateParameter(Fault("duplicate_parameter", CODES["duplicate_parameter"], parameter=FIELDS))
    known = members_of(route.answer)
    wanted = frozenset(given[0].split(","))
    if not wanted <= known:
        raise InvalidParameter(Fault("invalid_parameter", f"Use some of these: {', '.join(sorted(known))}.", parameter=FIELDS))
    return wanted


def members_of(answer: type[BaseModel]) -> frozenset[str]:
    """Return the members of a record, or of those in a list."""
    if issubclass(answer, Page):
        (item,) = get_args(answer.model_fields["items"].annotation)
        answer = item
    return frozenset(answer.model_fields)


def chosen(body: BaseModel, wanted: frozenset[str] | None) -> Any:
    """Return what of a body is written, as pydantic takes it; None is all."""
    if wanted is None:
        return None
    return {"items": {"__all__": set(wanted)}, "next": True} if isinstance(body, Page) else set(wanted)
