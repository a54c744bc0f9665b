"""The catalogue: every fact by its published name, its personal words, and its JSON Schema.

An event is a frozen dataclass of ids, times, zones and states. Its personal words, if any, are one more dataclass that travels
sealed with the subject's data key. Fields are only ever added, with a default; a golden sample of every event ever published
must still load (tests/golden/events).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter

Body = TypeVar("Body")


@dataclass(frozen=True, slots=True)
class EventType:
    """One published kind of fact: `network.member_joined.v1`, its body, its sealed words (or none), and its first line."""

    name: str
    body: type
    words: type | None

    @property
    def producer(self) -> str:
        """The service that alone may announce it."""
        return self.name.split(".", 1)[0]

    @property
    def meaning(self) -> str:
        """What happened, in one line."""
        return (self.body.__doc__ or "").strip().splitlines()[0]


_BY_NAME: dict[str, EventType] = {}
_BY_BODY: dict[type, EventType] = {}


def event(name: str, *, words: type | None = None) -> Callable[[type[Body]], type[Body]]:
    """Publish a dataclass as a fact under a unique, versioned, past-tense name."""

    def publish(body: type[Body]) -> type[Body]:
        if name in _BY_NAME:
            raise ValueError(f"two events are called {name}")
        entry = EventType(name, body, words)
        _BY_NAME[name] = entry
        _BY_BODY[body] = entry
        return body

    return publish


def type_of(body: object) -> EventType:
    """Return the published type of an event body; raises KeyError for anything never published."""
    return _BY_BODY[type(body)]


def type_for(body: type) -> EventType:
    """Return the published type of an event class."""
    return _BY_BODY[body]


def find_type(name: str) -> EventType | None:
    """Return the type published under a name, or None: an unknown name is counted and ignored, never guessed at."""
    return _BY_NAME.get(name)


def all_types() -> list[EventType]:
    """Return every published type, by name."""
    return [_BY_NAME[name] for name in sorted(_BY_NAME)]


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(shape: type) -> TypeAdapter[Any]:
    if shape not in _ADAPTERS:
        _ADAPTERS[shape] = TypeAdapter(shape)
    return _ADAPTERS[shape]


def to_plain(value: object) -> dict[str, Any]:
    """Return a body or its words as JSON-plain values."""
    plain: dict[str, Any] = _adapter(type(value)).dump_python(value, mode="json")
    return plain


def from_plain(shape: type[Body], plain: object) -> Body:
    """Read a body or words; unknown fields are ignored, because a newer producer may add some. Raises ValueError."""
    value: Body = _adapter(shape).validate_python(plain, strict=False)
    return value


def schema(shape: type) -> dict[str, Any]:
    """Return the JSON Schema of a body or of its words, as a reader must take it."""
    return _adapter(shape).json_schema(mode="serialization")
