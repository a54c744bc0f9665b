"""Honour STOP and START: nothing more goes to a number, or it may again. The person's word counts for everybody who shares it."""

from services.notify.domain.points import KeptPoint
from services.notify.storage import contacts, suppressions
from shared.db.unit import Unit
from shared.events.network import Channel, Consent
from shared.events.notify import ConsentChanged


async def stop_number(unit: Unit, lookup: str, *, source: str) -> bool:
    """Suppress a number at once; False when it had said so before. What still waits for it becomes calls to make."""
    new = await suppressions.add(unit, lookup, Channel.SMS, reason="opted_out", source=source)
    for point in await contacts.list_points_by_lookup(unit, lookup):
        if point.channel is Channel.SMS and point.consent is not Consent.REVOKED:
            await _say(unit, point, Consent.REVOKED, source)
    return new


async def start_number(unit: Unit, lookup: str, *, source: str) -> list[KeptPoint]:
    """Let texts go to a number again, because its holder said so; return the contact points that it is."""
    await suppressions.lift(unit, lookup)
    points = [point for point in await contacts.list_points_by_lookup(unit, lookup) if point.channel is Channel.SMS]
    for point in points:
        if point.consent is not Consent.GRANTED:
            await _say(unit, point, Consent.GRANTED, source)
    return points


async def _say(unit: Unit, point: KeptPoint, consent: Consent, source: str) -> None:
    await contacts.save_consent(unit, point.id, consent, at=unit.now)
    unit.announce(
        ConsentChanged(
            person_id=point.person_id,
            contact_point_id=point.id,
            channel=point.channel,
            consent=consent,
            source=source,
            at=unit.now,
        ),
        subject=point.person_id,
    )
