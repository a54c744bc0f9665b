"""A form that brings a file: its fields are read first, then, once the form is known to be ours, the file as it arrives.

The file has no name on the disk and is gone when the request ends.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.web_protocol import RequestPayloadError

from services.portal.web.forms import LONGEST, Form, cleaned
from shared.web.body import BODY_PATIENCE
from shared.web.errors import BodyStalled, BodyTooLarge, BodyTruncated

FILE_FORM = "multipart/form-data"
MOST_FIELDS = 30
PIECE = 256 * 1024
AROUND = 64 * 1024
"""So many bytes at most are around the file: its form's fields."""


@dataclass(frozen=True, slots=True)
class Arriving:
    """A file that is on its way, and whatever comes after it in its form."""

    part: BodyPartReader
    rest: MultipartReader
    length: int | None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that is here whole."""

    file: BinaryIO
    sha256: bytes
    size: int
    begins: bytes


async def read_file_form(request: web.Request) -> tuple[Form, Arriving | None]:
    """Read the fields before the file; what stands after it is not looked at."""
    fields: dict[str, list[str]] = {}
    try:
        async with asyncio.timeout(BODY_PATIENCE):
            reader = await request.multipart()
            for _ in range(MOST_FIELDS):
                part = await reader.next()
                if not isinstance(part, BodyPartReader):
                    return Form(fields), None
                if part.filename is not None:
                    return Form(fields), Arriving(part, reader, request.content_length)
                if part.name:
                    fields.setdefault(part.name, []).append(cleaned((await _field(part)).decode("utf-8", "replace")))
    except TimeoutError as error:
        raise BodyStalled from error
    except (ValueError, AssertionError, RuntimeError, RequestPayloadError, web.PayloadAccessError) as error:
        raise BodyTruncated from error
    raise BodyTooLarge(limit=MOST_FIELDS * LONGEST)


async def _field(part: BodyPartReader) -> bytes:
    """Read a field; one that is longer than all of them may be together is no field."""
    found = bytearray()
    while piece := await part.read_chunk(AROUND):
        found += piece
        if len(found) > AROUND:
            raise BodyTooLarge(limit=AROUND)
    return bytes(found)


@asynccontextmanager
async def arrived(arriving: Arriving, limit: int) -> AsyncIterator[Arrived]:
    """Receive the file at its sender's pace. Raises BodyTooLarge, BodyStalled, BodyTruncated."""
    if arriving.length is not None and arriving.length > limit + AROUND:
        raise BodyTooLarge(limit=limit)
    digest, size, begins = hashlib.sha256(), 0, b""
    with tempfile.TemporaryFile() as file:
        try:
            while True:
                async with asyncio.timeout(BODY_PATIENCE):
                    piece = await arriving.part.read_chunk(PIECE)
                if not piece:
                    break
                digest.update(piece)
                size += len(piece)
                begins = begins or bytes(piece[:PIECE].lstrip()[:1])
                if size > limit:
                    raise BodyTooLarge(limit=limit)
                file.write(piece)
            async with asyncio.timeout(BODY_PATIENCE):
                await arriving.rest.release()
        except TimeoutError as error:
            raise BodyStalled from error
        except (ValueError, AssertionError, RequestPayloadError, web.PayloadAccessError) as error:
            raise BodyTruncated from error
        yield Arrived(file, digest.digest(), size, begins)
