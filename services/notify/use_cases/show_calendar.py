"""Show a person their own calendar, as a feed or one entry; reading it changes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.notify.domain.channels import Contact
from services.notify.domain.entries import KeptEntry
from services.notify.domain.errors import LinkNotFound
from services.notify.domain.links import Purpose
from services.notify.gateways.letters import Scene, feed
from services.notify.storage import contacts, entries, links
from services.notify.storage.links import Found
from services.notify.use_cases.open_link import Opened
from shared.db.unit import Unit
from shared.events.entries import PlaceWords
from shared.settings import County

KEPT_FOR = timedelta(days=30)
"""A meeting that ended, or was cancelled, stays so long in a feed."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar's octets, and when anything in it last changed."""

    data: bytes
    changed_at: datetime


async def show_feed(unit: Unit, found: Found, county: County) -> Feed:
    """Return a person's feed: neutral, theirs alone, the same octets as long as nothing changes. Raises LinkNotFound."""
    current = await links.find(unit, found.link.id)
    if current is None:
        raise LinkNotFound
    current.link.require(Purpose.FEED, at=unit.now)
    person_id = current.link.person_id
    contact = await contacts.find(unit, person_id)
    if contact is None:
        raise LinkNotFound
    listed = [
        entry
        for entry in await entries.list_by_person(unit, person_id, ending_after=unit.now - KEPT_FOR)
        if entry.ended_at is None or entry.ended_at > unit.now - KEPT_FOR
    ]
    data = await _written(unit, listed, contact, contact.written_language, county)
    changed = [entry.revised_at for entry in listed]
    return Feed(data, max(changed) if changed else current.made_at)


async def show_entry(unit: Unit, opened: Opened, county: County) -> bytes:
    """Return one entry, to be added to a calendar by hand."""
    return await _written(unit, [opened.entry], opened.contact, opened.language, county)


async def _written(unit: Unit, listed: list[KeptEntry], contact: Contact, language: str, county: County) -> bytes:
    ids: list[UUID] = [entry.id for entry in listed]
    places = await entries.open_places(unit, ids) if ids else {}
    tokens = await entries.open_tokens(unit, ids)
    scenes = [
        Scene(
            county=county,
            contact=contact,
            words="",
            address="",
            entry=entry,
            place=places.get(entry.id, PlaceWords()),
            link_token="",
            reply_token=tokens[entry.id][1],
            portal_url="",
        )
        for entry in listed
    ]
    return feed(scenes, language=language, county=county)
