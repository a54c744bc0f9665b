"""Tell staff that something on their calendar needs them; what it is, their page says."""

from services.notify.domain.planning import alerting
from services.notify.storage import contacts, messages
from shared.db.unit import Unit
from shared.events.network import StaffNeeded
from shared.kernel.wall import local_date


async def alert_staff(unit: Unit, fact: StaffNeeded) -> None:
    """Plan one message for each of them, once for each subject, reason and time, or day where no time is named.

    Who has no number or mailbox has the page.
    """
    planned = [
        alerting(
            contact,
            message_id=unit.new_id(),
            county_id=unit.county_id,
            subject_id=fact.subject_id,
            reason=fact.reason,
            cause=fact.answer_by.isoformat() if fact.answer_by else local_date(fact.at, contact.time_zone).isoformat(),
            now=unit.now,
        )
        for contact in await contacts.list_staff(unit, fact.staff_ids)
    ]
    await messages.add(unit, [message for message in planned if message is not None])
