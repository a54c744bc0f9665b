"""Resolve the pinned versions anew: `python -m deploy.local.lock`. The files hold hashes and no address of any kind."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = [
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--quiet",
    "--upgrade",
]


def resolve(words: list[str], to: Path, *, given: str | None = None) -> None:
    """Write one lock; a find-links setting of this machine is left out of it."""
    uv = Path(sys.executable).with_name("uv")
    environment = {name: value for name, value in os.environ.items() if name not in {"UV_FIND_LINKS", "PIP_FIND_LINKS"}}
    subprocess.run(
        [uv, "pip", "compile", *OPTIONS, *words, "-o", to], check=True, cwd=ROOT, env=environment, input=given, text=True
    )
    if "//" in to.read_text(encoding="utf-8"):
        raise SystemExit(f"{to.name} holds an address; it must not be committed")


if __name__ == "__main__":
    resolve(["pyproject.toml"], ROOT / "requirements" / "run.lock")
    resolve(["pyproject.toml", "--group", "dev"], ROOT / "requirements" / "dev.lock")
    resolve(["-"], ROOT / "requirements" / "installer.lock", given="uv\n")
