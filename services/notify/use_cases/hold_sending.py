"""Hold a county's sending, and release it: an operator's last word, kept in the database, so that no restart forgets it.

Rows stay as they are. What is claimed and not begun is put back, what is begun ends; what grows too late becomes missed.
"""

from services.notify.storage import holds
from services.notify.storage.holds import Hold
from shared.db.unit import Unit


async def hold_sending(unit: Unit, *, reason_code: str) -> bool:
    """Let nothing of this county leave; False when it was held already. The acting operator is remembered."""
    if not await holds.add(unit, reason_code=reason_code, held_by=unit.actor.id):
        return False
    await unit.audit("sending.held", subject_kind="county", subject_id=unit.county_id, details={"reason_code": reason_code})
    return True


async def release_sending(unit: Unit) -> Hold | None:
    """Let messages leave again, the oldest due first; None when nothing was held."""
    ended = await holds.end(unit)
    if ended is not None:
        held_for = int((unit.now - ended.since).total_seconds())
        await unit.audit("sending.released", subject_kind="county", subject_id=unit.county_id, details={"held_seconds": held_for})
    return ended
