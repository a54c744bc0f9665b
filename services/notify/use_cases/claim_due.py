"""Take what is due: under a lease, or at once to its end where its time has passed or something newer is known."""

from collections.abc import Sequence
from uuid import UUID

from services.notify.domain.delivery import Fate, Outcome
from services.notify.domain.messages import Lane, Message, Phase, State
from services.notify.storage import attempts, claims
from services.notify.storage.claims import Claimed
from services.notify.use_cases.end_message import end_message
from shared.db.unit import Unit

DIED = Outcome(fate=Fate.UNKNOWN, phase=Phase.DOT, reason="sender_died")

LANES: tuple[Lane, ...] = tuple(Lane)


async def claim_due(unit: Unit, *, lease: UUID, most: int, lanes: Sequence[Lane] = LANES) -> list[Claimed]:
    """Return what was taken, at most so many of each lane: what this lease now holds, and what came to its end instead."""
    found = await claims.claim(unit, lanes=lanes, lease=lease, most=most)
    for each in found:
        if each.message.has_ended:
            await end_message(unit, each.message, each.message.state, reason=each.message.reason)
    return found


async def release_expired(unit: Unit) -> list[Message]:
    """Give back what a dead process held; what had passed its final dot is of unknown fate, and is said to be."""
    dead = await claims.release_expired(unit)
    for message in dead:
        if await claims.finish(unit, message, State.UNKNOWN, reason=DIED.reason):
            await attempts.end(unit, message, DIED, late=False)
            await end_message(unit, message, State.UNKNOWN, reason=DIED.reason)
    return dead
