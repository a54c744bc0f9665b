"""Look at how a family's network stands, and at the moves of one member between circles."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.network.domain.cases import Case
from services.network.domain.members import CircleMove, MemberId
from services.network.domain.viability import Viability, viability
from services.network.storage import circle_moves, members, people
from shared.db.unit import Unit


async def see_network(unit: Unit, case: Case, *, today: date) -> Viability:
    """Return how the network of a family that the caller sees stands. Nobody in it is shown."""
    present = await members.list_present(unit, case.id)
    persons = {person.id: person for person in await people.list_by_id(unit, [member.person_id for member in present])}
    return viability([(member, persons[member.person_id]) for member in present], today=today)


async def see_circle_moves(unit: Unit, case: Case, member_id: MemberId, *, before: UUID | None, limit: int) -> Sequence[CircleMove]:
    """Return a page of the moves of somebody who is, or was, a member of a family that the caller sees. Raises NotFound."""
    await members.check_belongs(unit, case.id, member_id)
    return await circle_moves.list_of(unit, member_id, before=before, limit=limit)
