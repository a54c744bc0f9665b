"""Data keys: one a person, case or meeting. Words sealed with one can be destroyed for good by destroying the key.

A data key lives wrapped (AES-256-GCM under the deployment's wrapping key) in `data_keys` and travels wrapped with the facts it
opens. A service seals with keys that it made itself and opens with those and with imported ones.
"""

import base64
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.base import SHARED, county_column, instant_column
from shared.db.direct import Direct, Driver
from shared.events.envelope import WrappedKey
from shared.kernel.errors import NotFound
from shared.kernel.sealed import KeyKind, KeyOf, Place, Sealed

KEY_BYTES = 32
NONCE_BYTES = 12

DATA_KEYS = Table(
    "data_keys",
    SHARED,
    Column("key_id", Uuid(), primary_key=True),
    county_column(),
    Column("kind", Text(), nullable=False),
    Column("subject_id", Uuid(), nullable=False),
    Column("own", Boolean(), nullable=False),
    Column("wrapped", LargeBinary(), nullable=True),
    instant_column("made_at"),
    instant_column("destroyed_at", nullable=True),
    CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="gone_when_destroyed"),
    Index("uq_data_keys_own", "county_id", "kind", "subject_id", unique=True, postgresql_where=text("own")),
    Index("ix_data_keys_subject", "county_id", "kind", "subject_id"),
)


class KeyDestroyed(NotFound):
    """These words were destroyed and cannot be read again. What happened, and when, is still on record."""

    code = "words_destroyed"


class SealBroken(Exception):
    """A box does not open where it stands: it was changed, or moved from another row or county."""


def derive(wrapping_key: bytes, purpose: str, county_id: UUID) -> bytes:
    """Return a county's key for one purpose, from the deployment's wrapping key (HKDF-SHA256)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"surround|{purpose}|{county_id}".encode()).derive(
        wrapping_key
    )


def shut(key: bytes, plain: bytes, aad: bytes) -> bytes:
    """Return nonce, ciphertext and tag."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, aad)


def unshut(key: bytes, box: bytes, aad: bytes) -> bytes:
    """Return what `shut` was given, or raise SealBroken."""
    try:
        return AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], aad)
    except (InvalidTag, ValueError) as error:
        raise SealBroken from error


def _wrap_place(county_id: UUID, kind: str, subject_id: UUID, key_id: UUID) -> bytes:
    return f"data-key|{county_id}|{kind}|{subject_id}|{key_id}".encode()


# A key that is being made or imported is not yet seen by a destruction: whoever destroys waits for it, and it for them.
_LOCK = "SELECT {lock}(hashtextextended(subject, 0)) FROM unnest(cast(:subjects AS text[])) AS subject"
_ALONE = Direct(text(_LOCK.format(lock="pg_advisory_xact_lock")))
_BESIDE_OTHERS = Direct(text(_LOCK.format(lock="pg_advisory_xact_lock_shared")))

_OF_COUNTY = DATA_KEYS.c.county_id == bindparam("of_county")
_OF_SUBJECTS = (
    _OF_COUNTY & (DATA_KEYS.c.kind == bindparam("of_kind")) & (DATA_KEYS.c.subject_id == any_(bindparam("of", type_=ARRAY(Uuid()))))
)
_KEY = select(DATA_KEYS.c.key_id, DATA_KEYS.c.kind, DATA_KEYS.c.subject_id, DATA_KEYS.c.own, DATA_KEYS.c.wrapped)
_BY_ID = Direct(
    _KEY.where(_OF_COUNTY, DATA_KEYS.c.key_id == any_(bindparam("ids", type_=ARRAY(Uuid()))), DATA_KEYS.c.wrapped.is_not(None))
)
_BY_SUBJECT = Direct(_KEY.where(_OF_SUBJECTS))
_ADD = Direct(
    insert(DATA_KEYS).values(made_at=func.surround_now()).on_conflict_do_nothing().returning(DATA_KEYS.c.key_id),
    "key_id", "county_id", "kind", "subject_id", "own", "wrapped",
)  # fmt: skip
_BURY = Direct(
    insert(DATA_KEYS)
    .values(made_at=func.surround_now(), wrapped=None, destroyed_at=func.surround_now())
    .on_conflict_do_nothing(),
    "key_id", "county_id", "kind", "subject_id", "own",
)  # fmt: skip
_DESTROY = Direct(
    update(DATA_KEYS).where(_OF_SUBJECTS, DATA_KEYS.c.wrapped.is_not(None)).values(wrapped=None, destroyed_at=func.surround_now())
)


async def export_wrapped(session: AsyncSession, key_ids: Iterable[UUID]) -> list[WrappedKey]:
    """Return the keys, still wrapped, that travel with facts; a destroyed one is left out, and its words stay shut everywhere."""
    wanted = set(key_ids)
    if not wanted:
        return []
    found = await session.execute(
        select(DATA_KEYS.c.key_id, DATA_KEYS.c.kind, DATA_KEYS.c.subject_id, DATA_KEYS.c.wrapped)
        .where(DATA_KEYS.c.key_id.in_(wanted), DATA_KEYS.c.wrapped.is_not(None))
        .order_by(DATA_KEYS.c.key_id)
    )
    return [WrappedKey(row.key_id, row.kind, row.subject_id, base64.b64encode(row.wrapped).decode()) for row in found]


class Keyring:
    """The data keys that one unit of work has used, unwrapped for as long as it lasts."""

    def __init__(self, driver: Driver, county_id: UUID, wrapping_key: bytes) -> None:
        self._driver = driver
        self._county_id = county_id
        self._wrapping_key = wrapping_key
        self._open: dict[UUID, bytes] = {}
        self._own: dict[KeyOf, UUID] = {}

    async def seal(self, words: str, *, key: KeyOf, place: Place) -> Sealed:
        """Seal words at their place; the key is made at its first use. Raises KeyDestroyed: nobody gets a second key."""
        key_id = self._own.get(key) or await self._own_key(key)
        return Sealed(key_id, shut(self._open[key_id], words.encode(), place.as_bytes()))

    async def open(self, sealed: Sealed, place: Place) -> str:
        """Return the words. Raises KeyDestroyed when the key is gone or never came, SealBroken when they stand elsewhere."""
        if sealed.key_id not in self._open:
            await self.load([sealed.key_id])
        key = self._open.get(sealed.key_id)
        if key is None:
            raise KeyDestroyed
        return unshut(key, sealed.box, place.as_bytes()).decode()

    async def load(self, key_ids: Iterable[UUID]) -> None:
        """Fetch many keys at once, before a page of words is opened; those destroyed or unknown are passed over."""
        missing = set(key_ids) - self._open.keys()
        if not missing:
            return
        for row in await _BY_ID.fetch(self._driver, of_county=self._county_id, ids=list(missing)):
            self._open[row["key_id"]] = self._unwrap(row)

    async def load_own(self, keys: Iterable[KeyOf]) -> None:
        """Fetch the keys that this service seals with for many subjects; one not made yet is made at its first use."""
        by_kind: dict[KeyKind, set[UUID]] = {}
        for key in keys:
            if key not in self._own:
                by_kind.setdefault(key.kind, set()).add(key.id)
        for kind, ids in by_kind.items():
            found = await _BY_SUBJECT.fetch(self._driver, of_county=self._county_id, of_kind=kind.value, of=list(ids))
            gone = {row["subject_id"] for row in found if row["wrapped"] is None}
            for row in found:
                if row["own"] and row["subject_id"] not in gone:
                    self._open[row["key_id"]] = self._unwrap(row)
                    self._own[KeyOf(kind, row["subject_id"])] = row["key_id"]

    async def make_own(self, keys: Iterable[KeyOf]) -> None:
        """Make the keys of subjects that begin to exist in this transaction, in two messages; nobody else knows their ids yet."""
        wanted = {key: uuid4() for key in keys if key not in self._own}
        if not wanted:
            return
        await _BESIDE_OTHERS.fetch(self._driver, subjects=sorted(map(self._name_of, wanted)))
        rows = []
        for key, key_id in wanted.items():
            self._open[key_id] = plain = AESGCM.generate_key(bit_length=KEY_BYTES * 8)
            wrapped = shut(self._wrapping_key, plain, _wrap_place(self._county_id, key.kind, key.id, key_id))
            rows.append(self._row(key_id, key, own=True) | {"wrapped": wrapped})
        await _ADD.each(self._driver, rows)
        self._own |= wanted

    def known(self) -> frozenset[KeyOf]:
        """Return whose keys this unit of work has sealed with."""
        return frozenset(self._own)

    def forget_but(self, known: frozenset[KeyOf]) -> None:
        """Forget the keys that were made since: the rows that hold them were undone."""
        self._own = {key: key_id for key, key_id in self._own.items() if key in known}

    async def destroy(self, key: KeyOf) -> None:
        """Destroy every key of one subject, and see to it that no other is ever made or imported for it here."""
        await _ALONE.fetch(self._driver, subjects=[self._name_of(key)])
        await _DESTROY.fetch(self._driver, **self._of(key))
        await _BURY.fetch(self._driver, **self._row(uuid4(), key, own=True))
        self._own.pop(key, None)
        self._open.clear()

    def check(self, keys: Iterable[WrappedKey]) -> None:
        """Raise SealBroken or ValueError unless all of these keys, which came with a fact, open in this county."""
        for key in keys:
            self._unwrap(self._travelled(key))

    async def import_wrapped(self, keys: Sequence[WrappedKey]) -> None:
        """Keep keys that came with facts of this county. One that is known, or whose subject was destroyed, stays as it is."""
        rows = [self._travelled(key) for key in keys]
        opened = {row["key_id"]: self._unwrap(row) for row in rows}
        by_kind: dict[str, set[UUID]] = {}
        for row in rows:
            by_kind.setdefault(row["kind"], set()).add(row["subject_id"])
        names = sorted(self._name_of(KeyOf(KeyKind(kind), each)) for kind, ids in by_kind.items() for each in ids)
        await _BESIDE_OTHERS.fetch(self._driver, subjects=names)
        gone: set[tuple[str, UUID]] = set()
        for kind, ids in by_kind.items():
            known = await _BY_SUBJECT.fetch(self._driver, of_county=self._county_id, of_kind=kind, of=list(ids))
            gone |= {(kind, row["subject_id"]) for row in known if row["wrapped"] is None}
        kept = [row for row in rows if (row["kind"], row["subject_id"]) not in gone]
        await _ADD.each(self._driver, kept)
        self._open |= {row["key_id"]: opened[row["key_id"]] for row in kept}

    async def _own_key(self, key: KeyOf) -> UUID:
        """Find or make the key that this service seals with."""
        key_id = await self._find_own(key)
        if key_id is None:
            await _BESIDE_OTHERS.fetch(self._driver, subjects=[self._name_of(key)])
            key_id, plain = uuid4(), AESGCM.generate_key(bit_length=KEY_BYTES * 8)
            wrapped = shut(self._wrapping_key, plain, _wrap_place(self._county_id, key.kind, key.id, key_id))
            row = self._row(key_id, key, own=True) | {"wrapped": wrapped}
            if await _ADD.fetch(self._driver, **row):
                self._open[key_id] = plain
            else:  # somebody else made it while we waited on their commit
                key_id = await self._find_own(key)
                assert key_id is not None, "a key that stood in the way has to be there"  # noqa: S101
        self._own[key] = key_id
        return key_id

    async def _find_own(self, key: KeyOf) -> UUID | None:
        rows = await _BY_SUBJECT.fetch(self._driver, **self._of(key))
        if any(row["wrapped"] is None for row in rows):
            raise KeyDestroyed
        for row in rows:
            if row["own"]:
                self._open[row["key_id"]] = self._unwrap(row)
                key_id: UUID = row["key_id"]
                return key_id
        return None

    def _unwrap(self, row: Mapping[str, Any]) -> bytes:
        place = _wrap_place(self._county_id, row["kind"], row["subject_id"], row["key_id"])
        return unshut(self._wrapping_key, row["wrapped"], place)

    def _name_of(self, key: KeyOf) -> str:
        return f"data-key|{self._county_id}|{key.kind.value}|{key.id}"

    def _of(self, key: KeyOf) -> dict[str, Any]:
        return {"of_county": self._county_id, "of_kind": key.kind.value, "of": [key.id]}

    def _travelled(self, key: WrappedKey) -> dict[str, Any]:
        wrapped = base64.b64decode(key.wrapped, validate=True)
        return self._row(key.key_id, KeyOf(KeyKind(key.kind), key.subject_id), own=False) | {"wrapped": wrapped}

    def _row(self, key_id: UUID, key: KeyOf, *, own: bool) -> dict[str, Any]:
        return {"key_id": key_id, "county_id": self._county_id, "kind": key.kind.value, "subject_id": key.id, "own": own}
