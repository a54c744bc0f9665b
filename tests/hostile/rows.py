"""The rows of `inputs.jsonl`: what is sent, and what has to come of it. Large inputs are made when they are needed."""

import base64
import copy
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from shared.web.codes import CODES

FILE = Path(__file__).parent / "inputs.jsonl"
_SHOWN = 40
_OWN_WORDS = " ".join(CODES.values())

Test = TypeVar("Test", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Row:
    """One hostile input. `how` says where a product would meet it; `mapping.py` says where this one does."""

    id: str
    area: str
    how: str
    input: Any
    statuses: tuple[int | str, ...]
    code: str
    pointer: str
    state: str
    note: str

    @property
    def text(self) -> str:
        """The input as text; not for raw octets."""
        if isinstance(self.input, str):
            return self.input
        return "".join(unit * times for unit, times in self.input["repeat"])

    @property
    def octets(self) -> bytes:
        """The input as it is sent, compressed where the row says so."""
        if isinstance(self.input, dict) and "b64" in self.input:
            return base64.b64decode(self.input["b64"])
        if isinstance(self.input, dict) and self.input.get("encode") == "gzip":
            return b"".join(_gzipped(self.input["repeat"]))
        return self.text.encode()

    @property
    def may_succeed(self) -> bool:
        """Whether the row allows a success."""
        return any(isinstance(status, int) and status < 400 for status in self.statuses)

    @property
    def must_succeed(self) -> bool:
        """Whether the row allows nothing else."""
        return all(isinstance(status, int) and status < 400 for status in self.statuses)

    def telltales(self) -> set[str]:
        """Stretches of the input that would betray an echo; none where chance alone could write them."""
        if isinstance(self.input, dict) and "b64" in self.input:
            return {self.input["b64"]}
        if isinstance(self.input, dict):
            return {(unit * times)[:_SHOWN] for unit, times in self.input["repeat"] if times > _SHOWN}
        try:
            told = set(_texts(json.loads(self.input)))
        except ValueError:
            told = {self.input}
        spelled = {json.dumps(each)[1:-1] for each in told if "\\" not in each}
        return {each for each in told | spelled if len(each) > 3 and each.isascii() and each not in _OWN_WORDS}


def _gzipped(repeat: list[list[Any]]) -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    for unit, times in repeat:
        step = max(1, 1_000_000 // len(unit))
        for begun in range(0, times, step):
            yield packer.compress((unit * min(step, times - begun)).encode())
    yield packer.flush()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _row(line: str) -> Row:
    told = json.loads(line)
    expect = told["expect"]
    return Row(
        id=told["id"],
        area=told["area"],
        how=told["how"],
        input=told["input"],
        statuses=tuple(expect["status"]),
        code=expect.get("code", ""),
        pointer=expect.get("pointer", ""),
        state=expect.get("state", ""),
        note=expect.get("note", ""),
    )


ROWS: Mapping[str, Row] = {row.id: row for row in map(_row, FILE.read_text("utf-8").splitlines())}

TRIED: set[str] = set()
"""Ids of rows that some test of this folder sends; filled as the tests are read."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a row is sent here.

    `at` is the property, parameter or JSON Pointer that takes the value. `renamed` spells members of a whole body as this product
    does. `value` stands in for the row's value where the product takes it in another spelling. `choice` is the end that was chosen
    where the row leaves it open, or a word on what differs.
    """

    where: str
    at: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    value: Any = None
    choice: str = ""

    def pointer_of(self, row: Row) -> str:
        """Return where the fault has to be named, in this product's spelling."""
        if row.pointer and self.at:
            return f"#/{self.at}"
        for told, here in self.renamed.items():
            if row.pointer == f"#/{told}":
                return f"#/{here}"
        return row.pointer

    def body_of(self, row: Row, good: Mapping[str, Any]) -> bytes:
        """Return the row's body, with all that it does not speak of taken from a good one."""
        if self.at:
            return json.dumps(placed(good, self.at, row.text if self.value is None else self.value)).encode()
        if isinstance(row.input, dict) and "b64" in row.input:
            return row.octets
        text = row.text
        for told, here in self.renamed.items():
            text = text.replace(f'"{told}"', f'"{here}"')
        if not text.startswith('{"'):
            return text.encode()
        rest = {name: value for name, value in good.items() if name not in self.renamed.values()}
        return (json.dumps(rest)[:-1] + ", " + text[1:]).encode()


def placed(good: Mapping[str, Any], at: str, value: Any) -> dict[str, Any]:
    """Return a copy of a body with a value at a path such as `contact_points/0/value`."""
    body = copy.deepcopy(dict(good))
    *way, last = at.split("/")
    inside: Any = body
    for step in way:
        inside = inside[int(step)] if isinstance(inside, list) else inside.setdefault(step, {})
    inside[int(last) if isinstance(inside, list) else last] = value
    return body


def tries(*ids: str) -> Callable[[Test], Test]:
    """Give a test the row, or each of the rows, that it sends."""
    TRIED.update(ids)
    mark: Callable[[Test], Test] = pytest.mark.parametrize("row", [pytest.param(ROWS[each], id=each) for each in ids])
    return mark


def tries_all(table: Mapping[str, Sent], where: str) -> Callable[[Test], Test]:
    """Give a test every row that the table sends to one place."""
    return tries(*(each for each, sent in table.items() if sent.where == where))
