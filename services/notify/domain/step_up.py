"""Proving who one is before words are shown: the last four digits of one's own phone number (DOMAIN §5.5)."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_WRONG = 5
LOCKED_FOR = timedelta(hours=1)
"""After so many wrong tries in a row none is taken for so long: a guesser gets 120 of 10,000 a day (our choice)."""


@dataclass(frozen=True, slots=True)
class Tries:
    """How often in a row somebody was wrong, and until when nothing more is taken."""

    wrong: int = 0
    locked_until: datetime | None = None

    def is_locked(self, at: datetime) -> bool:
        """Whether no try is taken."""
        return self.locked_until is not None and at < self.locked_until

    def one_more(self, at: datetime) -> "Tries":
        """Return the tries after a wrong one; a lock that has passed begins a new row."""
        wrong = (0 if self.locked_until is not None and at >= self.locked_until else self.wrong) + 1
        return Tries(wrong, at + LOCKED_FOR if wrong >= MOST_WRONG else None)


def is_theirs(digits: str, numbers: Collection[str]) -> bool:
    """Whether the digits end one of somebody's own numbers; every number is compared, and each in the same time."""
    found = [hmac.compare_digest(_last_four(number).encode(), digits.encode()) for number in numbers]
    return any(found)


def _last_four(number: str) -> str:
    return "".join(character for character in number if character.isdigit())[-4:]
