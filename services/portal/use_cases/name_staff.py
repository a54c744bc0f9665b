"""Say who a colleague is: records keep the id by which somebody signs in, and pages show the name."""

import asyncio
from collections.abc import Iterable, Mapping

from services.portal.gateways.network import Network

MOST_NAMES = 40
"""So many members of staff are asked for by name; of the rest a page shows what it shows of somebody unknown."""


async def name_staff(network: Network, staff_ids: Iterable[str]) -> Mapping[str, str]:
    """Return the names of those who have a record here, by the ids they sign in with."""
    asked = list(dict.fromkeys(staff_ids))[:MOST_NAMES]
    found = await asyncio.gather(*(network.staff_person(staff_id) for staff_id in asked))
    return {staff_id: person.name for staff_id, person in zip(asked, found, strict=True) if person is not None}
