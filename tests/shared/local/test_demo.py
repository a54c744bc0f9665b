"""The one command as a person meets it: it starts, says what failed, keeps its data, and comes back after a blow."""

import os
import shutil
import signal
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import servers
from deploy.local.runner import DIRECT, ROSTER
from tests.support import stack
from tests.support.stack import Stack

NAMES = ["postgres", "valkey", "sandbox", *(name for name, _, _ in ROSTER)]
SERVICES = ["network", "meetings", "notify", "portal"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A state folder that every user can reach."""
    made = servers.short_folder("demo")
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_a_server_that_does_not_start_is_named_with_its_log(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "valkey-server"
    broken.write_text("#!/bin/sh\necho out of luck\nexit 3\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setenv("SURROUND_VALKEY_BIN", str(broken))
    ran = stack.run(folder, "demo", "--free-ports")
    assert ran.returncode == 1
    assert "Valkey did not start" in ran.stderr
    assert "out of luck" in ran.stderr
    assert str(folder / "logs" / "valkey.log") in ran.stderr


def test_nothing_runs_where_nothing_was_started(folder: Path) -> None:
    assert stack.run(folder, "status").returncode == 1
    assert "Nothing runs" in stack.run(folder, "stop").stdout


def test_databases_can_be_migrated_without_a_demo(folder: Path) -> None:
    assert stack.run(folder, "migrate").returncode == 0
    assert stack.run(folder, "migrate").returncode == 0


@pytest.mark.stack
def test_every_process_runs_and_every_service_is_ready(county_stack: Stack) -> None:
    assert stack.run(county_stack.folder, "status").returncode == 0
    assert set(NAMES) <= set(county_stack.state["processes"])
    for service in SERVICES:
        with DIRECT.open(f"{county_stack.url(service)}/readyz", timeout=10) as answer:
            assert answer.status == 200


@pytest.mark.stack
def test_the_token_for_scripts_opens_the_sample_county(county_stack: Stack) -> None:
    token = county_stack.state["token"]["access_token"]
    request = urllib.request.Request(f"{county_stack.url('network')}/v1/cases", headers={"Authorization": f"Bearer {token}"})  # noqa: S310
    with DIRECT.open(request, timeout=10) as answer:
        assert answer.status == 200
    assert county_stack.state["sample"]["alder"]["cases"]


@pytest.mark.stack
def test_starting_twice_shows_the_page_again(county_stack: Stack) -> None:
    ran = stack.run(county_stack.folder, "demo", "--detach")
    assert ran.returncode == 0
    assert "It runs already" in ran.stdout
    assert county_stack.url("portal") in ran.stdout


@pytest.mark.stack
def test_a_killed_process_is_started_again(county_stack: Stack) -> None:
    before = county_stack.pid("notify-worker")
    os.kill(before, signal.SIGKILL)
    give_up = time.monotonic() + 30
    while county_stack.pid("notify-worker") == before and time.monotonic() < give_up:
        time.sleep(0.1)
    assert county_stack.pid("notify-worker") != before
    assert stack.run(county_stack.folder, "status").returncode == 0
