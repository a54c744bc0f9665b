"""Mark a number or address that does not work, and ask somebody to find a new one: never silence."""

from services.notify.domain.points import KeptPoint
from services.notify.storage import contacts, entries
from services.notify.use_cases.open_call_task import open_person_task
from shared.db.unit import Unit
from shared.events.network import Consent
from shared.events.notify import ContactLost

REASON = "find_new_contact"


async def lose_contact(unit: Unit, point: KeptPoint, *, reason: str) -> None:
    """Use a contact point no more, tell network, and open a task to find another way to reach the person."""
    if point.consent is Consent.INVALID_NUMBER:
        return
    if point.consent is not Consent.REVOKED:
        await contacts.save_consent(unit, point.id, Consent.INVALID_NUMBER, at=unit.now)
    unit.announce(
        ContactLost(person_id=point.person_id, contact_point_id=point.id, channel=point.channel, reason=reason, at=unit.now),
        subject=point.person_id,
    )
    upcoming = [entry for entry in await entries.list_by_person(unit, point.person_id, ending_after=unit.now) if entry.is_live]
    await open_person_task(
        unit,
        point.person_id,
        case_id=upcoming[0].case_id if upcoming else None,
        reason=REASON,
        dedupe_key=f"lost|{point.id.hex}|{point.consent_at.isoformat()}",
    )
