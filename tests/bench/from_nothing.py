"""`make demo` from nothing: a fresh clone in an empty folder, installed from its lock and started, until the first page opens.

What the package caches of this machine hold is not fetched again, so the install is shown apart: from cold caches it is the network
that is measured.
"""

import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from time import perf_counter
from typing import Any

from deploy.local.runner import DIRECT
from deploy.local.servers import short_folder
from deploy.local.state import ROOT
from tests.bench.parts.figures import figure
from tests.support.stack import Stack

GOAL_SECONDS = 60.0
LIMIT_SECONDS = 200


def _run(clone: Path, *words: str) -> float:
    """Run a command in the clone, as nobody who has a virtual environment would; return its seconds."""
    begun = perf_counter()
    unset = {"DATABASE_URL", "REDIS_URL", "VIRTUAL_ENV", "PYTHONPATH"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    ran = subprocess.run(words, cwd=clone, env=environment, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    if ran.returncode:
        raise AssertionError(f"{' '.join(words)}\n{ran.stdout[-1000:]}\n{ran.stderr[-1000:]}")
    return perf_counter() - begun


def measure() -> list[dict[str, Any]]:
    """Clone, install, start, open the page, stop."""
    folder = short_folder("nothing")
    folder.chmod(0o755)
    clone, state = folder / "surround", folder / "state"
    python = f"PYTHON={getattr(sys, '_base_executable', sys.executable)}"
    _run(ROOT, "git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone))
    try:
        install = _run(clone, "make", "install-run", python)
        begun = perf_counter()
        _run(clone, ".venv/bin/python", "-m", "deploy.local", "--folder", str(state), "demo", "--detach", "--free-ports")
        with DIRECT.open(urllib.request.Request(Stack(state).url("portal")), timeout=10) as page:  # noqa: S310
            assert page.status == 200
        started = perf_counter() - begun
    finally:
        if (state / "state.json").exists():
            _run(clone, ".venv/bin/python", "-m", "deploy.local", "--folder", str(state), "stop")
        shutil.rmtree(folder, ignore_errors=True)
    return [
        figure("make demo from nothing: install from the lock, caches warm", install, "s"),
        figure(
            "make demo from nothing: from installed to the first page, sample county loaded",
            started,
            "s",
            goal=f"<= {GOAL_SECONDS:g} s with the install",
            met=install + started <= GOAL_SECONDS,
        ),
    ]
