"""Look at children's own words. What is for few is not there for anybody else; each look is on record with the child."""

from datetime import datetime
from uuid import UUID

from services.network.domain.audience import admits_staff
from services.network.domain.cases import Case
from services.network.domain.child_voice import ChildVoice, VoiceId
from services.network.storage import child_voices
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.errors import NotFound


async def see_voice(unit: Unit, case: Case, voice_id: VoiceId, *, caller: Caller) -> ChildVoice:
    """Return a child's words that the caller may read. Raises NotFound for others, as for none."""
    return await _seen(unit, await child_voices.get(unit, case.id, voice_id), caller)


async def hold_voice(unit: Unit, case: Case, voice_id: VoiceId, *, caller: Caller) -> ChildVoice:
    """The same, and hold the row for a change."""
    return await _seen(unit, await child_voices.get_for_update(unit, case.id, voice_id), caller)


async def see_voices(
    unit: Unit, case: Case, *, caller: Caller, after: tuple[datetime, UUID] | None, limit: int
) -> list[ChildVoice]:
    """Return a page of the children's words of a family that the caller may read."""
    found = await child_voices.list_for_staff(unit, case.id, caller, after=after, limit=limit)
    for voice in found:
        await _look(unit, voice)
    return found


async def _seen(unit: Unit, voice: ChildVoice, caller: Caller) -> ChildVoice:
    if not admits_staff(voice.audience, caller, recorded_by=voice.recorded_by):
        raise NotFound.hiding("case", voice.case_id)
    await _look(unit, voice)
    return voice


async def _look(unit: Unit, voice: ChildVoice) -> None:
    details = {"case_id": str(voice.case_id), "voice_id": str(voice.id)}
    await unit.audit("voice.read", subject_kind="person", subject_id=voice.child_id, details=details)
