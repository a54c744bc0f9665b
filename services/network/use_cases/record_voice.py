"""Keep what a child said, and who may see it."""

from datetime import date, datetime

from services.network.domain.audience import Audience
from services.network.domain.cases import Case
from services.network.domain.child_voice import (
    ChildVoice,
    VoiceId,
    check_sayings,
    check_voice_audience,
    released,
    taken_back,
    with_audience,
)
from services.network.domain.members import MemberId
from services.network.storage import child_voices, children, members
from services.network.use_cases.word_commands import RecordVoice
from shared.db.unit import Unit
from shared.kernel.errors import Fault, Invalid
from shared.kernel.sealed import KeyKind, KeyOf


async def record_voice(unit: Unit, case: Case, command: RecordVoice, *, today: date, now: datetime) -> ChildVoice:
    """Keep a child's words in an open family whose row is held. Raises Invalid."""
    check_sayings(command.kind, command.sayings, command.said_on, today=today)
    if command.child_id not in {child.person_id for child in await children.list_of(unit, case.id)}:
        raise Invalid([Fault("not_of_this_family", "Choose a child of this family.", pointer="#/child_id")])
    check_voice_audience(command.kind, command.audience, await _present(unit, case))
    voice = ChildVoice(
        id=VoiceId(unit.new_id()),
        case_id=case.id,
        child_id=command.child_id,
        kind=command.kind,
        sayings=command.sayings,
        language=command.language,
        said_on=command.said_on,
        recorded_by=unit.actor.id,
        audience=command.audience,
        releases=(),
        version=1,
        updated_at=now,
    )
    await child_voices.add(unit, voice)
    _keep_change(unit, None, voice)
    await _audit(unit, "voice.recorded", voice)
    return voice


async def change_voice_audience(unit: Unit, case: Case, voice: ChildVoice, audience: Audience, *, now: datetime) -> ChildVoice:
    """Say anew who may see a child's words whose row is held; releases end with the audience they were given for."""
    check_voice_audience(voice.kind, audience, await _present(unit, case))
    after = with_audience(voice, audience, now=now)
    return await _keep(unit, "voice.audience_changed", voice, after)


async def release_voice(unit: Unit, case: Case, voice: ChildVoice, member_id: MemberId, *, now: datetime) -> ChildVoice:
    """Let a parent see a child's words whose row is held. Raises MayNotBeTold and NothingToRelease."""
    member = await members.get(unit, case.id, member_id)
    return await _keep(unit, "voice.released", voice, released(voice, member, by=unit.actor.id, now=now), member_id)


async def take_back_release(unit: Unit, voice: ChildVoice, member_id: MemberId, *, now: datetime) -> ChildVoice:
    """End what a parent may see of a child's words whose row is held. Raises NotFound where nothing was released."""
    return await _keep(unit, "voice.release_ended", voice, taken_back(voice, member_id, now=now), member_id)


async def remove_voice(unit: Unit, voice: ChildVoice) -> None:
    """Take back a child's words whose row is held: written down for the wrong child, or because the child asked."""
    await child_voices.end(unit, voice)
    _keep_change(unit, voice, None)
    await _audit(unit, "voice.removed", voice)


async def check_belongs(unit: Unit, case: Case, member_id: MemberId) -> None:
    """Raise NotFound unless this is, or was, a member of the family: a release outlives who it was for."""
    await members.check_belongs(unit, case.id, member_id)


async def _present(unit: Unit, case: Case) -> frozenset[MemberId]:
    return frozenset(member.id for member in await members.list_present(unit, case.id))


async def _keep(unit: Unit, deed: str, before: ChildVoice, after: ChildVoice, member_id: MemberId | None = None) -> ChildVoice:
    if after == before:
        return before
    await child_voices.save(unit, after)
    _keep_change(unit, before, after)
    await _audit(unit, deed, after, member_id)
    return after


def _keep_change(unit: Unit, before: ChildVoice | None, after: ChildVoice | None) -> None:
    """Keep who may see the words, never the words: a family's history is open to more people than a child's signal."""
    voice = after or before
    if voice is not None:
        unit.changed(KeyOf(KeyKind.CASE, voice.case_id), "voice", voice.id, before=_facts(before), after=_facts(after))


def _facts(voice: ChildVoice | None) -> dict[str, object] | None:
    if voice is None:
        return None
    return {
        "child_id": voice.child_id,
        "kind": voice.kind,
        "said_on": voice.said_on,
        "visibility": voice.audience.visibility,
        "released_to": [release.member_id for release in voice.releases],
    }


async def _audit(unit: Unit, deed: str, voice: ChildVoice, member_id: MemberId | None = None) -> None:
    details: dict[str, str | int] = {"case_id": str(voice.case_id), "voice_id": str(voice.id)}
    if member_id is not None:
        details["member_id"] = str(member_id)
    await unit.audit(deed, subject_kind="person", subject_id=voice.child_id, details=details)
