"""Move a meeting: what it held is released and what it needs is claimed in one transaction, never in two."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from services.meetings.domain.meetings import Invitee, Meeting
from services.meetings.domain.resources import Resource
from services.meetings.domain.revisions import move
from services.meetings.storage import resources
from services.meetings.storage.meetings import Kept
from services.meetings.use_cases.check_booking import check_apart, check_time, chosen, claim, gone_from, invitee_for, place_of
from services.meetings.use_cases.commands import MoveMeeting, Pools
from services.meetings.use_cases.county import CountyFacts
from services.meetings.use_cases.revise import revise
from services.meetings.use_cases.see_family import family_of
from shared.db.unit import Unit
from shared.kernel.access import Caller


async def move_meeting(unit: Unit, kept: Kept, command: MoveMeeting, *, caller: Caller, county: CountyFacts) -> Kept:
    """Put a meeting whose row is held at another time, and tell everyone. Answers start anew."""
    meeting = kept.meeting
    family = await family_of(unit, meeting)
    pools = Pools(
        facilitator_id=command.facilitator_id or meeting.facilitator_id,
        room_id=None if command.gives_up_room else command.room_id or meeting.room_id,
        interpreter_ids=meeting.interpreter_ids if command.interpreter_ids is None else command.interpreter_ids,
    )
    picked = await chosen(unit, pools)
    joining, leaving = await _change_of_hands(unit, meeting, pools, picked)
    gone = await gone_from(unit, family, meeting)
    same_room = pools.room_id == meeting.room_id
    revision = move(
        meeting,
        starts_local=command.starts_local,
        now=unit.now,
        time_zone=command.time_zone,
        minutes=command.minutes,
        place=None if same_room and command.place is None else await place_of(unit, command.place, picked),
        facilitator_id=pools.facilitator_id,
        room_id=pools.room_id,
        interpreter_ids=pools.interpreter_ids,
        joining=joining,
        leaving=[*leaving, *(one for one in gone if one not in leaving)],
    )
    moved = revision.meeting
    late = await check_time(unit, moved, family, picked, excuses=command.excuses, caller=caller, county=county)
    await check_apart(unit, moved, family)
    await claim(unit, moved, picked, hold_id=command.hold_id)
    after = await revise(unit, replace(kept, after_due_reason=late), revision)
    details: dict[str, str | int] = {"revision": moved.revision, "after_due": int(bool(late))}
    await unit.audit("meeting.moved", subject_kind="meeting", subject_id=meeting.meeting_id, details=details)
    return after


async def _change_of_hands(
    unit: Unit, meeting: Meeting, pools: Pools, picked: Collection[Resource]
) -> tuple[list[Invitee], list[UUID]]:
    """Return who joins and who leaves because another facilitator or interpreter was chosen."""
    before = Pools(facilitator_id=meeting.facilitator_id, interpreter_ids=meeting.interpreter_ids)
    gone = before.resource_ids - pools.resource_ids
    gone_people = {one.person_id for one in await resources.list_known(unit, gone)}
    there = {one.person_id: one for one in meeting.people}
    modes = {one.mode for one in meeting.people}
    joining = []
    staying = set()
    for resource in picked:
        invitee = invitee_for(unit, resource, modes)
        if invitee is None:
            continue
        staying.add(invitee.person_id)
        if invitee.person_id not in there:
            joining.append(invitee)
    leaving = [one.participant_id for one in meeting.people if one.person_id in gone_people - staying]
    return joining, leaving
