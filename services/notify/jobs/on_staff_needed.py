"""Staff must look at something now."""

from services.notify.use_cases.alert_staff import alert_staff
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import StaffNeeded


@on(StaffNeeded)
async def tell_staff(unit: Unit, fact: Fact[StaffNeeded]) -> None:
    """Tell those named, in words that say nothing."""
    await alert_staff(unit, fact.body)
