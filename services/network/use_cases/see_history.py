"""See what a person's or a family's record was before each change; the look is on record."""

from uuid import UUID

from shared.db import history
from shared.db.history import Change
from shared.db.unit import Unit
from shared.kernel.sealed import KeyOf


async def see_history(unit: Unit, key: KeyOf, *, before: UUID | None, limit: int) -> list[Change]:
    """Return a page of the changes of a record that the caller sees, newest first."""
    found = await history.list_of(unit.session, unit.keys, unit.county_id, key, before=before, limit=limit)
    await unit.audit(f"{key.kind.value}.history_read", subject_kind=key.kind.value, subject_id=key.id)
    return found
