"""`python -m tests.bench`: run every measurement, print a table, and write the figures as JSON beside it.

A module of this folder with a function `measure()` is a measurement; it returns figures with the keys of `Figure`.
"""

import argparse
import importlib
import json
import pkgutil
import sys
from pathlib import Path
from typing import Any, TypedDict

import tests.bench


class Figure(TypedDict):
    """One measured value, the yardstick that ran beside it, their ratio, and what the design asks for."""

    name: str
    value: float
    unit: str
    yardstick: float | None
    ratio: float | None
    goal: str
    met: bool


def measurements() -> list[str]:
    """Return the names of the measurements, in the order of the alphabet."""
    return sorted(m.name for m in pkgutil.iter_modules(tests.bench.__path__) if m.name != "__main__")


def table(figures: list[dict[str, Any]]) -> str:
    """Return the figures as a Markdown table."""
    rows = ["| what | measured | yardstick | ratio | goal | met |", "|---|---|---|---|---|---|"]
    for figure in figures:
        yardstick = "" if figure["yardstick"] is None else f"{figure['yardstick']:.4g} {figure['unit']}"
        ratio = "" if figure["ratio"] is None else f"{figure['ratio']:.3g}"
        met = "yes" if figure["met"] else "no"
        rows.append(
            f"| {figure['name']} | {figure['value']:.4g} {figure['unit']} | {yardstick} | {ratio} | {figure['goal']} | {met} |"
        )
    return "\n".join(rows)


def main() -> int:
    """Measure, print, write; the exit code says nothing about goals, because a miss is a finding and not a failure."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("only", nargs="*", help="measurements to run; all when none is named")
    parser.add_argument("--json", type=Path, default=Path("bench-results.json"))
    options = parser.parse_args()
    figures: list[dict[str, Any]] = []
    for name in options.only or measurements():
        print(f"measuring {name} ...", file=sys.stderr)
        figures += importlib.import_module(f"tests.bench.{name}").measure()
    options.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")
    print(table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
