"""Files that are sent whole: received to a temporary file, at the sender's pace, and checked against their digest (RFC 9530).

Nothing is done with a file before all of it has arrived and is what its sender said it would be.
"""

import asyncio
import base64
import hashlib
import re
import tempfile
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO

from aiohttp import web
from aiohttp.web_protocol import RequestPayloadError

from shared.kernel.errors import Fault
from shared.web.body import BODY_PATIENCE, check_framing
from shared.web.errors import (
    BodyStalled,
    BodyTooLarge,
    BodyTruncated,
    ContentEncodingInvalid,
    DigestInvalid,
    DigestMismatch,
)

UPLOAD_PATIENCE = 240.0
"""Seconds for all of a file; one of which nothing came for `BODY_PATIENCE` is not waited for."""

_DIGEST = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):\s*(?:,|$)")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has arrived. It has no name on the disk, and is gone when the request ends."""

    media_type: str
    sha256: bytes
    file: BinaryIO

    def lines(self) -> Iterator[bytes]:
        """Read it from the beginning, line by line; a line keeps its end, so that a torn last one shows."""
        self.file.seek(0)
        return iter(self.file)


def digest_of(request: web.Request) -> bytes:
    """Return the SHA-256 that the sender names. Raises DigestInvalid."""
    given = request.headers.getall("Content-Digest", [])
    found = _DIGEST.search(given[0]) if len(given) == 1 else None
    if found is None:
        raise DigestInvalid(Fault("digest_invalid", " ".join((DigestInvalid.__doc__ or "").split()), header="Content-Digest"))
    return base64.b64decode(found[1])


@asynccontextmanager
async def received(request: web.Request, limit: int) -> AsyncIterator[Upload]:
    """Receive a file of at most `limit` bytes, counted on either side of decompression. The digest is of what was sent."""
    wanted = digest_of(request)
    check_framing(request, limit)
    unpack = zlib.decompressobj(wbits=31) if "gzip" in request.headers.get("Content-Encoding", "").lower() else None
    with tempfile.TemporaryFile() as file:
        try:
            found = await _receive(request, file, unpack, limit)
        except TimeoutError as error:
            raise BodyStalled from error
        except zlib.error as error:
            raise ContentEncodingInvalid from error
        except (RequestPayloadError, web.PayloadAccessError) as error:
            raise BodyTruncated from error
        if unpack is not None and (not unpack.eof or unpack.unused_data):
            raise ContentEncodingInvalid
        if found != wanted:
            raise DigestMismatch
        yield Upload(request.content_type, found, file)


async def _receive(request: web.Request, file: BinaryIO, unpack: "zlib._Decompress | None", limit: int) -> bytes:
    digest, arrived, kept = hashlib.sha256(), 0, 0
    while True:
        async with asyncio.timeout(BODY_PATIENCE):
            chunk = await request.content.readany()
        if not chunk:
            return digest.digest()
        digest.update(chunk)
        arrived += len(chunk)
        plain = chunk if unpack is None else unpack.decompress(chunk, limit + 1 - kept)
        kept += len(plain)
        if max(arrived, kept) > limit:
            raise BodyTooLarge(limit=limit)
        file.write(plain)
