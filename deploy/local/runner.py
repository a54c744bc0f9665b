"""Runs the county's processes: starts them, waits until they are ready, restarts what falls, stops all in order by pid."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local import assets, install, servers
from deploy.local.ports import Ports
from deploy.local.state import ROOT, Folder, birth, still_runs

READY_WITHIN = 60.0
STOP_WITHIN = 10.0
TOKEN_RENEWED_EVERY = 240.0
FALLS_ALLOWED = 3
FALLS_COUNTED_FOR = 60.0

# What runs, in the order in which it starts; it stops in the opposite order. A worker has no page to ask.
ROSTER: tuple[tuple[str, str, str], ...] = (
    ("network", "network", "all"),
    ("meetings", "meetings", "all"),
    ("notify", "notify", "all"),
    ("notify-worker", "notify", "worker"),
    ("portal", "portal", "serve"),
)

# A proxy that the machine is set to has no business between processes of this machine.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class StartError(Exception):
    """Something did not start; the message says what, and shows the end of its log."""


@dataclass(slots=True)
class Process:
    """One running process of the county."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    ready_url: str = ""
    child: subprocess.Popen[bytes] | None = None
    last_answer: str = ""

    def start(self) -> None:
        """Start it, away from the terminal's Ctrl-C, which the runner answers for all."""
        with self.log.open("ab") as out:
            self.child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.environment},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its number; 0 before it was started."""
        return self.child.pid if self.child else 0

    @property
    def ended(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self.child.poll() if self.child else None

    def is_ready(self) -> bool:
        """Say whether it answers; one without a page is ready when it runs."""
        if not self.ready_url:
            return True
        try:
            with DIRECT.open(self.ready_url, timeout=2) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as refusal:
            with refusal:
                self.last_answer = f"{refusal.code} {refusal.read(500).decode(errors='replace')}"
        except OSError as error:
            self.last_answer = str(error)
        return False

    def failure(self, what: str) -> StartError:
        """Return the error that names it and shows its last words."""
        return StartError(f"{self.name} {what}. The end of {self.log}:\n\n{servers.tail(self.log)}")


class Runner:
    """One county on this machine, from the servers up."""

    def __init__(self, folder: Folder, ports: Ports, *, load_sample: bool = True) -> None:
        """Nothing starts before `start`."""
        self._folder = folder
        self._ports = ports
        self._load_sample = load_sample
        self._secrets = folder.secrets()
        self._backing = install.Backing("", "", None)
        self._processes: list[Process] = []
        self._falls: dict[str, list[float]] = {}
        self.state: dict[str, Any] = {}

    def start(self) -> None:
        """Start everything, saying how far it is; raises StartError, ServerError or AssetError."""
        began = time.monotonic()
        self._write({"phase": "starting"})
        with ThreadPoolExecutor(1) as beside:
            pages = beside.submit(assets.build)
            with step("PostgreSQL") as note:
                self._backing = install.start_postgres(self._folder, self._secrets)
                note(self._backing.sources["PostgreSQL"])
            self._write(self.state)
            with step("Valkey") as note:
                install.start_valkey(self._folder, self._backing, self._ports.of["valkey"])
                note(self._backing.sources["Valkey"])
            with step("Databases"):
                install.migrate(self._backing)
            self._write(install.describe(self._folder, self._secrets, self._ports, self._backing))
            self._start_processes(pages)
        self.state["token"] = self._token()
        if self._load_sample:
            self._sample()
        self.state["seconds_to_start"] = round(time.monotonic() - began, 1)
        self._write({**self.state, "phase": "running"})

    def watch(self) -> None:
        """Keep everything running until interrupted: what falls is started again, unless it keeps falling."""
        renewed = time.monotonic()
        while True:
            time.sleep(0.5)
            if time.monotonic() - renewed > TOKEN_RENEWED_EVERY:
                renewed = time.monotonic()
                self._renew_token()
            if self._backing.postgres_pid and not servers.is_alive(self._backing.postgres_pid):
                self._start_server_again("postgres", install.start_postgres_again)
            if self._backing.valkey_pid and not servers.is_alive(self._backing.valkey_pid):
                self._start_server_again("valkey", install.start_valkey_again)
            for process in self._processes:
                if process.ended is not None:
                    self._start_again(process)

    def stop(self) -> None:
        """Stop everything in order: first who asks, then who is asked, the servers last."""
        for process in reversed(self._processes):
            if process.child is not None:
                servers.stop([process.pid], signal.SIGTERM, patience=STOP_WITHIN)
                process.child.poll()
        if self._backing.valkey_pid:
            servers.stop([self._backing.valkey_pid], signal.SIGTERM, patience=STOP_WITHIN)
        if self._backing.postgres_pid:
            servers.stop_postgres(self._backing.postgres_pid, self._backing.sockets)
        self._folder.write({**self.state, "phase": "stopped", "processes": {}})

    def _start_processes(self, pages: Future[bool]) -> None:
        python = sys.executable
        sandbox = Process(
            "sandbox", [python, "-m", "deploy.local.sandbox", "--state", str(self._folder.state)],
            {"SANDBOX_STATE": str(self._folder.state)}, self._folder.log("sandbox"),
            f"{self.state['urls']['sandbox']}/oidc/system/.well-known/openid-configuration",
        )  # fmt: skip
        services = [
            Process(
                name, [python, "-m", f"services.{service}", word],
                install.environment_of(service, self.state, self._folder, self._secrets, self._backing), self._folder.log(name),
                "" if word == "worker" else f"{self.state['urls'][service]}/readyz",
            )
            for name, service, word in ROSTER
        ]  # fmt: skip
        for process in services:
            if process.name == "notify-worker":
                port = self._ports.of["worker metrics"]
                process.environment["SURROUND_METRICS_LISTEN"] = f"127.0.0.1:{port}"
        with step("Pages") as note:
            note("built" if pages.result() else "as before")
        for process in (sandbox, *services):
            process.start()
            self._processes.append(process)
            self._write(self.state)
        for process in self._processes:
            with step(process.name.capitalize()) as note:
                self._wait_for(process)
                note(process.ready_url.removesuffix("/readyz") if process.ready_url.endswith("/readyz") else "")

    def _wait_for(self, process: Process) -> None:
        give_up = time.monotonic() + READY_WITHIN
        while not process.is_ready():
            for each in self._processes:
                if each.ended is not None:
                    raise each.failure(f"ended with {each.ended} while it started")
            if time.monotonic() > give_up:
                raise process.failure(f"was not ready after {READY_WITHIN:.0f} seconds; it answered: {process.last_answer}")
            time.sleep(0.05)

    def _start_again(self, process: Process) -> None:
        falls = self._count_fall(process.name)
        if falls > FALLS_ALLOWED:
            raise process.failure(f"ended with {process.ended}, for the {falls}th time in a minute")
        print(f"  {process.name} ended with {process.ended}; started again (log: {process.log})", flush=True)
        process.start()
        self._write(self.state)

    def _start_server_again(self, name: str, start: Callable[[Folder, install.Backing], None]) -> None:
        """Start PostgreSQL or Valkey again; the services find it by themselves."""
        log, falls = self._folder.log(name), self._count_fall(name)
        if falls > FALLS_ALLOWED:
            raise StartError(f"{name} ended, for the {falls}th time in a minute. The end of {log}:\n\n{servers.tail(log)}")
        print(f"  {name} ended; started again (log: {log})", flush=True)
        start(self._folder, self._backing)
        self._write(self.state)

    def _count_fall(self, name: str) -> int:
        """Note that something fell, and return how often it has within a minute."""
        now = time.monotonic()
        self._falls[name] = [at for at in self._falls.get(name, []) if now - at < FALLS_COUNTED_FOR] + [now]
        return len(self._falls[name])

    def _token(self) -> dict[str, str]:
        """Ask the sandbox for a token of the sample county's system."""
        system = self.state["county_systems"]["alder"]
        form = {"grant_type": "client_credentials", "client_id": system["client_id"], "client_secret": system["client_secret"]}
        request = urllib.request.Request(system["token_endpoint"], urllib.parse.urlencode(form).encode())  # noqa: S310
        try:
            with DIRECT.open(request, timeout=10) as answer:
                granted = json.loads(answer.read())
        except OSError as error:
            raise StartError(f"The sandbox gave the county system no token: {error}") from error
        return {"endpoint": system["token_endpoint"], "client_id": system["client_id"], "access_token": granted["access_token"]}

    def _renew_token(self) -> None:
        """Keep the token in the state file fresh; while the sandbox is away the old one stays."""
        with suppress(StartError):
            self._write({**self.state, "token": self._token()})

    def _sample(self) -> None:
        """Load the sample county on the first run; its ids are kept for the runs that follow."""
        if not self._folder.sample.exists():
            with step("Sample county") as note:
                log = self._folder.log("county")
                with log.open("ab") as out:
                    command = [sys.executable, "-m", "deploy.local.county", "--state", str(self._folder.state)]
                    self._write(self.state)
                    ran = subprocess.run(command, check=False, stdout=out, stderr=out, cwd=ROOT)
                if ran.returncode:
                    raise StartError(f"The sample county could not be loaded. The end of {log}:\n\n{servers.tail(log)}")
                self._folder.sample.write_text(json.dumps(self._folder.read().get("sample", {})), encoding="utf-8")
                note(servers.tail(log, 1))
        self.state["sample"] = json.loads(self._folder.sample.read_text(encoding="utf-8"))

    def _write(self, state: Mapping[str, Any]) -> None:
        running: dict[str, dict[str, Any]] = {
            "runner": {"pid": os.getpid(), "log": ""},
            "postgres": {
                "pid": self._backing.postgres_pid,
                "log": str(self._folder.log("postgres")),
                "sockets": str(self._backing.sockets or ""),
            },
            "valkey": {"pid": self._backing.valkey_pid, "log": str(self._folder.log("valkey"))},
            **{process.name: {"pid": process.pid, "log": str(process.log)} for process in self._processes},
        }
        listed = {name: {**one, "birth": birth(one["pid"])} for name, one in running.items() if one["pid"]}
        self.state = {**state, "processes": listed}
        self._folder.write(self.state)


def stop_leftovers(folder: Folder) -> list[str]:
    """Stop what a runner that was killed left running; return the names."""
    processes = folder.read().get("processes", {})
    left = [name for name, process in processes.items() if name != "runner" and still_runs(process)]
    for name in sorted(left, key=("valkey", "postgres").count):
        if name == "postgres":
            servers.stop_postgres(processes[name]["pid"], Path(processes[name]["sockets"]))
        else:
            servers.stop([processes[name]["pid"]], signal.SIGTERM, patience=STOP_WITHIN)
    return left


@contextmanager
def step(label: str) -> Iterator[Callable[[str], None]]:
    """Show one step while it runs, then how long it took and what came of it."""
    notes: list[str] = []
    began = time.monotonic()
    print(f"  {label:<16}", end="", flush=True)
    try:
        yield notes.append
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - began:5.1f} s  {' '.join(notes)}".rstrip(), flush=True)
