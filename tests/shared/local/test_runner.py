"""What a person sees when a process does not start or falls, and what a killed run leaves behind."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import servers
from deploy.local.ports import choose_free
from deploy.local.runner import Process, Runner, StartError, stop_leftovers
from deploy.local.state import Folder, birth


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty state folder."""
    (tmp_path / "logs").mkdir()
    return Folder(tmp_path)


def a_process(folder: Folder, code: str, *, ready_url: str = "") -> Process:
    return Process("notify", [sys.executable, "-c", code], {"SURROUND_SENDING": "off"}, folder.log("notify"), ready_url)


@pytest.fixture
def sleeper(folder: Folder) -> Iterator[Process]:
    """A process that stays until it is stopped."""
    process = a_process(folder, "import time; time.sleep(60)")
    process.start()
    yield process
    servers.stop([process.pid], signal.SIGKILL)
    assert process.child is not None
    process.child.wait()


def test_a_process_that_ends_at_once_is_named_with_its_last_words(folder: Folder) -> None:
    process = a_process(folder, "import sys; sys.exit('SURROUND_REDIS_URL is not set')", ready_url="http://127.0.0.1:1/readyz")
    runner = Runner(folder, choose_free())
    process.start()
    runner._processes.append(process)
    with pytest.raises(StartError, match=r"notify ended with 1 while it started(.|\n)*SURROUND_REDIS_URL is not set"):
        runner._wait_for(process)


def test_a_process_that_keeps_falling_ends_the_run(folder: Folder) -> None:
    process = a_process(folder, "import sys; sys.exit('no luck')")
    runner = Runner(folder, choose_free())
    process.start()
    runner._processes.append(process)
    with pytest.raises(StartError, match="4th time in a minute"):
        runner.watch()


def test_what_a_killed_run_left_is_stopped(folder: Folder, sleeper: Process) -> None:
    folder.write({"processes": {"notify": {"pid": sleeper.pid, "birth": birth(sleeper.pid)}}})
    assert stop_leftovers(folder) == ["notify"]
    assert sleeper.ended is not None


def test_a_stranger_with_a_remembered_number_is_left_alone(folder: Folder, sleeper: Process) -> None:
    folder.write({"processes": {"notify": {"pid": sleeper.pid, "birth": "another"}}})
    assert stop_leftovers(folder) == []
    assert sleeper.ended is None


def test_stopping_kills_what_does_not_listen() -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        began = time.monotonic()
        servers.stop([child.pid], patience=0.2)
        assert time.monotonic() - began < 5


def test_a_process_that_never_gets_ready_shows_what_it_answers(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = """
from http.server import BaseHTTPRequestHandler, HTTPServer
class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503); self.end_headers(); self.wfile.write(b"database: not migrated")
HTTPServer(("127.0.0.1", %d), Page).serve_forever()
"""
    port = servers.free_port()
    process = a_process(folder, refusing % port, ready_url=f"http://127.0.0.1:{port}/readyz")
    monkeypatch.setattr("deploy.local.runner.READY_WITHIN", 1.5)
    process.start()
    give_up = time.monotonic() + 20
    while not process.last_answer.startswith("503"):
        assert not process.is_ready()
        assert time.monotonic() < give_up
        time.sleep(0.02)
    with pytest.raises(StartError, match="not ready after 2 seconds; it answered: 503 database: not migrated"):
        Runner(folder, choose_free())._wait_for(process)
    servers.stop([process.pid])
    assert process.ended is not None
