"""Who is signed in, and what they were typing: sealed records in Valkey, each with an end.

Beside them stand, for each person and for each session at their provider, the names of the records that are theirs: so all of them
can be ended from outside (API §2 "end of access").

The browser holds a random word; Valkey holds its hash as a name, and a box that only portal opens. So neither a look into Valkey
nor a copy of it lets anybody in. Idle for 20 minutes, or 12 hours after signing in, a record is gone (API A15).
"""

import hashlib
import hmac
import os
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis

from services.portal.domain.draft import Draft

IDLE_SECONDS = 20 * 60
ABSOLUTE_SECONDS = 12 * 3600
PENDING_SECONDS = 10 * 60
TRIED_SECONDS = 7 * 24 * 3600
NONCE_BYTES = 12
LOCK_SECONDS = 15

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that has been begun: what must come back, and where the person wanted to go."""

    county: str
    state: str
    nonce: str
    verifier: str
    return_to: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """One person signed in at one county. Tokens never leave the server; `csrf` stands in each form."""

    county: str
    staff_id: str
    name: str
    access_token: str
    access_until: float
    refresh_token: str
    id_token: str
    signed_in_at: float
    csrf: str
    session: str = ""
    """What the provider calls this session (`sid`), if it says so."""


_PENDING = TypeAdapter(Pending)
_SIGN_IN = TypeAdapter(SignIn)
_DRAFT = TypeAdapter(Draft)


class SignIns:
    """The records, by the words that browsers hold."""

    def __init__(self, redis: Redis, wrapping_key: bytes) -> None:
        """Seal with a key of portal's own, made from the wrapping key."""
        self._redis = redis
        self._box = AESGCM(hmac.digest(wrapping_key, b"portal sign-ins", "sha256"))

    async def begin(self, pending: Pending) -> str:
        """Keep a sign-in that has been begun; return the word for the browser."""
        word = secrets.token_urlsafe(32)
        name = _name("pending", word)
        await self._redis.set(name, self._sealed(name, _PENDING, pending), ex=PENDING_SECONDS)
        return word

    async def take_pending(self, word: str) -> Pending | None:
        """Return a sign-in that has been begun, once."""
        name = _name("pending", word)
        return self._opened(name, _PENDING, await self._redis.getdel(name))

    async def add(self, sign_in: SignIn) -> str:
        """Keep a sign-in under a new word."""
        word = secrets.token_urlsafe(32)
        name = _name("sign-in", word)
        left = int(sign_in.signed_in_at + ABSOLUTE_SECONDS - time.time())
        if left > 0:
            # All at once: a record that nobody could end from outside must not be, whoever is ending the others meanwhile.
            async with self._redis.pipeline(transaction=True) as together:
                for listed in _lists_of(sign_in.county, sign_in.staff_id, sign_in.session):
                    together.sadd(listed, name)
                    together.expire(listed, ABSOLUTE_SECONDS)
                together.set(name, self._sealed(name, _SIGN_IN, sign_in), ex=min(IDLE_SECONDS, left))
                await together.execute()
        return word

    async def renew(self, word: str, sign_in: SignIn) -> None:
        """Keep new tokens of a sign-in that still holds. It is no activity, and brings nobody back who signed out meanwhile."""
        name = _name("sign-in", word)
        await self._redis.set(name, self._sealed(name, _SIGN_IN, sign_in), xx=True, keepttl=True)

    async def find(self, word: str, *, touch: bool = True) -> SignIn | None:
        """Return a sign-in that still holds. `touch` counts as activity; what a page asks by itself does not."""
        name = _name("sign-in", word)
        found = self._opened(name, _SIGN_IN, await self._redis.get(name))
        if found is None:
            return None
        left = int(found.signed_in_at + ABSOLUTE_SECONDS - time.time())
        if left <= 0:
            await self._redis.delete(name)
            return None
        if touch:
            await self._redis.expire(name, min(IDLE_SECONDS, left))
        return found

    async def end(self, word: str) -> None:
        """Forget a sign-in; the next request is refused."""
        await self._redis.delete(_name("sign-in", word))

    async def end_all(self, county: str, *, staff_id: str = "", session: str = "") -> None:
        """End all sign-ins of a person, or those of one session at their provider; the next request of each is refused."""
        for listed in _lists_of(county, staff_id, session):
            # Only those read are taken off: the name of a sign-in that is being added meanwhile stays listed.
            if names := await self._redis.smembers(listed):
                await self._redis.delete(*names)
                await self._redis.srem(listed, *names)

    async def is_first(self, county: str, token_id: str, *, seconds: int) -> bool:
        """Say whether a provider's word is heard for the first time within so many seconds."""
        return bool(await self._redis.set(_name("heard", f"{county}|{token_id}"), b"1", nx=True, ex=seconds))

    @asynccontextmanager
    async def renewing(self, word: str) -> AsyncIterator[None]:
        """Let one request at a time renew a sign-in's tokens, over all processes: a refresh token works once."""
        lock = self._redis.lock(_name("renewing", word), timeout=LOCK_SECONDS, blocking_timeout=LOCK_SECONDS)
        async with lock:
            yield

    async def draft(self, sign_in: SignIn, case_id: str) -> Draft | None:
        """Return what this person was planning for a family; it outlives being signed out for idleness."""
        name = _drafts_of(sign_in)
        return self._opened(f"{name}|{case_id}", _DRAFT, await self._redis.hget(name, case_id))

    async def keep_draft(self, sign_in: SignIn, case_id: str, draft: Draft | None) -> None:
        """Keep what is being planned, or forget it."""
        name = _drafts_of(sign_in)
        if draft is None:
            await self._redis.hdel(name, case_id)
            return
        await self._redis.hset(name, case_id, self._sealed(f"{name}|{case_id}", _DRAFT, draft))
        await self._redis.expire(name, ABSOLUTE_SECONDS)

    async def forget_drafts(self, sign_in: SignIn) -> None:
        """Forget everything this person was planning."""
        await self._redis.delete(_drafts_of(sign_in))

    async def keep_tried(self, import_id: str, sha256: bytes) -> None:
        """Remember which file was tried; the file itself is kept nowhere here."""
        await self._redis.set(_name("tried", import_id), sha256, ex=TRIED_SECONDS)

    async def tried(self, import_id: str) -> bytes | None:
        """Return the digest of the file that was tried, or None where nobody remembers it."""
        found = await self._redis.get(_name("tried", import_id))
        return found if isinstance(found, bytes) else None

    async def ping(self) -> object:
        """Say whether the store answers."""
        return await self._redis.ping()

    def _sealed(self, place: str, shape: TypeAdapter[Record], record: Record) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._box.encrypt(nonce, shape.dump_json(record), place.encode())

    def _opened(self, place: str, shape: TypeAdapter[Record], stored: bytes | str | None) -> Record | None:
        """Open a record; one of another release, or of another key, counts as none."""
        if not isinstance(stored, bytes):
            return None
        try:
            return shape.validate_json(self._box.decrypt(stored[:NONCE_BYTES], stored[NONCE_BYTES:], place.encode()))
        except (InvalidTag, ValidationError):
            return None


def _name(kind: str, word: str) -> str:
    return f"portal:{kind}:{hashlib.sha256(word.encode()).hexdigest()}"


def _lists_of(county: str, staff_id: str, session: str) -> list[str]:
    """Name the lists of a person's sign-ins, and of a session's."""
    named = (("person", staff_id), ("session", session))
    return [_name(f"sign-ins-of-{kind}", f"{county}|{word}") for kind, word in named if word]


def _drafts_of(sign_in: SignIn) -> str:
    return _name("drafts", f"{sign_in.county}|{sign_in.staff_id}")
