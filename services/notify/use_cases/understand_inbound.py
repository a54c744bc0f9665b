"""Understand something that came back and was stored: what it is, who proved to have sent it, and what follows."""

from dataclasses import dataclass
from uuid import UUID

from services.notify.storage import inbound
from services.notify.use_cases.take_mail import take_mail
from services.notify.use_cases.take_text import take_text
from services.notify.use_cases.taken import Taken
from shared.db.unit import Trace, Unit
from shared.events.notify import ReplyChannel
from shared.settings import County


@dataclass(frozen=True, slots=True)
class Understood:
    """What became of it, for a log line."""

    became: str
    proof: str


async def understand_inbound(unit: Unit, inbound_id: UUID, county: County) -> Understood | None:
    """Return what became of it; None when it was understood before, or another process is at it."""
    arrived = await inbound.hold(unit, inbound_id)
    if arrived is None:
        return None
    unit.trace = Trace(str(arrived.id), arrived.traceparent)
    taken = await _take(unit, arrived, county)
    await inbound.finish(
        unit, arrived.id, became=taken.became, proof=taken.proof.value if taken.proof else "", person_id=taken.person_id
    )
    return Understood(taken.became, taken.proof.value if taken.proof else "")


async def _take(unit: Unit, arrived: inbound.Arrived, county: County) -> Taken:
    if arrived.channel is ReplyChannel.SMS:
        return await take_text(unit, arrived, county)
    return await take_mail(unit, arrived)
