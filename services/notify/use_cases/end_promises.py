"""End promises here because what they rest on is gone: nothing more leaves because of them, and no page takes an answer."""

from uuid import UUID

from services.notify.domain.entries import KeptEntry, ended
from services.notify.storage import call_tasks, entries, messages
from services.notify.use_cases.end_message import end_messages
from shared.db.unit import Unit


async def end_promises(unit: Unit, *, case_id: UUID | None = None, person_id: UUID | None = None) -> None:
    """End the promises of a family, or of a person."""
    for entry in await entries.list_live_promises_for_update(unit, case_id=case_id, person_id=person_id):
        await end_promise(unit, ended(entry, at=unit.now))


async def end_promise(unit: Unit, entry: KeptEntry) -> None:
    """Keep a promise's entry as over, and cancel what still waits because of it."""
    await entries.save(unit, entry)
    await end_messages(unit, await messages.cancel_of_entry(unit, entry.id))
    await call_tasks.cancel_of_entry(unit, entry.id)
