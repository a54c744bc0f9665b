"""Readers that behave, and readers that do not."""

import json
import os
import re
import signal
import threading
from typing import Any


def count(raw: bytes, asked: dict[str, Any]) -> dict[str, Any]:
    """Behave; and say which process it was, and what it knows of us."""
    return {"octets": len(raw), "pid": os.getpid(), "names": sorted(os.environ), "files": len(os.listdir("/proc/self/fd")), **asked}


def waits_for_ever(_: bytes, __: dict[str, Any]) -> None:
    """Use no processor time at all, and never come back."""
    threading.Event().wait()


def burns_for_ever(_: bytes, __: dict[str, Any]) -> None:
    """Backtrack without end, inside of C, where no exception can reach."""
    re.fullmatch(r"(a*)*b", "a" * 60)


def takes_all_memory(_: bytes, __: dict[str, Any]) -> int:
    """Allocate without end."""
    taken = []
    while True:
        taken.append(bytearray(16 * 1024 * 1024))


def goes_too_deep(raw: bytes, _: dict[str, Any]) -> Any:
    """Raise something that carries the stranger's words."""
    return json.loads("[" * 100_000 + raw.decode())


def is_killed_once(_: bytes, asked: dict[str, Any]) -> str:
    """Be killed by somebody else in the middle of reading, the first time."""
    try:
        with open(asked["mark"], "x", encoding="ascii"):
            os.kill(os.getpid(), signal.SIGKILL)
    except FileExistsError:
        return "read"
    raise AssertionError("it was killed")


def is_always_killed(_: bytes, __: dict[str, Any]) -> None:
    """Be killed by somebody else in the middle of reading, each time."""
    os.kill(os.getpid(), signal.SIGKILL)


def by_what_it_is_told(raw: bytes, asked: dict[str, Any]) -> Any:
    """Behave, or not."""
    return {b"wait": waits_for_ever, b"burn": burns_for_ever, b"take": takes_all_memory}.get(raw, count)(raw, asked)
