"""The stamp that makes a second `make` instant, and the index that uv is told of."""

import json
from pathlib import Path

from deploy.local import bootstrap


def an_environment(path: Path, **stamp: str) -> Path:
    (path / "bin").mkdir()
    (path / "bin" / "python").touch()
    (path / "installed.json").write_text(json.dumps(stamp), encoding="utf-8")
    return path


def test_nothing_is_installed_where_there_is_no_stamp(tmp_path: Path) -> None:
    assert not bootstrap.is_installed(tmp_path, "run")


def test_the_environment_for_tests_also_runs(tmp_path: Path) -> None:
    venv = an_environment(tmp_path, dev=bootstrap.digest("dev"))
    assert bootstrap.is_installed(venv, "run")
    assert bootstrap.is_installed(venv, "dev")


def test_the_environment_that_runs_does_not_test(tmp_path: Path) -> None:
    assert not bootstrap.is_installed(an_environment(tmp_path, run=bootstrap.digest("run")), "dev")


def test_another_lock_is_installed_anew(tmp_path: Path) -> None:
    assert not bootstrap.is_installed(an_environment(tmp_path, run="of another day"), "run")


def test_settings_for_uv_are_left_as_they_are(tmp_path: Path) -> None:
    assert bootstrap.index_of_pip(tmp_path, {"UV_DEFAULT_INDEX": "here"}) == {}
