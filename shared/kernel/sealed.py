"""Sealed words as a value: text that only the holder of one data key can read, and where it belongs."""

import base64
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class KeyKind(StrEnum):
    """Whose words a data key seals. Destroying the key destroys that one's words everywhere, in backups too."""

    PERSON = "person"
    CASE = "case"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class KeyOf:
    """Names the data key of one person, case or meeting."""

    kind: KeyKind
    id: UUID


@dataclass(frozen=True, slots=True)
class Place:
    """Where sealed words stand. It is authenticated with them, so a value moved elsewhere does not open."""

    table: str
    column: str
    row_id: UUID
    county_id: UUID

    def as_bytes(self) -> bytes:
        """The additional authenticated data of AES-GCM."""
        return f"{self.table}|{self.column}|{self.row_id}|{self.county_id}".encode()


@dataclass(frozen=True, slots=True)
class Sealed:
    """An AES-256-GCM box (nonce, then ciphertext and tag) and the id of the data key that opens it."""

    key_id: UUID
    box: bytes

    def as_bytes(self) -> bytes:
        """The form in which a column keeps it: sixteen bytes of key id, then the box."""
        return self.key_id.bytes + self.box

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Sealed":
        """Read the column form."""
        return cls(UUID(bytes=stored[:16]), stored[16:])

    def as_text(self) -> str:
        """The form in which an event carries it: base64url without padding."""
        return base64.urlsafe_b64encode(self.as_bytes()).rstrip(b"=").decode()

    @classmethod
    def from_text(cls, text: str) -> "Sealed":
        """Read the event form."""
        return cls.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
