"""Comma-separated files as RFC 4180 has them, read strictly: in UTF-8, with one first line that names the columns.

What cannot be read as a file raises `Unreadable` with the place, and nobody guesses. A line that merely does not fit is a record
with its fault, because the lines around it are sound.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_CELL = 131_072
MAX_ROWS = 200_000
_MARK = "\ufeff"
_NUL = "\0"


class Unreadable(Exception):
    """A file breaks off being one here. It holds a code and a place, and nothing of what stands there."""

    def __init__(self, code: str, *, line: int, column: str | None = None) -> None:
        """Name the fault, the line (from 1), and the column or the byte of the line if that is known."""
        super().__init__(code)
        self.code = code
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a file, or several where a quoted cell runs on: `line` is where it begins. `fits` says that its cells are as many
    as the columns."""

    line: int
    cells: tuple[str, ...]
    fits: bool = True


def read_header(record: Record | None, *, known: frozenset[str], needed: frozenset[str]) -> tuple[str, ...]:
    """Return the names of the columns, or raise Unreadable for one that is unknown, missing or there twice."""
    names = record.cells if record else ()
    for place, name in enumerate(names, 1):
        if name not in known:
            raise Unreadable("csv_header_unknown", line=1, column=str(place))
        if name in names[: place - 1]:
            raise Unreadable("csv_duplicate_header", line=1, column=name)
    for name in sorted(needed - set(names)):
        raise Unreadable("csv_header_unknown", line=1, column=name)
    return names


def read_records(lines: Iterable[bytes]) -> Iterator[Record]:
    """Return the records of a file, the header first; blank lines are none."""
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(_decoded(lines), strict=True)
    width, begun = 0, 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise Unreadable(_code_of(error), line=max(begun, 1)) from None
        if cells is None:
            return
        if cells:
            width = width or len(cells)
            yield Record(begun, tuple(cells), fits=len(cells) == width)
        begun = reader.line_num + 1


def _decoded(lines: Iterable[bytes]) -> Iterator[str]:
    for number, raw in enumerate(lines, 1):
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Unreadable("csv_encoding", line=number, column=f"byte {error.start + 1}") from None
        if _NUL in text:
            raise Unreadable("control_characters", line=number)
        yield text.removeprefix(_MARK) if number == 1 else text


def _code_of(error: csv.Error) -> str:
    said = str(error)
    if "field larger" in said:
        return "csv_field_too_large"
    return "control_characters" if "new-line character" in said else "csv_unterminated_quote"
