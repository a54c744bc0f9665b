"""What is due, late or leased in a database is judged by the database's clock: a process may be wrong about the time (R15)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.proofs import ROOT

JUDGED_BY_THE_DATABASE = [
    *(ROOT / "services" / name for name in ("network", "meetings", "notify")),
    *(ROOT / "shared" / name for name in ("kernel", "events", "db", "bus", "jobs")),
]
"""portal and `shared/web` look at the clock for tokens, sign-ins, cursors and quotas: none of these is a row with a due time."""

OWN_CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
}


def readings(path: Path) -> Iterator[str]:
    """Every place where a file names a clock of its process."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if (owner, node.attr) in OWN_CLOCKS:
                yield f"{path.relative_to(ROOT)}:{node.lineno}"


@pytest.mark.parametrize("folder", JUDGED_BY_THE_DATABASE, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_no_process_looks_at_a_clock_of_its_own(folder: Path) -> None:
    assert [place for path in folder.rglob("*.py") for place in readings(path)] == []


def test_a_reading_would_be_found() -> None:
    assert list(readings(ROOT / "shared" / "web" / "paging.py"))
