"""Find somebody of a family whose page was asked for."""

import asyncio

from services.portal.domain.families import Family, Person, Roster
from services.portal.gateways.network import Network
from shared.kernel.errors import NotFound


async def find_person(network: Network, case_id: str, person_id: str) -> tuple[Family, Roster, Person]:
    """Return the family, who stands around it, and who was asked for. Raises NotFound for somebody of another family."""
    family, roster = await asyncio.gather(network.family(case_id), network.roster(case_id))
    person = roster.person(person_id)
    if person is None:
        raise NotFound
    return family, roster, person
