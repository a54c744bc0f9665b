"""Put on record that somebody's sign-ins are ended."""

from services.network.domain.errors import AdministratorsOnly
from shared.db.unit import Unit
from shared.kernel.access import Caller, Role


async def note_ended_sign_ins(unit: Unit, staff_id: str, *, caller: Caller) -> None:
    """Record that an administrator ends all sign-ins of a colleague. Raises AdministratorsOnly."""
    if Role.COUNTY_ADMIN not in caller.roles:
        raise AdministratorsOnly
    await unit.audit("sign_ins.ended", subject_kind="county", subject_id=unit.county_id, details={"staff_id": staff_id})
