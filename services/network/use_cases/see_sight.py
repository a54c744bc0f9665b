"""See what one member of a family's network may see today, and why: for staff, before they print or send anything."""

from dataclasses import dataclass
from datetime import date

from services.network.domain.cases import Case
from services.network.domain.child_voice import VoiceId
from services.network.domain.commitments import CommitmentId
from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.domain.releases import RecordClass, Thing, ThingKind, Viewer, Why, why
from services.network.domain.separation import without_separated
from services.network.domain.statements import StatementId
from services.network.storage import commitments
from services.network.use_cases.see_shared_words import see_shared_words
from shared.db.unit import Unit
from shared.kernel.access import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a member may see on a day. `may_name` are the people whom something made for them may name: nobody else is for them.

    A statement comes with the number of the version they were told.
    """

    viewer: Viewer
    on: date
    things: dict[ThingKind, Why]
    records: dict[RecordClass, Why]
    commitments: tuple[CommitmentId, ...]
    statements: tuple[tuple[StatementId, int], ...]
    voices: tuple[VoiceId, ...]
    may_name: tuple[PersonId, ...]


async def see_sight(unit: Unit, case: Case, member_id: MemberId, *, caller: Caller, today: date) -> Sight:
    """Return what a present member may see; the look is on record.

    The same questions are asked, whoever is kept apart from whom: not even the time it takes tells of anybody.
    """
    words = await see_shared_words(unit, case, member_id, caller=caller, today=today)
    ground, viewer = words.ground, words.ground.viewer
    promised = await commitments.list_open_of_member(unit, member_id)
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
        commitments=tuple(each.id for each in promised),
        statements=tuple((each.statement.id, each.version.number) for each in words.told),
        voices=tuple(each.id for each in words.voices),
        may_name=tuple(without_separated(others, viewer.person_id, viewer.apart, today)) if viewer.takes_part else (),
    )
