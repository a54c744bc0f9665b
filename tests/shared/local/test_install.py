"""Servers that the person named are used, or the start ends with a sentence that names the setting and no password."""

from pathlib import Path

import pytest

from deploy.local import install
from deploy.local.servers import ServerError
from deploy.local.state import Folder, StateError, folder_of

NOBODY_LISTENS = "127.0.0.1:1"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A state folder."""
    (tmp_path / "logs").mkdir()
    return Folder(tmp_path)


@pytest.mark.parametrize("address", [f"postgresql://someone:hunter2@{NOBODY_LISTENS}/x", "rubbish-hunter2"])
def test_a_postgres_out_of_reach_is_named_by_its_setting(folder: Folder, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    with pytest.raises(ServerError, match="DATABASE_URL") as refusal:
        install.start_postgres(folder, folder.secrets())
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("address", [f"redis://:hunter2@{NOBODY_LISTENS}/0", "rubbish-hunter2"])
def test_a_valkey_out_of_reach_is_named_by_its_setting(folder: Folder, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("REDIS_URL", address)
    with pytest.raises(ServerError, match="REDIS_URL") as refusal:
        install.start_valkey(folder, install.Backing("", "", None), 0)
    assert "hunter2" not in str(refusal.value)


def test_a_folder_that_cannot_be_made_is_named() -> None:
    with pytest.raises(StateError, match="/proc/nowhere"):
        folder_of("/proc/nowhere")


def test_logs_are_their_owners_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert folder_of(str(tmp_path / "state")).log("notify").parent.stat().st_mode & 0o077 == 0
