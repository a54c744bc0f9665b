"""Handlers about circles: qualities and vetting, moves, the prompt list, how a network stands, and relatives' notices."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from services.network.domain.cases import CaseId
from services.network.domain.kin_notices import KinNoticeId
from services.network.domain.members import MemberId, Quality
from services.network.domain.prompts import Prompt
from services.network.use_cases.check_danger import as_shared
from services.network.use_cases.record_quality import lose_quality, record_quality
from services.network.use_cases.see_case import hold_open_case, see_case
from services.network.use_cases.see_kin_notices import SeenNotice, see_kin_notice, see_kin_notices, see_owed_notices
from services.network.use_cases.see_network import see_circle_moves, see_network
from services.network.use_cases.see_prompts import look_into_prompt, see_prompts
from services.network.use_cases.see_qualities import see_qualities
from services.network.use_cases.see_roster import hold_member, see_member
from services.network.use_cases.track_kin_notice import change_kin_notice, hold_kin_notice, track_kin_notice
from services.network.use_cases.vet_member import vet_member
from services.network.web.county import today_of
from services.network.web.schemas.circles import (
    circle_move_out,
    kin_notice_out,
    network_out,
    notice_changes_from,
    prompt_out,
    qualities_out,
    seen_quality_from,
    track_kin_notice_from,
    vetting_from,
)
from services.network.web.schemas.roster import member_out
from services.network.web.schemas.values import place_from, place_of
from shared.db.unit import Unit
from shared.kernel.errors import NotFound
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, ok, page

Word = TypeVar("Word", bound=StrEnum)


async def get_network(unit: Unit, call: Call) -> Reply:
    """See whether a family's network can carry a plan, and what to know about it."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    return ok(network_out(case.id, await see_network(unit, case, today=today_of(unit, call))))


async def get_circle_moves(unit: Unit, call: Call) -> Reply:
    """List how a member moved between circles and came to know more, newest first."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    before = UUID(call.page_place[0]) if call.page_place else None
    moves = await see_circle_moves(unit, case, MemberId(call.ids["member_id"]), before=before, limit=call.query.limit)
    is_full = len(moves) == call.query.limit
    return page([circle_move_out(move) for move in moves], next=[str(moves[-1].id)] if is_full else None)


async def get_qualities(unit: Unit, call: Call) -> Reply:
    """List what is on record of every member's four qualities, and which worry each was told."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    found = await see_qualities(unit, case, after=place_from(call.page_place), limit=call.query.limit)
    is_full = len(found) == call.query.limit
    last = place_of(found[-1].member.updated_at, found[-1].member.id) if is_full else None
    return page([qualities_out(each) for each in found], next=last)


async def put_quality(unit: Unit, call: Call) -> Reply:
    """Record that a quality of a member was seen."""
    today = today_of(unit, call)
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    member = await hold_member(unit, case, MemberId(call.ids["member_id"]))
    if call.if_match:
        call.require_match(str(member.version))
    seen = seen_quality_from(call.body, _word(Quality, call.words["quality"]), by=call.staff.staff_id, today=today)
    seen = await as_shared(unit, case.id, seen)
    after = await record_quality(unit, member, seen, today=today, now=unit.now)
    return ok(member_out(await see_member(unit, after), today), etag=str(after.version))


async def delete_quality(unit: Unit, call: Call) -> Reply:
    """Record that a quality of a member holds no longer; an active member lapses."""
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    member = await hold_member(unit, case, MemberId(call.ids["member_id"]))
    call.require_match(str(member.version))
    after = await lose_quality(unit, member, _word(Quality, call.words["quality"]), now=unit.now)
    return ok(member_out(await see_member(unit, after), today_of(unit, call)), etag=str(after.version))


async def put_vetting(unit: Unit, call: Call) -> Reply:
    """Record what looking into a member came to."""
    today = today_of(unit, call)
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    member = await hold_member(unit, case, MemberId(call.ids["member_id"]))
    if call.if_match:
        call.require_match(str(member.version))
    vetting = vetting_from(call.body, by=call.staff.staff_id, today=today)
    after = await vet_member(unit, member, vetting, now=unit.now)
    return ok(member_out(await see_member(unit, after), today), etag=str(after.version))


async def get_prompts(unit: Unit, call: Call) -> Reply:
    """List where forgotten people may be found: who is there, and where nobody has looked."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    return page([prompt_out(answer) for answer in await see_prompts(unit, case)])


async def put_prompt(unit: Unit, call: Call) -> Reply:
    """Record that somebody looked and found nobody."""
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    prompt = _word(Prompt, call.words["prompt"])
    return ok(prompt_out(await look_into_prompt(unit, case, prompt, call.body.note, caller=call.staff, now=unit.now)))


async def post_kin_notice(unit: Unit, call: Call) -> Reply:
    """Track the notice that a relative is owed about a child."""
    today = today_of(unit, call)
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    notice = await track_kin_notice(unit, case, track_kin_notice_from(call.body), caller=call.staff, today=today, now=unit.now)
    location = f"/v1/cases/{spell('case', case.id)}/kin-notices/{spell('kin', notice.id)}"
    return created(kin_notice_out(await see_kin_notice(unit, notice), today), location=location, etag=str(notice.version))


async def get_kin_notices(unit: Unit, call: Call) -> Reply:
    """List the notices that the relatives of a family's children are owed."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    after = UUID(call.page_place[0]) if call.page_place else None
    found = await see_kin_notices(unit, case, after=after, limit=call.query.limit)
    return _notices(unit, call, found, next=[str(found[-1].notice.id)] if len(found) == call.query.limit else None)


async def get_owed_notices(unit: Unit, call: Call) -> Reply:
    """List the notices still owed in all families of the caller, the first due first."""
    place = call.page_place
    after = (date.fromisoformat(place[0]), UUID(place[1])) if place else None
    query = call.query
    found = await see_owed_notices(unit, caller=call.staff, due_before=query.due_before, after=after, limit=query.limit)
    is_full = len(found) == query.limit
    return _notices(unit, call, found, next=[str(found[-1].notice.due_on), str(found[-1].notice.id)] if is_full else None)


async def patch_kin_notice(unit: Unit, call: Call) -> Reply:
    """Record how far a notice has come."""
    today = today_of(unit, call)
    case = await hold_open_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    notice = await hold_kin_notice(unit, case, KinNoticeId(call.ids["kin_notice_id"]))
    call.require_match(str(notice.version))
    after = await change_kin_notice(unit, notice, notice_changes_from(call.body), today=today, now=unit.now)
    return ok(kin_notice_out(await see_kin_notice(unit, after), today), etag=str(after.version))


def _notices(unit: Unit, call: Call, found: Sequence[SeenNotice], *, next: Sequence[Any] | None) -> Reply:
    today = today_of(unit, call)
    return page([kin_notice_out(seen, today) for seen in found], next=next)


def _word(kind: type[Word], given: str) -> Word:
    """Read a word of a path. Raises NotFound for one that is none of its kind."""
    try:
        return kind(given)
    except ValueError as error:
        raise NotFound from error
