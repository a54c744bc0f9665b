"""Record what an attempt came to: sent, to be tried again, or given up, and what follows from each."""

from collections.abc import Sequence
from uuid import UUID

from services.notify.domain.delivery import Fate, Outcome, after
from services.notify.domain.messages import Message, Phase, State, Way
from services.notify.storage import attempts, claims, contacts, inbound, messages
from services.notify.use_cases.apply_receipt import apply_receipt
from services.notify.use_cases.end_message import end_message, hold_entry
from services.notify.use_cases.lose_contact import lose_contact
from services.notify.use_cases.stop_number import stop_number
from shared.db.unit import Trace, Unit

ACCEPTED = "accepted"


def is_plainly_sent(outcome: Outcome) -> bool:
    """Whether an attempt ended as most do: accepted, and nothing else to be kept or looked for."""
    return outcome.fate is Fate.ACCEPTED and not outcome.provider_id


async def record_sent(unit: Unit, accepted: Sequence[tuple[Message, Outcome, Trace]]) -> set[UUID]:
    """Mark several plainly sent messages, and return those that are marked; the others have to be recorded one by one."""
    marked = await claims.finish_sent(unit, [message for message, _, _ in accepted], reason=ACCEPTED)
    done = [each for each in accepted if each[0].id in marked]
    await attempts.end_accepted(unit, [(message, outcome) for message, outcome, _ in done])
    for message, _, trace in done:
        unit.trace = trace
        await end_message(unit, message, State.SENT, reason=ACCEPTED)
    return marked


async def record_attempt(unit: Unit, message: Message, outcome: Outcome, *, jitter: float) -> State:
    """Give a message the state that its attempt earned, and return it. A result that comes too late is kept beside it."""
    decision = after(outcome, attempt=message.attempt, not_after=message.not_after, now=unit.now, jitter=jitter)
    if decision.due_at is not None:
        held = await claims.put_back(unit, message, due_at=decision.due_at, reason=decision.reason)
    else:
        await hold_entry(unit, message, decision.state)
        held = await claims.finish(unit, message, decision.state, reason=decision.reason, provider_id=outcome.provider_id)
    await attempts.end(unit, message, outcome, late=not held)
    if not held:
        await _hear_late(unit, message, outcome)
        return decision.state
    if decision.due_at is None:
        await end_message(unit, message, decision.state, reason=decision.reason)
        await _follow_up(unit, message, bad_address=decision.contact_lost, opted_out=decision.stop_number)
        await _hear_receipts(unit, outcome.provider_id)
    return decision.state


async def _hear_late(unit: Unit, message: Message, outcome: Outcome) -> None:
    """A holder that was given up for dead brings news: what was unknown is known to be sent after all."""
    if outcome.fate is Fate.ACCEPTED and outcome.phase is Phase.ANSWERED:
        if outcome.provider_id:
            await messages.keep_provider_id(unit, message.id, outcome.provider_id)
        if await messages.raise_state(unit, message, State.SENT, lower=[State.UNKNOWN], reason="late_result"):
            await end_message(unit, message, State.SENT, reason="late_result")
        await _hear_receipts(unit, outcome.provider_id)


async def _follow_up(unit: Unit, message: Message, *, bad_address: bool, opted_out: bool) -> None:
    if message.contact_point_id is None or not (bad_address or opted_out):
        return
    point = await contacts.find_point(unit, message.contact_point_id)
    if point is not None and opted_out and message.way is Way.SMS:
        await stop_number(unit, point.lookup, source="provider")
    held = await contacts.find_point_for_update(unit, message.contact_point_id) if bad_address else None
    if held is not None:
        await lose_contact(unit, held, reason="refused_by_provider")


async def _hear_receipts(unit: Unit, provider_id: str) -> None:
    """A provider may report before we have stored its id; those reports waited."""
    if provider_id:
        await inbound.take_turns(unit, provider_id)
        for receipt in await inbound.list_waiting_receipts(unit, provider_id):
            await apply_receipt(unit, receipt)
