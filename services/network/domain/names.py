"""Names as people write them, made comparable: for finding possible duplicates, never for merging anybody."""

import unicodedata


def name_key(text: str) -> str:
    """Return a name without case, accents, punctuation and word order: "José O'Neil" and "oneil, JOSE" are one key."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    kept = "".join(c if c.isalnum() else " " if c.isspace() or c in ",-" else "" for c in bare)
    return " ".join(sorted(kept.split()))


def name_keys(given: str, family: str, preferred: str) -> frozenset[str]:
    """Return the keys under which a person can be found: the full name, and the preferred name with the family name."""
    keys = {name_key(f"{given} {family}")}
    if preferred:
        keys.add(name_key(f"{preferred} {family}"))
    return frozenset(key for key in keys if key)
