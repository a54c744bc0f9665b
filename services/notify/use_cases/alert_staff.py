"""Tell staff that something on their calendar needs them; what it is, their page says."""

from collections.abc import Collection
from uuid import UUID

from services.notify.domain.planning import alerting
from services.notify.storage import contacts, messages
from shared.db.unit import Unit
from shared.events.network import StaffNeeded
from shared.kernel.wall import local_date


async def alert_staff(unit: Unit, fact: StaffNeeded) -> None:
    """Plan one message for each of them, once for each subject, reason and time, or day where no time is named."""
    at = local_date(fact.at, "UTC") if fact.answer_by is None else fact.answer_by
    await alert(unit, fact.staff_ids, subject_id=fact.subject_id, reason=fact.reason, cause=at.isoformat())


async def alert(unit: Unit, staff_ids: Collection[str], *, subject_id: UUID, reason: str, cause: str) -> None:
    """Plan one message for each of these staff, once for each cause. Who has no number or mailbox has the page."""
    planned = [
        alerting(
            contact,
            message_id=unit.new_id(),
            county_id=unit.county_id,
            subject_id=subject_id,
            reason=reason,
            cause=cause,
            now=unit.now,
        )
        for contact in await contacts.list_staff(unit, staff_ids)
    ]
    await messages.add(unit, [message for message in planned if message is not None])
