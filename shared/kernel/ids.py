"""Identifiers: sortable UUIDs made from a given instant and given chance, and their typed public spelling."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

_HEX = re.compile(r"[0-9a-f]{32}")

ENTROPY_BYTES = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def uuid7(at: datetime, entropy: bytes) -> UUID:
    """Return a version 7 UUID (RFC 9562 §5.7) for the millisecond of `at` and ten random bytes."""
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)  # in whole numbers: a float may come out one too low
    chance = int.from_bytes(entropy[:ENTROPY_BYTES], "big")
    rand_a = chance & 0xFFF
    rand_b = (chance >> 12) & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (rand_a << 64) | (0b10 << 62) | rand_b)


def spell(prefix: str, value: UUID) -> str:
    """Return the public spelling, `mem_` and 32 hexadecimal digits, so that a wrong kind of id is visible."""
    return f"{prefix}_{value.hex}"


def read(prefix: str, text: str) -> UUID | None:
    """Return the id spelled by `text`, or None when it is not an id of this kind."""
    kind, _, digits = text.rpartition("_")
    if kind != prefix or not _HEX.fullmatch(digits):
        return None
    return UUID(hex=digits)
