"""`python -m deploy.local demo | stop | status | migrate`: the whole county on one machine."""

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import Any, NoReturn

from deploy.local import install, ports, servers
from deploy.local.assets import AssetError
from deploy.local.runner import Runner, StartError, step, stop_leftovers
from deploy.local.servers import ServerError
from deploy.local.state import ROOT, Folder, StateError, folder_of, still_runs

STOP_PATIENCE = 90.0


def main(words: Sequence[str]) -> int:
    """Run one command; failures print what failed and end with 1."""
    options = parser().parse_args(words)
    try:
        folder = folder_of(options.folder)
        if options.command == "stop":
            return stop(folder)
        if options.command == "status":
            return status(folder)
        if options.command == "migrate":
            return migrate(folder)
        state = folder.read()
        if still_runs(state.get("processes", {}).get("runner", {})):
            if state["phase"] != "running":
                print("It is being started already.")
                return 0
            print("It runs already.")
            print_page(folder)
            return 0
        return detach(folder, words) if options.detach else demo(folder, options)
    except (StateError, ServerError, StartError, AssetError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    made.add_argument("--folder", default="", help="where data, logs and the state file are kept (default: .surround)")
    commands = made.add_subparsers(dest="command", required=True)
    run = commands.add_parser("demo", help="start everything and stay until Ctrl-C")
    run.add_argument("--detach", action="store_true", help="return as soon as everything runs")
    run.add_argument("--port-base", type=int, help="use this port and those that follow it")
    run.add_argument("--free-ports", action="store_true", help="use any free ports")
    run.add_argument("--empty", action="store_true", help="do not load the sample county")
    commands.add_parser("stop", help="stop a demo")
    commands.add_parser("status", help="say what runs")
    commands.add_parser("migrate", help="bring the databases to this release")
    return made


def demo(folder: Folder, options: argparse.Namespace) -> int:
    """Run everything until Ctrl-C."""
    for name in stop_leftovers(folder):
        print(f"  {name} was left from a run that was killed; stopped it")
    chosen = ports.choose_free() if options.free_ports else ports.choose(options.port_base)
    for purpose, wished in chosen.moved.items():
        print(f"  Port {wished} is taken; {purpose} uses {chosen.of[purpose]}")
    runner = Runner(folder, chosen, load_sample=not options.empty)
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, interrupt)
    try:
        runner.start()
        print_page(folder)
        runner.watch()
    except KeyboardInterrupt:
        print("\nStopping ...", flush=True)
    finally:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        runner.stop()
        print("Stopped. The data is kept.", flush=True)
    return 0


def interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """End the run once: a second Ctrl-C, or the one that make passes on, must not cut the stopping short."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def detach(folder: Folder, words: Sequence[str]) -> int:
    """Start the demo in the background, show its progress, and return when it is ready or has failed."""
    log = folder.log("demo")
    log.write_bytes(b"")
    command = [sys.executable, "-m", "deploy.local", *(word for word in words if word != "--detach")]
    with log.open("ab") as out:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=ROOT, start_new_session=True)
    with log.open(encoding="utf-8") as heard:
        while True:
            print(heard.read(), end="", flush=True)
            if child.poll() is not None:
                print(heard.read(), end="", flush=True)
                return child.returncode or 1
            state = folder.read()
            if state.get("phase") == "running" and state.get("processes", {}).get("runner", {}).get("pid") == child.pid:
                time.sleep(0.2)
                print(heard.read(), end="", flush=True)
                print("\nIt runs in the background; `make stop` ends it.")
                servers.release(child)
                return 0
            time.sleep(0.1)


def stop(folder: Folder) -> int:
    """Stop a running demo, and whatever a killed one left behind."""
    runner = folder.read().get("processes", {}).get("runner", {})
    if still_runs(runner):
        servers.stop([int(runner["pid"])], signal.SIGTERM, patience=STOP_PATIENCE)
    left = stop_leftovers(folder)
    print("Stopped." if runner or left else "Nothing runs.")
    return 0


def status(folder: Folder) -> int:
    """Say what runs; 0 when everything does."""
    state = folder.read()
    processes = state.get("processes", {})
    for name, process in processes.items():
        print(f"  {name:<16}{'runs' if still_runs(process) else 'gone'}  pid {process['pid']}")
    if not processes:
        print("Nothing runs.")
        return 1
    return 0 if all(still_runs(process) for process in processes.values()) else 1


def migrate(folder: Folder) -> int:
    """Bring the databases to this release: those of DATABASE_URL, of the running demo, or of a PostgreSQL started for it."""
    secrets = folder.secrets()
    state = folder.read()
    if state.get("databases") and still_runs(state.get("processes", {}).get("postgres", {})) and not install.given()[0]:
        backing = install.Backing(state["databases"]["network"]["owner_url"], "", None)
    else:
        backing = install.start_postgres(folder, secrets)
    try:
        with step("Databases"):
            install.migrate(backing)
    finally:
        if backing.postgres_pid:
            servers.stop_postgres(backing.postgres_pid, backing.sockets)
    return 0


def print_page(folder: Folder) -> None:
    """Print the one page of addresses."""
    state: dict[str, Any] = folder.read()
    urls = state["urls"]
    started = f" (started in {state['seconds_to_start']} s)" if "seconds_to_start" in state else ""
    print(
        f"""
Surround runs{started}.

  Caseworkers' pages     {urls["portal"]}/   sign in as Amy Stone of Alder County, or anyone else who is offered
  The outside world      {urls["sandbox"]}/   mailboxes, phones, the clock, the sample staff

  network                {urls["network"]}/docs
  meetings               {urls["meetings"]}/docs
  notify                 {urls["notify"]}/docs

  A token for the sample county's system: POST {state["token"]["endpoint"]}
  For scripts (addresses, token, process ids): {folder.state}
  Logs: {folder.path / "logs"}

No message leaves this machine.""",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
