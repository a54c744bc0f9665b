"""A whole county of processes for journeys and browser tests, started by the same command that a person types."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.servers import short_folder
from deploy.local.state import ROOT

START_WITHIN = 240


class StackFailed(Exception):
    """The county did not start; the message is what the command printed."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A running county: where things are, and what the command wrote for scripts."""

    folder: Path

    @property
    def state(self) -> dict[str, Any]:
        """The state file as it is now."""
        state: dict[str, Any] = json.loads((self.folder / "state.json").read_text(encoding="utf-8"))
        return state

    def url(self, name: str) -> str:
        """Return the address of a service, or of the sandbox."""
        return str(self.state["urls"][name])

    def pid(self, name: str) -> int:
        """Return the process id of network, meetings, notify, notify-worker, portal, sandbox, postgres or valkey."""
        return int(self.state["processes"][name]["pid"])

    def log(self, name: str) -> str:
        """Return what a process has logged."""
        return (self.folder / "logs" / f"{name}.log").read_text(encoding="utf-8")

    @property
    def celery_redis_url(self) -> str:
        """The numbered database of Valkey that carries Celery's messages."""
        return str(self.state["celery_redis_url"])

    def owner_url(self, service: str) -> str:
        """Return the address of a service's database, for psycopg, past every wall."""
        return str(self.state["databases"][service]["owner_url"]).replace("postgresql+psycopg://", "postgresql://", 1)


def run(folder: Path, *words: str, timeout: float = START_WITHIN, database_url: str = "") -> subprocess.CompletedProcess[str]:
    """Run `python -m deploy.local` on a folder; servers that the environment names are left alone."""
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    environment["DATABASE_URL"] = database_url
    command = [sys.executable, "-m", "deploy.local", "--folder", str(folder), *words]
    return subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=timeout)


def start(*words: str, database_url: str = "") -> Stack:
    """Start a county on free ports in a folder of its own, on a PostgreSQL of its own unless one is named; raises StackFailed."""
    folder = short_folder("county")
    folder.chmod(0o755)
    ran = run(folder, "demo", "--detach", "--free-ports", *words, database_url=database_url)
    if ran.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise StackFailed(f"{ran.stdout}\n{ran.stderr}")
    return Stack(folder)


def stop(stack: Stack) -> None:
    """Stop it and remove what it wrote."""
    run(stack.folder, "stop")
    shutil.rmtree(stack.folder, ignore_errors=True)
