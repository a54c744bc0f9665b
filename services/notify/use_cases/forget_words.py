"""Destroy the words of a person or a family that network has destroyed."""

from services.notify.domain.links import Purpose
from services.notify.storage import entries, links, messages, step_ups
from services.notify.use_cases.end_message import end_messages
from services.notify.use_cases.end_promises import end_promises
from shared.db.erasure import destroy_words
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf

REASON = "words_destroyed"


async def forget_words(unit: Unit, key: KeyOf) -> None:
    """Destroy what is kept of them here. What still waits to leave to the person is cancelled: nobody knows whereto any more."""
    if key.kind is KeyKind.PERSON:
        await entries.hold_of_person(unit, key.id)
        await links.revoke_of_person(unit, key.id, list(Purpose))
        await end_promises(unit, person_id=key.id)
        await end_messages(unit, await messages.cancel_of_person(unit, key.id, reason=REASON))
        await step_ups.forget(unit, key.id)
    if key.kind is KeyKind.CASE:
        await entries.hold_of_case(unit, key.id)
        await end_promises(unit, case_id=key.id)
        await entries.forget_words(unit, key.id)
        for meeting_id in await entries.list_meetings_of_family(unit, key.id):
            await destroy_words(unit, KeyOf(KeyKind.MEETING, meeting_id))
    await destroy_words(unit, key)
