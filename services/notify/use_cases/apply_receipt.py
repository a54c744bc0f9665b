"""Apply what a provider reports of a text: severity only rises, and a number that fails twice is given up."""

from uuid import UUID

from services.notify.domain.delivery import SEVERITY, after_receipt
from services.notify.domain.messages import State
from services.notify.domain.receipts import Receipt
from services.notify.storage import contacts, inbound, messages
from services.notify.use_cases.end_message import end_message, hold_entry
from services.notify.use_cases.lose_contact import lose_contact
from services.notify.use_cases.stop_number import stop_number
from shared.db.unit import Unit

STRIKES = 2
"""A number that the carrier does not know is believed the second time: one report may be a mistake."""


async def apply_receipt(unit: Unit, receipt: Receipt) -> bool:
    """Apply a report that was stored; False when its message is not known yet, and the report waits."""
    known = await messages.find_by_provider_id(unit, receipt.provider_id)
    if known is not None:
        await hold_entry(unit, known, receipt.state)
    message = await messages.find_for_update(unit, known.id) if known else None
    if message is None:
        return False
    await inbound.mark_applied(unit, receipt)
    state = after_receipt(message.state, receipt.state)
    lower = [each for each, rank in SEVERITY.items() if rank < SEVERITY[receipt.state]]
    if state is not message.state and await messages.raise_state(unit, message, state, lower=lower, reason=receipt.event):
        await end_message(unit, message, state, reason=receipt.event)
    await _judge_number(unit, message.contact_point_id, receipt)
    return True


async def _judge_number(unit: Unit, point_id: UUID | None, receipt: Receipt) -> None:
    if point_id is None:
        return
    if receipt.opted_out and (stopped := await contacts.find_point(unit, point_id)) is not None:
        await stop_number(unit, stopped.lookup, source="provider")
    point = await contacts.find_point_for_update(unit, point_id)
    if point is None:
        return
    if receipt.state is State.DELIVERED and point.undelivered:
        await contacts.count_undelivered(unit, point.id, undelivered=0)
    if receipt.bad_number and receipt.state is State.FAILED:
        await contacts.count_undelivered(unit, point.id, undelivered=point.undelivered + 1)
        if point.undelivered + 1 >= STRIKES:
            await lose_contact(unit, point, reason="unknown_number")
