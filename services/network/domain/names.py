"""Names as people write them, made comparable: for finding possible duplicates, never for merging anybody."""

import unicodedata


def name_key(text: str) -> str:
    """Return a name without case, accents, punctuation and word order: "José O'Neil" and "oneil, JOSE" are one key."""
    kept = "".join(c if c.isalnum() else " " if c.isspace() or c in ",-" else "" for c in _bare(text))
    return " ".join(sorted(kept.split()))


def name_keys(given: str, family: str, preferred: str) -> frozenset[str]:
    """Return the keys under which a person can be found: the full name, and the preferred name with the family name."""
    keys = {name_key(f"{given} {family}")}
    if preferred:
        keys.add(name_key(f"{preferred} {family}"))
    return frozenset(key for key in keys if key)


def is_named(given: str, preferred: str, text: str) -> bool:
    """Say whether a text calls somebody by a first name: "RICK's" does. A last name tells nobody apart from their family."""
    said = frozenset(_single(text))
    names = (frozenset(_single(name)) for name in (given, preferred))
    return any(name and name <= said for name in names)


def _single(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in _bare(text)).split()


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
