"""The files that browsers fetch: built into `static/`, each named by its content, so a browser may keep it for ever."""

import json
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"


class NotBuilt(Exception):
    """The browser's files are missing. Build them with `python -m deploy.local.assets`."""


def read_manifest(folder: Path = FOLDER) -> Mapping[str, str]:
    """Return which built name stands for which file."""
    try:
        manifest: dict[str, str] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise NotBuilt(NotBuilt.__doc__) from error
    return manifest


class StaticFiles:
    """Addresses of built files by their plain names."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Read the manifest once."""
        self._folder = folder
        self._manifest = read_manifest(folder)
        self._served = {built: folder / built for built in self._manifest.values()}

    def url(self, name: str) -> str:
        """Return the address of a file; a name that was not built is a mistake of ours."""
        return f"/static/{self._manifest[name]}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Send one file, compressed where a twin lies beside it."""
        path = self._served.get(request.match_info["path"])
        if path is None:
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Cache-Control": FOREVER, "X-Content-Type-Options": "nosniff"})
