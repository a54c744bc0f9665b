"""Every code of the suite with its sentence: what docs/problems.md and the pages under /problems are made of."""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType

from shared.db import sealing
from shared.kernel import errors as kinds
from shared.kernel.errors import SurroundError
from shared.web import errors as http
from shared.web import outward
from shared.web.codes import CODES
from shared.web.problems import status_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One code. `status` is None for a code that only ever stands beside one value."""

    code: str
    words: str
    status: int | None


def errors_in(module: ModuleType) -> list[type[SurroundError]]:
    """Return the refusals that a module itself defines."""
    return [
        each
        for _, each in inspect.getmembers(module, inspect.isclass)
        if issubclass(each, SurroundError) and each.__module__ == module.__name__ and "code" in each.__dict__
    ]


def own_errors() -> list[type[SurroundError]]:
    """Return the refusals that every service shares."""
    return [*errors_in(kinds), *errors_in(http), *errors_in(sealing), *errors_in(outward)]


def every_code(errors: Iterable[type[SurroundError]]) -> dict[str, Entry]:
    """Return every code by name: those of whole requests, then those of single values."""
    found = {code: Entry(code, words, None) for code, words in CODES.items()}
    for error in errors:
        found[error.code] = Entry(error.code, error().detail, status_of(error))
    return dict(sorted(found.items()))


def problems_page(errors: Iterable[type[SurroundError]]) -> str:
    """Return docs/problems.md."""
    lines = [
        "# Problems",
        "",
        "Every code that an API of Surround can answer, in the suite's one list. A problem's `code` is stable; its `detail` is for",
        "people and may change. Generated from the code: `python -m tests.support.problems` writes it, a test compares it.",
        "",
        "| code | status | what it says |",
        "|---|---|---|",
    ]
    for entry in every_code(errors).values():
        lines.append(f"| `{entry.code}` | {entry.status or 'in `errors`'} | {entry.words} |")
    return "\n".join(lines) + "\n"
