"""Handlers about children's own words."""

from services.network.domain.cases import Case, CaseId
from services.network.domain.child_voice import ChildVoice, VoiceId
from services.network.domain.members import MemberId
from services.network.use_cases.record_voice import (
    change_voice_audience,
    check_belongs,
    record_voice,
    release_voice,
    remove_voice,
    take_back_release,
)
from services.network.use_cases.see_case import hold_open_case, see_case
from services.network.use_cases.see_voices import hold_voice, see_voice, see_voices
from services.network.web.county import today_of
from services.network.web.schemas.child_voice import record_voice_from, voice_out
from services.network.web.schemas.values import place_from, place_of
from services.network.web.schemas.words import audience_from
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, no_content, ok, page


async def post_voice(unit: Unit, call: Call) -> Reply:
    """Keep what a child said, in the child's own words. Words only, no pictures."""
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    voice = await record_voice(unit, case, record_voice_from(call.body), today=today_of(unit, call), now=unit.now)
    location = f"/v1/cases/{spell('case', case.id)}/child-voice/{spell('voi', voice.id)}"
    return created(voice_out(voice), location=location, etag=str(voice.version))


async def get_voices(unit: Unit, call: Call) -> Reply:
    """List the children's words that the caller may read."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    found = await see_voices(unit, case, caller=call.staff, after=place_from(call.page_place), limit=call.query.limit)
    is_full = len(found) == call.query.limit
    return page([voice_out(each) for each in found], next=place_of(found[-1].updated_at, found[-1].id) if is_full else None)


async def get_voice(unit: Unit, call: Call) -> Reply:
    """Read what a child said."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    voice = await see_voice(unit, case, VoiceId(call.ids["voice_id"]), caller=call.staff)
    return ok(voice_out(voice), etag=str(voice.version))


async def patch_voice(unit: Unit, call: Call) -> Reply:
    """Say anew who may see a child's words; what was released to parents ends."""
    case, voice = await _held(unit, call)
    call.require_match(str(voice.version))
    audience = audience_from(call.body.visibility, call.body.member_ids, call.body.staff_ids)
    after = await change_voice_audience(unit, case, voice, audience, now=unit.now)
    return ok(voice_out(after), etag=str(after.version))


async def delete_voice(unit: Unit, call: Call) -> Reply:
    """Take back a child's words."""
    _, voice = await _held(unit, call)
    call.require_match(str(voice.version))
    await remove_voice(unit, voice)
    return no_content()


async def put_release(unit: Unit, call: Call) -> Reply:
    """Let a parent see a child's words."""
    case, voice = await _held(unit, call)
    after = await release_voice(unit, case, voice, MemberId(call.ids["member_id"]), now=unit.now)
    return ok(voice_out(after))


async def delete_release(unit: Unit, call: Call) -> Reply:
    """End what a parent may see of a child's words."""
    case, voice = await _held(unit, call)
    member_id = MemberId(call.ids["member_id"])
    await check_belongs(unit, case, member_id)
    call.require_match(str(voice.version))
    await take_back_release(unit, voice, member_id, now=unit.now)
    return no_content()


async def _held(unit: Unit, call: Call) -> tuple[Case, ChildVoice]:
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    return case, await hold_voice(unit, case, VoiceId(call.ids["voice_id"]), caller=call.staff)
