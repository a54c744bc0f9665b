"""Destroy the words of a person or a family that network has destroyed."""

from services.meetings.storage import meetings
from shared.db.erasure import destroy_words
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def forget_words(unit: Unit, key: KeyOf) -> None:
    """Destroy what is kept of them here; with a family go the places and agendas of its meetings."""
    await destroy_words(unit, key)
    if key.kind is KeyKind.CASE:
        for meeting_id in await meetings.list_ids_of_family(unit, key.id):
            await destroy_words(unit, meetings.key_of(meeting_id))
