"""network's imports of rosters, asked for a person."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO

import aiohttp

from services.portal.domain.imports import Import, LineFault
from services.portal.gateways.calling import Caller, read

RECENT = 20


@dataclass(frozen=True, slots=True)
class Imports:
    """Every call carries one person's token; who may not import is refused."""

    caller: Caller

    async def recent(self) -> tuple[Import, ...]:
        """Return the county's last imports, newest first."""
        answer = await self.caller.get("/v1/imports", {"limit": RECENT})
        return tuple(read(Import, one) for one in answer.json["items"])

    async def one(self, import_id: str) -> Import:
        """Return how far an import is."""
        return read(Import, (await self.caller.get(f"/v1/imports/{import_id}")).json)

    async def send(self, file: BinaryIO, order: Mapping[str, str], *, media_type: str, sha256: bytes, key: str) -> Import:
        """Send a file to be imported, or gone through on trial."""
        answer = await self.caller.client.send_file(
            "/v1/imports", file, token=self.caller.token or "", media_type=media_type, sha256=sha256, params=order, key=key
        )
        return read(Import, answer.json)

    async def faults(self, import_id: str, *, most: int) -> tuple[LineFault, ...]:
        """Return what is to be said of the first lines of which something is."""
        found: list[LineFault] = []
        async with self._file(f"/v1/imports/{import_id}/errors") as lines:
            async for line in lines:
                found.append(read(LineFault, json.loads(line)))
                if len(found) == most:
                    break
        return tuple(found)

    @asynccontextmanager
    async def report(self, import_id: str) -> AsyncIterator[aiohttp.StreamReader]:
        """Read what is to be said of all lines, as a table."""
        async with self._file(f"/v1/imports/{import_id}/errors.csv") as content:
            yield content

    @asynccontextmanager
    async def _file(self, path: str) -> AsyncIterator[aiohttp.StreamReader]:
        async with self.caller.client.fetch_file(path, token=self.caller.token or "") as content:
            yield content
