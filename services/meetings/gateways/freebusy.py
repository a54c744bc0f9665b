"""Other people's calendars: fetched from checked addresses, read by a process that is killed when it takes too long."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from weakref import WeakKeyDictionary

from shared.kernel.spans import Span
from shared.web.outward import FetchFailed, UrlRefused, check_url, fetch

ROOT = Path(__file__).resolve().parents[3]
READER = "services.meetings.gateways.busy_reader"
MAX_BYTES = 2 * 1024 * 1024
PATIENCE_SECONDS = 6.0
AT_ONCE = 2
_OK = 200

_places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


class CalendarUnread(Exception):
    """A calendar could not be fetched or read; `reason` is a stable code for staff, never an address."""

    def __init__(self, reason: str) -> None:
        """Name the reason."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class BusyBlock:
    """A stretch in which a calendar's owner is busy, tentatively if not `hard`; `declined` are addresses that said no to it."""

    span: Span
    hard: bool
    declined: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a calendar says, and codes of what had to be passed over."""

    blocks: tuple[BusyBlock, ...]
    warnings: tuple[str, ...] = ()


def checked_address(url: str, *, sandbox: bool) -> str:
    """Return an address that may be kept; `webcal:` is another word for https. Raises Invalid."""
    address = f"https:{url[7:]}" if url.lower().startswith("webcal:") else url
    try:
        check_url(address, sandbox=sandbox)
    except UrlRefused as refused:
        raise refused.at("#/url") from None
    return address


async def fetch_calendar(url: str, *, sandbox: bool) -> bytes:
    """Return what stands at an address. Raises CalendarUnread."""
    try:
        fetched = await fetch(url, sandbox=sandbox, headers={"Accept": "text/calendar"}, max_bytes=MAX_BYTES)
    except FetchFailed as failed:
        raise CalendarUnread(failed.reason) from None
    if fetched.status != _OK:
        raise CalendarUnread(f"status_{fetched.status}")
    return fetched.body


async def read_calendar(ics: bytes, *, zone_name: str, during: Span, patience: float = PATIENCE_SECONDS) -> Reading:
    """Return the busy times of a calendar whose owner lives in a zone. Raises CalendarUnread."""
    asked = json.dumps({"zone": zone_name, "start": during.start.isoformat(), "end": during.end.isoformat()}).encode()
    async with _places.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)):
        # The child gets nothing of ours but the way to its code: no settings, no keys.
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            READER,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        try:
            async with asyncio.timeout(patience):
                answer, _ = await child.communicate(asked + b"\n" + ics)
        except TimeoutError:
            raise CalendarUnread("ics_too_complex") from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    if child.returncode != 0:
        raise CalendarUnread("ics_too_complex")
    return _reading(answer)


def _reading(answer: bytes) -> Reading:
    said = json.loads(answer)
    if said["error"]:
        raise CalendarUnread(str(said["error"]))
    return Reading(
        tuple(
            BusyBlock(
                Span(datetime.fromisoformat(one["starts_at"]), datetime.fromisoformat(one["ends_at"])),
                bool(one["hard"]),
                frozenset(one["declined"]),
            )
            for one in said["blocks"]
        ),
        tuple(said["warnings"]),
    )
