"""A roster file as it came: CSV or one JSON object a line, read twice, strictly, outside of the event loop.

The first reading finds who is named where; the second makes lines of those that count. Nothing of the file is kept in between.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from services.network.domain.csv_rows import Record, Unreadable, read_header, read_records
from services.network.domain.imports import (
    CONTACTS,
    KEYS,
    LINES,
    ROWS_A_BLOCK,
    Census,
    ImportKind,
    Line,
    LineFault,
    columns_of,
    key_of,
)
from services.network.web.schemas.imports import FLAGS, LISTS, SHAPES
from shared.kernel.errors import Fault, Invalid, SurroundError
from shared.web.body import MAX_BODY, load_json, validated
from shared.web.codes import CODES
from shared.web.errors import BodyTruncated, RequestError
from shared.web.upload import Upload

CSV = "text/csv"
NDJSON = "application/x-ndjson"
LIMIT = 50 * 1024 * 1024

Block = tuple[list[Line], list[LineFault]]


class FileUnreadable(RequestError):
    """This file cannot be read as it is, so nothing was imported. Correct the place that is named and send it again."""

    code = "file_unreadable"


@dataclass(frozen=True, slots=True)
class _Row:
    """One line before anybody has looked at its values; `code` says why there are none."""

    line: int
    cells: Mapping[str, Any]
    code: str = ""
    column: str | None = None

    @property
    def digest(self) -> bytes:
        """What two lines have in common that say the same."""
        return hashlib.blake2b(json.dumps(self.cells, sort_keys=True).encode(), digest_size=16).digest()

    @property
    def contacts(self) -> list[tuple[str, str]]:
        """By which numbers and addresses this line would reach somebody, as they were typed."""
        return [(name, value) for name in CONTACTS if isinstance(value := self.cells.get(name), str)]


class UploadedRoster:
    """The file of one request."""

    def __init__(self, upload: Upload, kind: ImportKind) -> None:
        """Read lines of one kind."""
        self._upload = upload
        self._kind = kind

    async def survey(self) -> Census:
        """Read it once. Raises FileUnreadable."""
        return await asyncio.to_thread(self._surveyed)

    async def blocks(self, census: Census) -> AsyncIterator[Block]:
        """Read it again, block by block."""
        blocks = self._blocks(census)
        while (block := await asyncio.to_thread(next, blocks, None)) is not None:
            yield block

    def _surveyed(self) -> Census:
        census = Census()
        try:
            for row in self._rows():
                census.count(row.line, None if row.code else key_of(self._kind, row.cells), row.digest, row.contacts)
        except Unreadable as found:
            if found.code == "body_truncated":
                raise BodyTruncated from None
            raise self._refusal(found) from None
        return census

    def _refusal(self, found: Unreadable) -> FileUnreadable:
        place = Fault(found.code, CODES[found.code], line=found.line, column=found.column)
        expected = {"expected": list(columns_of(self._kind))} if found.code == "csv_header_unknown" else {}
        return FileUnreadable(place, **expected)

    def _blocks(self, census: Census) -> Iterator[Block]:
        lines, faults = list[Line](), list[LineFault]()
        for row in self._rows():
            line, found = self._line(row, census)
            faults += found
            if line is not None:
                lines.append(line)
            if len(lines) == ROWS_A_BLOCK or len(faults) >= ROWS_A_BLOCK:
                yield lines, faults
                lines, faults = [], []
        if lines or faults:
            yield lines, faults

    def _line(self, row: _Row, census: Census) -> tuple[Line | None, list[LineFault]]:
        if row.code:
            return None, [LineFault(row.line, row.column, row.code)]
        judged = census.judge(row.line, key_of(self._kind, row.cells), row.contacts)
        if judged is not None:
            return None, [judged]
        try:
            read = validated(SHAPES[self._kind], json.dumps(row.cells).encode())
        except SurroundError as refusal:
            return None, _faults(row.line, refusal)
        given = {name: getattr(read, name) for name in read.model_fields_set}
        if isinstance(given.get("assigned"), list):
            given["assigned"] = tuple(given["assigned"])
        return LINES[self._kind](line=row.line, **given), []

    def _rows(self) -> Iterator[_Row]:
        return self._csv_rows() if self._upload.media_type == CSV else self._json_rows()

    def _csv_rows(self) -> Iterator[_Row]:
        records = read_records(self._upload.lines())
        header = read_header(next(records, None), known=frozenset(columns_of(self._kind)), needed=frozenset(KEYS[self._kind]))
        for record in records:
            yield _Row(record.line, _cells(header, record)) if record.fits else _Row(record.line, {}, "csv_column_count")

    def _json_rows(self) -> Iterator[_Row]:
        for number, raw in enumerate(self._upload.lines(), 1):
            if not raw.strip():
                continue
            try:
                if len(raw) > MAX_BODY:
                    yield _Row(number, {}, "csv_field_too_large")
                    continue
                cells = load_json(raw)
            except SurroundError as refusal:
                if not raw.endswith(b"\n"):
                    # Whoever wrote this had not finished: the lines before it may be all of a much longer file.
                    raise Unreadable("body_truncated", line=number) from None
                (found, *_) = _faults(number, refusal)
                yield _Row(number, {}, found.code, found.column)
            else:
                yield _Row(number, {name: value for name, value in cells.items() if value is not None})


def _cells(header: tuple[str, ...], record: Record) -> dict[str, Any]:
    """Return what a record's cells say; an empty one says nothing."""
    return {name: _value(name, cell) for name, cell in zip(header, record.cells, strict=True) if cell}


def _value(name: str, cell: str) -> Any:
    if name in FLAGS and cell in {"true", "false"}:
        return cell == "true"
    return cell.split() if name in LISTS else cell


def _faults(line: int, refusal: SurroundError) -> list[LineFault]:
    """Return what is wrong with a line: the column's name is one of ours, or it is not said."""
    faults = refusal.faults if isinstance(refusal, Invalid | RequestError) else ()
    if not faults:
        return [LineFault(line, None, refusal.code)]
    return [LineFault(line, _column(each), each.code) for each in faults]


def _column(fault: Fault) -> str | None:
    name = (fault.pointer or "#").removeprefix("#/").split("/")[0]
    return name if name in _KNOWN else None


_KNOWN = frozenset(each.name for line in LINES.values() for each in fields(line))
