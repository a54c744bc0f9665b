"""Small batches (API §1): up to 500 things in one request and one transaction, each refused by itself or all of them together.

The answer is 207 and names every item in order. What is wrong with an item is the problem that its own route would have answered,
with pointers into the item.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, JsonValue, SerializeAsAny

from shared.db.unit import Unit
from shared.kernel.errors import NotFound, SurroundError
from shared.web.body import validated
from shared.web.errors import BatchUndone
from shared.web.fields import Model
from shared.web.observe import PREFIXES
from shared.web.problems import problem_members, status_of
from shared.web.refusals import REFUSALS, Refusal
from shared.web.routing import Call, Reply

MOST_ITEMS = 500
MAX_BATCH = 2 * 1024 * 1024
CREATED, MULTI_STATUS = 201, 207

Shape = TypeVar("Shape", bound=BaseModel)


class BatchIn(Model):
    """Things to be made. Each item is what the route for one of them takes."""

    items: Annotated[list[dict[str, JsonValue]], Field(min_length=1, max_length=MOST_ITEMS)]


class BatchQuery(Model):
    """Whether one refused item undoes all the others."""

    atomic: bool = False


class ItemOut(Model):
    """What became of one item, by its place in the request: the id of what was made, or the problem."""

    index: int
    status: int
    id: str | None = None
    problem: dict[str, Any] | None = None


class BatchOut(Model):
    """What became of the items, in their order."""

    items: list[SerializeAsAny[ItemOut]]


class _Undo(Exception):
    """Takes back all items of a batch."""


async def each_item(unit: Unit, call: Call, shape: type[Shape], make: Callable[[Shape], Awaitable[str]]) -> Reply:
    """Make each item of a batch, in the request's transaction; `make` returns the public id of what it made."""
    bodies: Sequence[Mapping[str, JsonValue]] = call.body.items
    found: list[ItemOut] = []
    try:
        async with unit.attempt():
            for index, body in enumerate(bodies):
                found.append(await _item(unit, call, index, shape, body, make))
            if call.query.atomic and any(item.problem for item in found):
                raise _Undo
    except _Undo:
        found = [item if item.problem else _refused(call, item.index, BatchUndone()) for item in found]
    return Reply(status=MULTI_STATUS, body=BatchOut(items=found))


async def _item(
    unit: Unit, call: Call, index: int, shape: type[Shape], body: Mapping[str, JsonValue], make: Callable[[Shape], Awaitable[str]]
) -> ItemOut:
    try:
        async with unit.attempt():
            return ItemOut(index=index, status=CREATED, id=await make(validated(shape, json.dumps(body).encode())))
    except SurroundError as refusal:
        if status_of(type(refusal)) >= 500:
            raise
        _note(call, refusal)
        return _refused(call, index, refusal)


def _refused(call: Call, index: int, refusal: SurroundError) -> ItemOut:
    members = problem_members(refusal, request_id=call.trace.request_id, prefixes=call.app.get(PREFIXES))
    return ItemOut(index=index, status=members["status"], problem=members)


def _note(call: Call, refusal: SurroundError) -> None:
    """An item that was turned away is on record as a request of its own would be."""
    hidden = refusal.hidden if isinstance(refusal, NotFound) else None
    status = status_of(type(refusal))
    if call.actor is None or REFUSALS not in call.app or (status != 403 and hidden is None):
        return
    kind, record_id = hidden or ("route", call.staff.county_id)
    noted = Refusal(call.staff.county_id, call.actor, call.trace.route, status, kind, record_id)
    call.app[REFUSALS].note(noted, request_id=call.trace.request_id)
