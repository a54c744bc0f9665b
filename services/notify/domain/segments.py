"""How many segments a text costs: 160 septets of GSM-7 in one, 153 in each of several; 70 and 67 units of UCS-2 otherwise."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
"""Characters that take an escape and so two septets."""

_PLAIN = {
    "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‑": "-", "…": "...",
    "\u00a0": " ", "\u202f": " ", "\u2009": " ", "•": "-", "ª": "a", "º": "o",
}  # fmt: skip


class Encoding(StrEnum):
    """The two alphabets of a text message."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs: `units` are septets or UTF-16 code units."""

    encoding: Encoding
    units: int
    count: int


def is_gsm(text: str) -> bool:
    """Whether every character is in GSM-7."""
    return all(character in BASIC or character in EXTENSION for character in text)


def count(text: str) -> Segments:
    """Count a text as the network will cut it: an escaped pair or a surrogate pair is never split between two segments."""
    if is_gsm(text):
        widths = [2 if character in EXTENSION else 1 for character in text]
        return Segments(Encoding.GSM7, sum(widths), _cut(widths, alone=160, joined=153))
    widths = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return Segments(Encoding.UCS2, sum(widths), _cut(widths, alone=70, joined=67))


def plain_gsm(text: str) -> str:
    """Return the text with what GSM-7 lacks written plainly: á í ó ú lose the accent, é ñ ü ¿ ¡ stay, quotes become straight."""
    return "".join(_plain(character) for character in text)


def _plain(character: str) -> str:
    if character in BASIC or character in EXTENSION:
        return character
    if character in _PLAIN:
        return _PLAIN[character]
    base = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    return base if base and is_gsm(base) else character


def _cut(widths: Iterable[int], *, alone: int, joined: int) -> int:
    """Return how many segments hold these widths, filling each in turn."""
    listed = list(widths)
    if sum(listed) <= alone:
        return 1
    segments, room = 1, joined
    for width in listed:
        if width > room:
            segments, room = segments + 1, joined
        room -= width
    return segments
