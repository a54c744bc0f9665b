"""See what one member may read: the statements they were told, in the version they were told, and a child's words open to them.

It is what a page for this member may show or print, and nothing else of the family's words (WIC 827; DOMAIN §5.1).
"""

from dataclasses import dataclass, replace
from datetime import date

from services.network.domain.audience import admits_member
from services.network.domain.cases import Case
from services.network.domain.child_voice import ChildVoice, may_read
from services.network.domain.members import Member, MemberId
from services.network.domain.statements import Version
from services.network.storage import child_voices, statements, tellings
from services.network.storage.statements import ToldVersion
from services.network.use_cases.stand_for_member import Ground, stand_for_member
from shared.db.unit import Unit
from shared.kernel.access import Caller


@dataclass(frozen=True, slots=True)
class SharedWords:
    """What one member may read, and the ground on which that was decided."""

    ground: Ground
    member: Member
    told: list[ToldVersion]
    voices: list[ChildVoice]


async def see_shared_words(unit: Unit, case: Case, member_id: MemberId, *, caller: Caller, today: date) -> SharedWords:
    """Return what a member of a family that the caller sees may read. A child's words that the caller may not read stay out.

    So do words about, or of, somebody from whom the member is kept apart; and those that tell of treatment are put in others.
    """
    ground = await stand_for_member(unit, case, member_id, today=today)
    member = ground.member
    known = await tellings.list_newest_told(unit, case.id, member.id)
    told = await statements.list_numbers(unit, case.id, known)
    voices = await child_voices.list_all(unit, case.id, caller)
    await unit.audit("shared_words.read", subject_kind="person", subject_id=member.person_id, details={"case_id": str(case.id)})
    return SharedWords(
        ground,
        member,
        [
            replace(each, version=_shown(ground, each.version, today))
            for each in told
            if admits_member(each.statement.audience, member) and _may_hold(ground, each.version, today)
        ],
        [
            _shown_voice(ground, voice, today)
            for voice in voices
            if may_read(voice, member) and _may_hold_voice(ground, voice, today)
        ],
    )


def _shown(ground: Ground, version: Version, today: date) -> Version:
    wording = version.wording
    text, impact = (ground.shown(each, today=today) for each in (wording.text, wording.impact))
    return replace(version, wording=replace(wording, text=text, impact=impact))


def _shown_voice(ground: Ground, voice: ChildVoice, today: date) -> ChildVoice:
    return replace(voice, sayings=tuple(replace(each, words=ground.shown(each.words, today=today)) for each in voice.sayings))


def _may_hold(ground: Ground, version: Version, today: date) -> bool:
    wording = version.wording
    actor = None if wording.actor_id is None else ground.places.get(wording.actor_id)
    return ground.may_share(wording.text, wording.impact, tells_of=actor, today=today)


def _may_hold_voice(ground: Ground, voice: ChildVoice, today: date) -> bool:
    return ground.may_share(*(saying.words for saying in voice.sayings), tells_of=voice.child_id, today=today)
