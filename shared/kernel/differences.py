"""What changed between two frozen values, field by field, as JSON keeps it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any
from uuid import UUID

UNTOLD = frozenset({"version", "updated_at", "lookup"})
"""What only counts changes, or is made of another field: no change in itself."""

_NAMES: dict[type, tuple[str, ...]] = {}
"""The members of each kind of value, looked up once: `fields` takes a while, and an import asks for those of a hundred thousand."""

_PLAIN = frozenset({str, int, bool, float, type(None)})
"""What JSON keeps as it is."""

_NAMES_ITSELF = ("id", "participant_id", "quality", "part", "sequence")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field before and after; None where there was, or is, nothing."""

    field: str
    before: Any
    after: Any


def differences(before: object | None, after: object | None) -> list[Difference]:
    """Return the fields in which two values differ, in the order in which the values have them.

    What a value is wrapped in does not show: a person's `profile.given_name` is `given_name`, as the API has it. Of several things
    in one field each is named by its own id: `contact_points.<id>.consent`.
    """
    old, new = _flat(before, "", {}), _flat(after, "", {})
    names = dict.fromkeys((*old, *new)) if old else new
    return [Difference(name, was, now) for name in names if (was := old.get(name)) != (now := new.get(name))]


def _flat(value: object | None, prefix: str, found: dict[str, Any]) -> dict[str, Any]:
    for name, each in _members(value):
        if name in UNTOLD:
            continue
        if type(each) in _PLAIN:  # nearly all of them, so asked first
            found[prefix + name] = each
        elif _has_members(each):
            _flat(each, prefix, found)
        elif isinstance(each, tuple) and any(_has_members(one) for one in each):
            for place, one in enumerate(each):
                _flat(one, f"{prefix}{name}.{_name_of(one, place)}.", found)
        else:
            found[prefix + name] = _plain(each)
    return found


def _has_members(value: object) -> bool:
    return is_dataclass(value) and not isinstance(value, type)


def _members(value: object | None) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif is_dataclass(value):
        known = _NAMES.get(type(value)) or _NAMES.setdefault(type(value), tuple(each.name for each in fields(value)))
        for name in known:
            yield name, getattr(value, name)


def _name_of(value: object, place: int) -> str:
    return next((str(getattr(value, name)) for name in _NAMES_ITSELF if hasattr(value, name)), str(place))


def _plain(value: object) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(_plain(each) for each in value)
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    return value
