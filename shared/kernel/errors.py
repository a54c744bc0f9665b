"""The kinds of refusal. A service's own errors are subclasses; `shared/web/problems.py` alone turns a kind into a status.

SurroundError
├── NotFound      nothing visible to this caller
├── Conflict      true, but not now: the state forbids it
├── Refused       this caller may not
└── Invalid       the values cannot be right; carries which ones
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Fault:
    """One value that needs attention: where it is (a JSON Pointer like `#/name`, a parameter, or a line of a file), and what to do.

    It never carries the value itself: that may be somebody's phone number.
    """

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None
    line: int | None = None
    column: str | None = None


class SurroundError(Exception):
    """The class docstring of a subclass is the sentence a person reads; `code` never changes once published."""

    code: ClassVar[str]

    def __init__(self, **facts: object) -> None:
        """Keep `facts` (ids, dates, counts; never personal words) for the problem body."""
        super().__init__(self.code)
        self.facts = facts

    @property
    def detail(self) -> str:
        """The sentence for a person: what happened, and what to do next."""
        return " ".join((type(self).__doc__ or "").split())


class NotFound(SurroundError):
    """Nothing here is visible to you. Check the address, or ask who holds it."""

    code = "not_found"
    hidden: tuple[str, UUID] | None = None

    @classmethod
    def hiding(cls, kind: str, record_id: UUID) -> Self:
        """Return the refusal of a record that is there, but not for this caller. Only the audit ever learns which one."""
        refusal = cls()
        refusal.hidden = kind, record_id
        return refusal


class Conflict(SurroundError):
    """The present state does not allow this. Read it again and decide anew."""

    code = "conflict"


class Refused(SurroundError):
    """You are not allowed to do this. Ask a supervisor."""

    code = "forbidden"


class Invalid(SurroundError):
    """Some values are not valid. Correct them and send again."""

    code = "validation"

    def __init__(self, faults: Iterable[Fault] = (), **facts: object) -> None:
        """Name each value that needs attention, in document order."""
        super().__init__(**facts)
        self.faults = tuple(faults)
