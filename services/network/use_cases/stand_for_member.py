"""Gather what decides what one member may see, before anything is made for them: a sheet, a printed page, an export."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.network.domain.cases import Case
from services.network.domain.members import Member, MemberId, MemberState
from services.network.domain.people import PersonId
from services.network.domain.releases import Release, Thing, ThingKind, Viewer, may_see
from services.network.storage import members, releases, separations
from shared.db.unit import Unit

_TAKE_NO_PART = frozenset({MemberState.WITHDRAWN, MemberState.EXCLUDED, MemberState.LEFT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """For whom something is made, the releases of the family, who takes part, and who had any place in it, those who left too."""

    member: Member
    viewer: Viewer
    releases: tuple[Release, ...]
    people: frozenset[PersonId]
    places: Mapping[MemberId, PersonId]

    def may_share(self, *tells_of: PersonId | None, today: date) -> bool:
        """Whether words that were shared with the member may be held by something made for them, given of whom they tell."""
        known = frozenset(each for each in tells_of if each is not None)
        theirs = Thing(kind=ThingKind.STATEMENT, members=frozenset({self.member.id}), tells_of=known)
        return may_see(self.viewer, theirs, self.releases, on=today)


async def stand_for_member(unit: Unit, case: Case, member_id: MemberId) -> Ground:
    """Return the ground for a present member of this family. The same questions are asked, whoever is kept apart from whom."""
    member = await members.get(unit, case.id, member_id)
    places = await releases.places_of(unit, case.id)
    apart = await separations.list_about(unit, [member.person_id])
    standing = await releases.list_unrevoked(unit, case, places)
    viewer = Viewer(
        member_id=member.id, person_id=member.person_id, takes_part=member.state not in _TAKE_NO_PART, apart=tuple(apart)
    )
    return Ground(
        member=member,
        viewer=viewer,
        releases=tuple(standing),
        people=places.people,
        places={member_id: place.person_id for member_id, place in places.members.items()},
    )
