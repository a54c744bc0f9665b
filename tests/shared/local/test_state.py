"""The state folder: secrets made once and kept private, processes known by more than their number."""

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

from deploy.local import county_file
from deploy.local.state import Folder, birth, folder_of, still_runs
from shared.settings import read_counties


def a_folder(path: Path) -> Folder:
    (path / "logs").mkdir()
    return Folder(path)


def test_secrets_are_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    made = folder.secrets()
    assert folder.secrets() == made
    assert len(base64.b64decode(made.wrapping_key)) == 32
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_the_state_file_is_private_and_comes_back(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    assert folder.read() == {}
    folder.write({"phase": "running"})
    assert folder.read() == {"phase": "running"}
    assert stat.S_IMODE(folder.state.stat().st_mode) == 0o600


def test_a_process_is_told_from_another_with_its_number() -> None:
    here = {"pid": os.getpid(), "birth": birth(os.getpid())}
    assert still_runs(here)
    assert not still_runs({**here, "birth": "another"})


def test_an_ended_process_no_longer_runs() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        process = {"pid": child.pid, "birth": birth(child.pid)}
        assert still_runs(process)
    assert not still_runs(process)


def test_the_chosen_folder_is_made_with_its_logs() -> None:
    folder = folder_of(f"/tmp/surround-test-{os.getpid()}")  # noqa: S108 - reachable for every user, removed just below
    assert folder.log("notify").parent.is_dir()
    folder.log("notify").parent.rmdir()
    folder.path.rmdir()


def test_the_county_file_is_one_that_services_read(tmp_path: Path) -> None:
    county_file.write(tmp_path / "counties.json", "http://127.0.0.1:8090")
    alder, birch = read_counties(tmp_path / "counties.json")
    assert (alder.slug, birch.slug) == ("alder", "birch")
    assert alder.issuer == "http://127.0.0.1:8090/oidc/alder"
    assert alder.holidays


def test_closed_days_follow_the_calendar() -> None:
    days = {day.isoformat() for day in county_file.holidays(2026)}
    assert {"2026-01-19", "2026-02-16", "2026-05-25", "2026-09-07", "2026-11-26", "2026-11-27"} <= days
