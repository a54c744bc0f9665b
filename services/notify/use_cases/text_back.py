"""Find the number to which a text is answered."""

from uuid import UUID

from services.notify.domain.points import KeptPoint
from services.notify.storage import contacts, suppressions
from shared.db.unit import Unit
from shared.events.network import Channel, Consent


async def number_to_text(unit: Unit, person_id: UUID) -> KeptPoint | None:
    """Return the number at which somebody may be texted now."""
    points = await contacts.list_points(unit, [person_id])
    texts = [point for point in points if point.channel is Channel.SMS and point.consent is Consent.GRANTED]
    stopped = await suppressions.reasons(unit, [point.lookup for point in texts])
    return next((point for point in texts if point.lookup not in stopped), None)
