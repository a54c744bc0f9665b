"""Open a personal link: by its secret alone, for the one person and meeting it was made for. Every bad link is refused alike."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.domain.channels import Contact
from services.notify.domain.entries import KeptEntry
from services.notify.domain.errors import LinkNotFound
from services.notify.domain.links import Purpose, is_token, token_hash
from services.notify.storage import contacts, entries, links
from services.notify.storage.links import Found
from shared.db.unit import Unit
from shared.events.entries import PlaceWords


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opens, and the language to speak."""

    found: Found
    entry: KeptEntry
    contact: Contact
    place: PlaceWords | None
    language: str


def hash_of(secret: str) -> str:
    """Return the hash under which a secret is looked up. Raises LinkNotFound for what cannot be one."""
    if not is_token(secret):
        raise LinkNotFound
    return token_hash(secret)


async def find_link(session: AsyncSession, secret_hash: str) -> Found:
    """Return a link whatever its county. Raises LinkNotFound."""
    found = await links.find_anywhere(session, secret_hash)
    if found is None:
        raise LinkNotFound
    return found


async def open_link(unit: Unit, found: Found, *, hold: bool = False) -> Opened:
    """Return what an answer link opens, as it now stands; `hold` keeps the entry's row for a change. Raises LinkNotFound."""
    if found.entry_id is None:
        raise LinkNotFound
    entry = await (entries.get_for_update if hold else entries.find)(unit, found.entry_id)
    # Read after the entry is held: whoever ends a link holds it too.
    current = await links.find(unit, found.link.id)
    if current is None:
        raise LinkNotFound
    current.link.require(Purpose.ANSWER, at=unit.now)
    contact = await contacts.find(unit, current.link.person_id)
    if entry is None or contact is None:
        raise LinkNotFound
    place = (await entries.open_places(unit, [entry.id])).get(entry.id) if entry.is_live else None
    return Opened(current, entry, contact, place, current.language or contact.written_language)
