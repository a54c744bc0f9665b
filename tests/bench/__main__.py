"""`python -m tests.bench [name ...]`: run measurements, print a table, and write the figures as JSON.

A module of this folder with a function `measure()` is a measurement; it returns figures with the keys of `Figure`. One whose
`measure` takes a `county` is given the whole county as `make demo` starts it. Each runs in a process of its own and within a limit,
so that one that fails or hangs loses nobody else's figures.
"""

import argparse
import ast
import importlib
import json
import os
import pkgutil
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict

import tests.bench
from deploy.local import servers
from deploy.local.state import ROOT
from tests.support import limits, stack

LIMIT_SECONDS = 300
GRACE_SECONDS = 40


class Figure(TypedDict):
    """One measured value, the yardstick that ran beside it, their ratio, and what the design asks for.

    `met` is None where the design asks for nothing: such a figure stands there to explain another.
    """

    name: str
    value: float
    unit: str
    yardstick: float | None
    ratio: float | None
    goal: str
    met: bool | None


class Failure(TypedDict):
    """A measurement that gave no figures, and its last words."""

    name: str
    error: str


def measurements() -> list[str]:
    """Return the names of the measurements, in the order in which they run."""
    return in_order(m.name for m in pkgutil.iter_modules(tests.bench.__path__) if m.name != "__main__" and not m.ispkg)


def in_order(names: Iterable[str]) -> list[str]:
    """Put first those that bring their own servers, so that the county runs only for those that ask it."""

    return sorted(names, key=lambda name: (needs_county(name), not _comes_first(name), name))


def needs_county(name: str) -> bool:
    """Say whether a measurement asks the running county."""
    return any(
        isinstance(part, ast.FunctionDef) and part.name == "measure" and any(each.arg == "county" for each in part.args.args)
        for part in _parts(name)
    )


def _comes_first(name: str) -> bool:
    return any(
        isinstance(part, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "COMES_FIRST" for t in part.targets)
        for part in _parts(name)
    )


def _parts(name: str) -> list[ast.stmt]:
    """Read a measurement without importing it: one that cannot be imported must not keep the others from running."""
    return ast.parse((Path(tests.bench.__path__[0]) / f"{name}.py").read_text(encoding="utf-8")).body


def machine() -> dict[str, Any]:
    """What the figures hang on, as it is before the first measurement."""
    model = next((line for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "").partition(":")[2].strip()
    memory = next((line for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), "").partition(":")[2].strip()
    return {
        "began": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "processor": model or platform.processor(),
        "memory": memory,
        "load": [round(each, 2) for each in os.getloadavg()],
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        **database(),
    }


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def database() -> dict[str, str]:
    """Which PostgreSQL it is, and whether it keeps what it commits: asked of one started as the measurements start theirs."""
    found = servers.usable_by_nobody(servers.find_postgres())
    said = subprocess.run([found.folder / "postgres", "--version"], check=True, capture_output=True, text=True, cwd="/")
    default = subprocess.run([found.folder / "postgres", "-C", "fsync"], check=False, capture_output=True, text=True, cwd="/")
    return {"postgresql": said.stdout.strip().rpartition(" ")[2], "fsync": default.stdout.strip() or "on"}


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table."""
    rows = ["| what | measured | yardstick | ratio | goal | met |", "|---|---|---|---|---|---|"]
    for figure in figures:
        yardstick = "" if figure["yardstick"] is None else f"{_number(figure['yardstick'])} {figure['unit']}"
        ratio = "" if figure["ratio"] is None else f"{figure['ratio']:.3g}"
        met = {True: "yes", False: "**no**", None: ""}[figure["met"]]
        measured = f"{_number(figure['value'])} {figure['unit']}"
        rows.append(f"| {figure['name']} | {measured} | {yardstick} | {ratio} | {figure['goal']} | {met} |")
    return "\n".join(rows)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def run(name: str, county: stack.Stack | None, limit: float) -> list[Figure] | Failure:
    """Run one measurement in a process of its own; what outlasts the limit is interrupted, so that it ends its servers."""
    with tempfile.NamedTemporaryFile(suffix=".json") as kept:
        words = [sys.executable, "-m", "tests.bench", "--one", "--json", kept.name, name]
        if county is not None:
            words += ["--county", str(county.folder)]
        with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
            process = subprocess.Popen(words, cwd=ROOT, stdout=said, stderr=said)
            try:
                code = process.wait(limit)
            except BaseException as error:
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(GRACE_SECONDS)
                finally:
                    process.kill()
                if not isinstance(error, subprocess.TimeoutExpired):
                    raise
                return Failure(name=name, error=f"not done within {limit:.0f} seconds")
            if code:
                said.seek(0)
                return Failure(name=name, error=said.read()[-2000:].strip())
        figures: list[Figure] = json.loads(Path(kept.name).read_text(encoding="utf-8"))
        return figures


def run_one(name: str, county: Path | None, target: Path) -> None:
    """Be the process of one measurement."""
    measure = importlib.import_module(f"tests.bench.{name}").measure
    figures = measure() if county is None else measure(county=stack.Stack(county))
    target.write_text(json.dumps(figures), encoding="utf-8")


def run_all(names: Sequence[str], *, limit: float) -> Iterator[list[Figure] | Failure]:
    """Run measurements one after the other, saying how far it is; the county runs only while somebody needs it."""
    county: stack.Stack | None = None
    try:
        for n, name in enumerate(in_order(names), 1):
            if needs_county(name) and county is None:
                print("starting the county ...", file=sys.stderr, flush=True)
                limits.widen()
                county = stack.start()
            print(f"[{n}/{len(names)}] {name} ...", end="", file=sys.stderr, flush=True)
            began = time.monotonic()
            found = run(name, county if needs_county(name) else None, limit)
            if isinstance(found, list):
                said = f"{sum(f['met'] is False for f in found)} of {len(found)} figures below their goal"
            else:
                said = f"failed: {found['error'].splitlines()[-1]}"
            print(f" {time.monotonic() - began:.0f} s, {said}", file=sys.stderr, flush=True)
            yield found
    finally:
        if county is not None:
            stack.stop(county)


def main() -> int:
    """Measure, print, write; the exit code says whether everything could be measured: a missed goal is a finding, no failure."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("only", nargs="*", help=f"measurements to run, of {', '.join(measurements())}; all when none is named")
    parser.add_argument("--json", type=Path, default=Path("bench-results.json"))
    parser.add_argument("--limit", type=float, default=LIMIT_SECONDS, help="seconds that one measurement may take")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--county", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = set(options.only) - set(measurements())
    if unknown:
        parser.error(f"there is no measurement {', '.join(sorted(unknown))}")
    if options.one:
        run_one(options.only[0], options.county, options.json)
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whatever ends this ends what it started
    head = machine()
    began = time.monotonic()
    figures: list[Figure] = []
    failures: list[Failure] = []
    for found in run_all(options.only or measurements(), limit=options.limit):
        if isinstance(found, list):
            figures += found
        else:
            failures.append(found)
        head["seconds"] = round(time.monotonic() - began)
        # After each, so that whoever interrupts the rest keeps what there is.
        options.json.write_text(json.dumps({"machine": head, "figures": figures, "failed": failures}, indent=2), encoding="utf-8")
    print(table(figures))
    for failure in failures:
        print(f"\n{failure['name']} could not be measured:\n{failure['error']}")
    print(
        f"\n{head['cores']} cores ({head['processor']}), load {head['load'][0]} at the start, PostgreSQL {head['postgresql']} with"
        f" fsync {head['fsync']}, Python {head['python']}; {head['seconds']} seconds. In full: {options.json}"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
