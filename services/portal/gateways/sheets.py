"""network's sheets, asked for a person: one member's page of a plan."""

from dataclasses import dataclass

from services.portal.domain.sheets import Sheet
from services.portal.gateways.calling import Caller, read


@dataclass(frozen=True, slots=True)
class Sheets:
    """Every call carries one person's token."""

    caller: Caller

    async def sheet(self, plan_id: str, member_id: str) -> Sheet:
        """Return what one member may see of a plan."""
        return read(Sheet, (await self.caller.get(f"/v1/plans/{plan_id}/sheet", {"member_id": member_id})).json)
