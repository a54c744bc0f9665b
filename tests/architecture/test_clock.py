"""Due times, leases and facts are measured on the database's clock; a process asks its own only where nothing hangs on it (R15)."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

WALL_CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime", "set_to_current_time"}
MODULES = {"time", "datetime", "date"}

# What a process's own clock is for, and why it may.
ALLOWED = {
    "services/portal": "a sign-in ends by the clock that began it",
    "shared/web/paging.py": "a page's cursor is forgotten after a day",
    "shared/jobs/measures.py": "Prometheus compares with its own clock",
}


def asked(path: Path) -> Iterator[str]:
    """Each call of a wall clock in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WALL_CLOCKS:
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            if name in MODULES or node.func.attr == "set_to_current_time":
                yield f"{path.relative_to(ROOT)}:{node.lineno}"


def test_no_process_asks_its_own_clock_where_something_hangs_on_it() -> None:
    files = [path for top in ("services", "shared") for path in (ROOT / top).rglob("*.py")]
    found = [place for path in files for place in asked(path)]
    assert [place for place in found if not place.startswith(tuple(ALLOWED))] == []
    assert {name for name in ALLOWED if not any(place.startswith(name) for place in found)} == set()
