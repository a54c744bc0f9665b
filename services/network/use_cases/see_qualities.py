"""Look at what is on record of every member's four qualities, and which worry each was told, in one call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.network.domain.cases import Case
from services.network.domain.members import Member
from services.network.domain.telling import Telling
from services.network.storage import members, tellings
from shared.db.unit import Unit


@dataclass(frozen=True, slots=True)
class SeenQualities:
    """A member, with the newest version they were told of each danger statement of the family."""

    member: Member
    told: Sequence[Telling]


async def see_qualities(unit: Unit, case: Case, *, after: tuple[datetime, UUID] | None, limit: int) -> list[SeenQualities]:
    """Return a page of the present members of a family that the caller sees; each one is on record as seen.

    The questions are as many for forty members as for one.
    """
    found = await members.list_of(unit, case.id, after=after, limit=limit)
    told = await tellings.list_dangers_told(unit, case.id, [member.id for member in found])
    for member in found:
        await unit.audit(
            "member.qualities_read", subject_kind="person", subject_id=member.person_id, details={"case_id": str(case.id)}
        )
    return [SeenQualities(member, [each for each in told if each.member_id == member.id]) for member in found]
