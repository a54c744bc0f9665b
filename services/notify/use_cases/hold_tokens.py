"""Make the secrets of an entry at its first message: one opens the answer page, one stands in the address that replies go to."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from services.notify.domain.entries import KeptEntry
from services.notify.domain.links import ENTROPY_BYTES, Link, Purpose, expires_at, spell_token, token_hash
from services.notify.storage import entries, links
from shared.db.unit import Unit


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """The two secrets of one entry."""

    link: str
    reply: str


async def hold_tokens(unit: Unit, entry_ids: Collection[UUID], *, entropy: Callable[[int], bytes]) -> dict[UUID, Tokens]:
    """Return the secrets of entries, making those that are missing. An entry that has ended is given no new answer link.

    Entries are held before messages, as everywhere here, so that a revision and a claim never wait for one another; all of them,
    so that no message leaves with a secret that is being ended.
    """
    kept, found = await entries.hold(unit, entry_ids)
    made: list[tuple[KeptEntry, Link]] = []
    changed: list[tuple[KeptEntry, str, str]] = []
    for entry in kept.values():
        link, reply = found[entry.id]
        if entry.is_live and not link:
            link = _make(unit, entry, Purpose.ANSWER, entropy, made)
        if not reply:
            reply = _make(unit, entry, Purpose.REPLY, entropy, made)
        if (link, reply) != found[entry.id]:
            changed.append((entry, link, reply))
            found[entry.id] = (link, reply)
    await links.add(unit, [(link, entry.id) for entry, link in made])
    await entries.keep_tokens(unit, changed)
    return {entry_id: Tokens(*found.get(entry_id, ("", ""))) for entry_id in entry_ids}


def _make(
    unit: Unit,
    entry: KeptEntry,
    purpose: Purpose,
    entropy: Callable[[int], bytes],
    made: list[tuple[KeptEntry, Link]],
) -> str:
    token = spell_token(entropy(ENTROPY_BYTES))
    link = Link(
        id=unit.new_id(),
        purpose=purpose,
        person_id=entry.person_id,
        subject_id=entry.subject_id,
        token_hash=token_hash(token),
        expires_at=expires_at(purpose, entry.over_at),
        part=entry.part,
        sequence=entry.sequence,
    )
    made.append((entry, link))
    return token
