"""Gather what decides what one member may see, before anything is made for them: a sheet, a printed page, an export."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.network.domain.cases import Case
from services.network.domain.members import Member, MemberId, MemberState
from services.network.domain.names import is_named
from services.network.domain.part2_words import masked
from services.network.domain.people import Person, PersonId
from services.network.domain.releases import RecordClass, Release, Thing, ThingKind, Viewer, may_see
from services.network.domain.separation import without_separated
from services.network.storage import members, people, releases, separations
from shared.db.unit import Unit

_TAKE_NO_PART = frozenset({MemberState.WITHDRAWN, MemberState.EXCLUDED, MemberState.LEFT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """For whom something is made, the releases of the family, who takes part, and who had any place in it, those who left too.

    `hidden` are those of all these whom the member is kept from, for the names they go by.
    """

    member: Member
    viewer: Viewer
    releases: tuple[Release, ...]
    people: frozenset[PersonId]
    places: Mapping[MemberId, PersonId]
    hidden: tuple[Person, ...]

    def may_share(self, *texts: str, tells_of: PersonId | None, today: date) -> bool:
        """Whether words that were shared with the member may be held by something made for them.

        Not when they tell of somebody hidden, nor when they call one by first name: rather a statement too few than a trace.
        """
        told = self.named(*texts) | ({tells_of} if tells_of is not None else set())
        theirs = Thing(kind=ThingKind.STATEMENT, members=frozenset({self.member.id}), tells_of=frozenset(told))
        return may_see(self.viewer, theirs, self.releases, on=today)

    def knows_of_treatment(self, today: date) -> bool:
        """Whether a Part 2 consent names the member."""
        return may_see(self.viewer, Thing(kind=ThingKind.RECORD, record_class=RecordClass.SUD_PART2), self.releases, on=today)

    def shown(self, text: str, *, today: date) -> str:
        """Return words as the member reads them: roles and places that tell of treatment only by a Part 2 consent."""
        return text if self.knows_of_treatment(today) else masked(text)

    def named(self, *texts: str) -> set[PersonId]:
        """Return those hidden whom any of these words calls by first name."""
        return {
            each.id for each in self.hidden if any(is_named(each.profile.given_name, each.profile.preferred_name, t) for t in texts)
        }


async def stand_for_member(unit: Unit, case: Case, member_id: MemberId, *, today: date) -> Ground:
    """Return the ground for a present member of this family. The same questions are asked, whoever is kept apart from whom."""
    member = await members.get(unit, case.id, member_id)
    places = await releases.places_of(unit, case.id)
    apart = await separations.list_about(unit, [member.person_id])
    standing = await releases.list_unrevoked(unit, case, places)
    every = places.people | {place.person_id for place in places.members.values()}
    # Everybody is read, not only those hidden: how long it takes tells of nobody.
    known = await people.list_by_id(unit, sorted(every))
    seen = set(without_separated(every, member.person_id, apart, today))
    viewer = Viewer(
        member_id=member.id, person_id=member.person_id, takes_part=member.state not in _TAKE_NO_PART, apart=tuple(apart)
    )
    return Ground(
        member=member,
        viewer=viewer,
        releases=tuple(standing),
        people=places.people,
        places={member_id: place.person_id for member_id, place in places.members.items()},
        hidden=tuple(person for person in known if person.id not in seen),
    )
