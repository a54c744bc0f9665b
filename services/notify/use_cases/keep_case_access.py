"""Keep who holds a family: calls to make are shown by it."""

from services.notify.storage import case_access
from shared.db.unit import Unit
from shared.events.network import CaseAccessChanged


async def keep_case_access(unit: Unit, told: CaseAccessChanged, *, position: int) -> None:
    """Take over who holds a family, unless something later is known."""
    await case_access.save(unit, told, position=position)
