"""Other people's calendars: fetched from checked addresses, read by a process that is killed when it takes too long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.jobs.apart import Apart, Unread
from shared.kernel.spans import Span
from shared.web.outward import FetchFailed, UrlRefused, check_url, fetch

MAX_BYTES = 2 * 1024 * 1024
_OK = 200

_READER = Apart("services.meetings.gateways.busy_reader:read_apart")


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


async def read_calendar(ics: bytes, *, zone_name: str, during: Span) -> Reading:
    """Return the busy times of a calendar whose owner lives in a zone. Raises CalendarUnread."""
    try:
        said = await _READER.read(ics, zone=zone_name, start=during.start.isoformat(), end=during.end.isoformat())
    except Unread:
        raise CalendarUnread("ics_too_complex") from None
    return _reading(said)


def close_reader() -> None:
    """End the processes that read."""
    _READER.close()


def _reading(said: Mapping[str, Any]) -> Reading:
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
