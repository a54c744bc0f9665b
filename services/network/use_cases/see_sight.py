"""See what one member of a family's network may see today, and why: for staff, before they print or send anything."""

from dataclasses import dataclass
from datetime import date

from services.network.domain.cases import Case
from services.network.domain.members import MemberId, MemberState
from services.network.domain.people import PersonId
from services.network.domain.releases import RecordClass, Release, Thing, ThingKind, Viewer, Why, why
from services.network.domain.separation import without_separated
from services.network.storage import members, releases, separations
from shared.db.unit import Unit

_TAKE_NO_PART = frozenset({MemberState.WITHDRAWN, MemberState.EXCLUDED, MemberState.LEFT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a member may see on a day. `may_name` are the people whom something made for them may name: nobody else is for them."""

    viewer: Viewer
    on: date
    things: dict[ThingKind, Why]
    records: dict[RecordClass, Why]
    may_name: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What is asked to decide what a member may see: whoever makes a page for a member loads it once."""

    viewer: Viewer
    releases: tuple[Release, ...]
    people: frozenset[PersonId]


async def ground_of(unit: Unit, case: Case, member_id: MemberId) -> Ground:
    """Return the ground for a present member of this family. The same questions are asked, whoever is kept apart from whom."""
    member = await members.get(unit, case.id, member_id)
    places = await releases.places_of(unit, case.id)
    apart = await separations.list_about(unit, [member.person_id])
    standing = await releases.list_unrevoked(unit, case, places)
    viewer = Viewer(
        member_id=member.id, person_id=member.person_id, takes_part=member.state not in _TAKE_NO_PART, apart=tuple(apart)
    )
    return Ground(viewer=viewer, releases=tuple(standing), people=places.people)


async def see_sight(unit: Unit, case: Case, member_id: MemberId, *, today: date) -> Sight:
    """Return what a present member may see; the look is on record."""
    ground = await ground_of(unit, case, member_id)
    viewer = ground.viewer
    theirs = frozenset({viewer.member_id})

    def asked(thing: Thing) -> Why:
        return why(viewer, thing, ground.releases, on=today)

    others = sorted(ground.people - {viewer.person_id})
    details = {"case_id": str(case.id)}
    await unit.audit("member.sight_read", subject_kind="person", subject_id=viewer.person_id, details=details)
    return Sight(
        viewer=viewer,
        on=today,
        things={kind: asked(Thing(kind=kind, members=theirs)) for kind in ThingKind if kind is not ThingKind.RECORD},
        records={each: asked(Thing(kind=ThingKind.RECORD, record_class=each)) for each in RecordClass},
        may_name=tuple(without_separated(others, viewer.person_id, viewer.apart, today)) if viewer.takes_part else (),
    )
