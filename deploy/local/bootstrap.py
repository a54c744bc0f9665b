"""Make the virtual environment and install a lock into it, with the standard library only: `python3 -m deploy.local.bootstrap run`.

A stamp beside the environment names the lock that is in it, so that a second run has nothing to do.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "requirements"
FLOOR = (3, 11)


class InstallError(Exception):
    """The environment could not be made; the message says what to do about it."""


def digest(name: str) -> str:
    """Return what identifies a lock together with the installer that belongs to it."""
    content = (LOCKS / f"{name}.lock").read_bytes() + (LOCKS / "installer.lock").read_bytes()
    return hashlib.sha256(content).hexdigest()


def is_installed(venv: Path, name: str) -> bool:
    """Say whether the environment holds this lock; the one for tests holds everything that runs."""
    try:
        stamp = json.loads((venv / "installed.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    wanted = ("dev",) if name == "dev" else ("run", "dev")
    return (venv / "bin" / "python").exists() and any(stamp.get(one) == digest(one) for one in wanted)


def install(venv: Path, name: str) -> None:
    """Make the environment, install the lock with its hashes, and leave the stamp."""
    stamp = venv / "installed.json"
    stamp.unlink(missing_ok=True)
    if not (venv / "bin" / "python").exists():
        say(f"Making {venv.name}")
        make_environment(venv)
    say(f"Installing requirements/{name}.lock")
    if not install_with_uv(venv, name):
        say("uv could not install it; trying pip, which takes a minute")
        pip(venv, ["--require-hashes", "--only-binary", ":all:", "-r", str(LOCKS / f"{name}.lock")])
    stamp.write_text(json.dumps({name: digest(name)}) + "\n", encoding="utf-8")


def make_environment(venv: Path) -> None:
    """Make an empty virtual environment; some systems package `venv` apart from Python."""
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=False, capture_output=True, text=True)
    if made.returncode == 0:
        return
    uv = shutil.which("uv")
    if uv and subprocess.run([uv, "venv", "--seed", "--clear", "--python", sys.executable, venv], check=False).returncode == 0:
        return
    shutil.rmtree(venv, ignore_errors=True)
    raise InstallError(
        f"{sys.executable} cannot make a virtual environment. On Debian or Ubuntu, install python3-venv.\n"
        f"{made.stdout}{made.stderr}"
    )


def install_with_uv(venv: Path, name: str) -> bool:
    """Install the lock with uv, about twenty times as fast as pip; False where uv does not run or does not reach an index."""
    uv = venv / "bin" / "uv"
    if not uv.exists():
        try:
            pip(venv, ["--require-hashes", "--only-binary", ":all:", "-r", str(LOCKS / "installer.lock")])
        except InstallError:
            return False
    locks = [LOCKS / f"{name}.lock", LOCKS / "installer.lock"]
    command: list[str | Path] = [
        uv,
        "pip",
        "sync",
        "--quiet",
        "--python",
        venv / "bin" / "python",
        "--require-hashes",
        "--only-binary",
        ":all:",
        *locks,
    ]
    # The machine's own certificates, as pip uses them: many an office reads its traffic through one of its own.
    environment = {"UV_SYSTEM_CERTS": "true", **os.environ, **index_of_pip(venv)}
    try:
        return subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode == 0
    except OSError:
        return False


def index_of_pip(venv: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the package index that pip is set to, in uv's words: uv does not read pip's settings."""
    if any(environment.get(name) for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_OFFLINE")):
        return {}
    asked = subprocess.run(
        [str(venv / "bin" / "python"), "-m", "pip", "config", "get", "global.index-url"],
        check=False,
        capture_output=True,
        text=True,
    )
    index = environment.get("PIP_INDEX_URL", "") or asked.stdout.strip()
    return {"UV_DEFAULT_INDEX": index} if index else {}


def pip(venv: Path, words: Sequence[str]) -> None:
    """Run pip's install inside the environment."""
    command = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *words]
    if subprocess.run(command, check=False, cwd=ROOT).returncode:
        raise InstallError("pip could not install the lock; its message is above.")


def say(text: str) -> None:
    """Tell the person who waits what is going on."""
    print(f"  {text} ...", flush=True)


def main(words: Sequence[str]) -> int:
    """Install `run` or `dev` unless it is there already."""
    if sys.version_info < FLOOR:
        print(f"Surround needs Python {'.'.join(map(str, FLOOR))} or later; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    name = words[0] if words else "run"
    venv = Path(os.environ.get("SURROUND_VENV", ROOT / ".venv"))
    try:
        if not is_installed(venv, name):
            install(venv, name)
    except InstallError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
