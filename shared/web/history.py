"""How the history of a record is shown: newest first, each field before and after."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from shared.db.history import Change
from shared.kernel.differences import Difference
from shared.kernel.ids import spell
from shared.web.fields import Instant, Model


class DifferenceOut(Model):
    """One field, before and after; null where there was, or is, nothing."""

    field: str
    before: Any
    after: Any


class ChangeOut(Model):
    """One change of a record. `destroyed` says that its words were destroyed; that it happened is still on record."""

    id: str
    at: Instant
    actor_kind: str
    actor_id: str
    request_id: str
    kind: str
    thing_id: str
    destroyed: bool
    changes: list[DifferenceOut]


def _any_field(_: str) -> bool:
    return True


def change_out(
    change: Change, prefixes: Mapping[str, str], *, may_see: Callable[[str], bool] = _any_field, with_words: bool = True
) -> ChangeOut:
    """Write a change for a caller who may see these fields of it, or (without words) that it was."""
    prefix = prefixes.get(f"{change.kind}_id")
    return ChangeOut(
        id=spell("chg", change.id),
        at=change.at,
        actor_kind=change.actor_kind,
        actor_id=change.actor_id,
        request_id=change.request_id,
        kind=change.kind,
        thing_id=spell(prefix, change.thing_id) if prefix else str(change.thing_id),
        destroyed=change.differences is None,
        changes=[_difference_out(each, prefixes) for each in change.differences or () if with_words and may_see(each.field)],
    )


def _difference_out(one: Difference, prefixes: Mapping[str, str]) -> DifferenceOut:
    prefix = prefixes.get(one.field.rpartition(".")[2])
    return DifferenceOut(field=one.field, before=_spelled(one.before, prefix), after=_spelled(one.after, prefix))


def _spelled(value: Any, prefix: str | None) -> Any:
    """Write an id as the API does where the field's name tells its kind."""
    try:
        return spell(prefix, UUID(value)) if prefix and isinstance(value, str) else value
    except ValueError:
        return value


def place_before(place: Sequence[Any] | None) -> UUID | None:
    """Read the place that a cursor kept."""
    return UUID(place[0]) if place else None


def next_place(found: Sequence[Change], limit: int) -> list[str] | None:
    """Return the place after the last change of a full page."""
    return [str(found[-1].id)] if len(found) == limit else None
