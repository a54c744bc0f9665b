"""Conditional requests (RFC 9110 §13): strong tags, `If-Match` before a change, `If-None-Match` before an answer."""

import re

_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_LIST = re.compile(rf"\s*{_TAG.pattern}(?:\s*,\s*{_TAG.pattern})*\s*")


def quoted(tag: str) -> str:
    """Return a tag as it stands in a header and in an item's `etag`; one already quoted stays as it is."""
    return tag if tag.startswith(('"', 'W/"')) else f'"{tag}"'


def read_tags(header: str) -> tuple[str, ...] | None:
    """Return the tags of a condition, `*` as itself; None when the header is not a list of tags."""
    if header.strip() == "*":
        return ("*",)
    if not _LIST.fullmatch(header):
        return None
    return tuple(_TAG.findall(header))


def matches_strongly(wanted: tuple[str, ...], current: str) -> bool:
    """Say whether a change may go on. A weak tag never matches, and `*` names no version, so it does not either."""
    return quoted(current) in wanted and not quoted(current).startswith("W/")


def is_unchanged(known: tuple[str, ...], current: str) -> bool:
    """Say whether a reader already holds this version (weak comparison, as for any GET)."""
    return "*" in known or quoted(current).removeprefix("W/") in {tag.removeprefix("W/") for tag in known}
