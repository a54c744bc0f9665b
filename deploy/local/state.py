"""The state folder of a demo: its secrets, its logs, and one JSON file that tells scripts what runs where."""

import base64
import json
import os
import secrets
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from deploy.local.servers import data_home

ROOT = Path(__file__).resolve().parents[2]


class StateError(Exception):
    """The state folder cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must outlive a run, or the kept data could not be read again."""

    wrapping_key: str
    sms_account: str
    sms_secret: str
    oidc_client_secret: str
    client_secret: str
    database_password: str


@dataclass(frozen=True, slots=True)
class Folder:
    """Where one demo keeps everything of its own."""

    path: Path

    @property
    def state(self) -> Path:
        """The file for scripts."""
        return self.path / "state.json"

    @property
    def counties(self) -> Path:
        """The county file that the services read."""
        return self.path / "counties.json"

    @property
    def sample(self) -> Path:
        """The ids of the sample county, there once it is loaded."""
        return self.path / "sample.json"

    def log(self, name: str) -> Path:
        """The log of one process."""
        return self.path / "logs" / f"{name}.log"

    def read(self) -> dict[str, Any]:
        """Return what the state file says, or nothing where there is none."""
        try:
            state: dict[str, Any] = json.loads(self.state.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            return {}
        return state

    def write(self, state: Mapping[str, Any]) -> None:
        """Replace the state file at once; it holds a token, so only its owner reads it."""
        write_private(self.state, json.dumps(state, indent=2) + "\n")

    def secrets(self) -> Secrets:
        """Return the secrets of this folder, made on first use."""
        path = self.path / "secrets.json"
        if not path.exists():
            made = Secrets(
                wrapping_key=base64.b64encode(secrets.token_bytes(32)).decode(),
                sms_account=f"AC{secrets.token_hex(16)}",
                sms_secret=secrets.token_hex(16),
                oidc_client_secret=secrets.token_urlsafe(24),
                client_secret=secrets.token_urlsafe(24),
                database_password=secrets.token_hex(16),
            )
            write_private(path, json.dumps({field.name: getattr(made, field.name) for field in fields(Secrets)}) + "\n")
        return Secrets(**json.loads(path.read_text(encoding="utf-8")))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.touch(mode=0o600)
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def folder_of(chosen: str = "") -> Folder:
    """Return the state folder: the chosen one, SURROUND_STATE, or .surround in the checkout (a system folder if out of reach)."""
    preferred = Path(chosen or os.environ.get("SURROUND_STATE", "") or ROOT / ".surround").resolve()
    folder = Folder(data_home(preferred))
    try:
        (folder.path / "logs").mkdir(parents=True, exist_ok=True)
        # Root could write here, and would leave files behind that their owner cannot read.
        if folder.path.stat().st_uid != os.geteuid():
            raise PermissionError
        folder.path.chmod(0o755)
        (folder.path / "logs").chmod(0o700)
    except PermissionError as error:
        raise StateError(f"{folder.path} belongs to another user. Set SURROUND_STATE to a folder of your own.") from error
    except OSError as error:
        raise StateError(f"{folder.path} cannot be used ({error.strerror}). Set SURROUND_STATE to a folder of your own.") from error
    return folder


def birth(pid: int) -> str:
    """Return something that tells this process from a later one with the same number; empty when it has ended."""
    if Path("/proc/self/stat").exists():
        try:
            words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if words[0] == "Z" else words[19]
    asked = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], check=False, capture_output=True, text=True)
    return asked.stdout.strip()


def still_runs(process: Mapping[str, Any]) -> bool:
    """Say whether a process of the state file still runs, and is not another one that took its number."""
    return bool(process.get("pid")) and birth(int(process["pid"])) == process.get("birth")
