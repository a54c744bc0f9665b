"""Personal links, feeds and reply addresses: one purpose, one person, at least 128 random bits, kept only as a hash."""

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.notify.domain.errors import LinkNotFound
from shared.events.notify import SubjectKind
from shared.kernel.errors import Fault, Invalid

ENTROPY_BYTES = 16
FEED_ENTROPY_BYTES = 32
_TOKEN = re.compile(r"[a-z2-7]{26}|[a-z2-7]{52}")


@dataclass(frozen=True, slots=True)
class LinkSubject:
    """The one meeting, or the one promise, whose page a link opens."""

    kind: SubjectKind
    id: UUID


def one_subject(*, meeting_id: UUID | None, commitment_id: UUID | None) -> LinkSubject:
    """Return what a link is asked for. Raises Invalid for neither, and for both: a link has one purpose."""
    if meeting_id is not None and commitment_id is None:
        return LinkSubject(SubjectKind.MEETING, meeting_id)
    if commitment_id is not None and meeting_id is None:
        return LinkSubject(SubjectKind.COMMITMENT, commitment_id)
    code = "needed_here" if meeting_id is None else "not_applicable"
    raise Invalid([Fault(code, "Name either a meeting or a promise.", pointer="#/meeting_id")])


class Purpose(StrEnum):
    """What a secret opens, and nothing else."""

    ANSWER = "answer"
    FEED = "feed"
    REPLY = "reply"
    UNSUBSCRIBE = "unsubscribe"


AFTER_THE_MEETING: dict[Purpose, timedelta] = {
    Purpose.ANSWER: timedelta(days=1),
    Purpose.REPLY: timedelta(days=30),
    Purpose.UNSUBSCRIBE: timedelta(days=60),
}
"""How long a link outlives its meeting; a feed lives until it is revoked."""

LONGEST_LINK = max(AFTER_THE_MEETING.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One secret as stored. The token itself is shown once, when it is made."""

    id: UUID
    purpose: Purpose
    person_id: UUID
    subject_id: UUID | None
    token_hash: str
    expires_at: datetime | None
    part: int = 0
    sequence: int = 0
    revoked_at: datetime | None = None

    def is_open(self, at: datetime) -> bool:
        """Whether it still works."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)

    def require(self, purpose: Purpose, *, at: datetime) -> "Link":
        """Return the link if it opens this, otherwise the one refusal that every bad link gets."""
        if self.purpose is not purpose or not self.is_open(at):
            raise LinkNotFound
        return self


def spell_token(entropy: bytes) -> str:
    """Return the token for 16 or 32 random bytes: lower case letters and digits survive mail systems and reading aloud."""
    return base64.b32encode(entropy).decode().rstrip("=").lower()


def token_hash(token: str) -> str:
    """Return what is stored and looked up."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_token(text: str) -> bool:
    """Whether a text can be a token at all."""
    return bool(_TOKEN.fullmatch(text))


def expires_at(purpose: Purpose, ends_at: datetime) -> datetime | None:
    """Return when a link about a meeting that ends then stops working."""
    if purpose is Purpose.FEED:
        return None
    return ends_at + AFTER_THE_MEETING[purpose]


def reply_address(mailbox: str, token: str) -> str:
    """Return the county's mailbox with the person's own token in it: answers to it are proved by it."""
    local, _, domain = mailbox.partition("@")
    return f"{local}+{token}@{domain}"


def token_in(address: str) -> str | None:
    """Return the token of a reply address, or None; mail systems may have changed its case."""
    local = address.strip().strip("<>").rpartition("@")[0].lower()
    token = local.rpartition("+")[2] if "+" in local else ""
    return token if is_token(token) else None
