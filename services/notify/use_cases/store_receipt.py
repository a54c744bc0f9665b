"""Store what a provider reports of a message, and apply it if the message is known by then."""

from services.notify.domain.receipts import Receipt
from services.notify.storage import inbound
from services.notify.use_cases.apply_receipt import apply_receipt
from shared.db.unit import Unit


async def store_receipt(unit: Unit, receipt: Receipt) -> None:
    """Take in a report, once. One about a message whose id is not stored yet waits for it."""
    await inbound.take_turns(unit, receipt.provider_id)
    if await inbound.add_receipt(unit, receipt):
        await apply_receipt(unit, receipt)
