"""Gather the calls to make: who, at which number, about which meeting, and what may be said."""

import asyncio
from dataclasses import dataclass, replace

from services.portal.domain.families import Person, kept_apart
from services.portal.domain.meetings import CallTask, Meeting, Participant
from services.portal.domain.table import teller
from services.portal.gateways.calling import if_allowed, unless_away
from services.portal.gateways.meetings import Meetings
from services.portal.gateways.network import Network
from services.portal.gateways.notify import Notify

AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the task, the person and their numbers, or where to post a letter, and the meeting it is about.

    `through` is who passes it on: to a young child, or to somebody who is reached through them; then the numbers are theirs.
    """

    task: CallTask
    person: Person | None
    numbers: tuple[str, ...]
    meeting: Meeting | None
    through: Person | None = None
    addresses: tuple[str, ...] = ()

    @property
    def participant(self) -> Participant | None:
        """The person's place in the meeting: an answer heard on the phone is recorded there."""
        if self.meeting is None or not self.meeting.is_ahead:
            return None
        return next((one for one in self.meeting.people if one.person_id == self.task.person_id), None)


async def show_calls(network: Network, meetings: Meetings, notify: Notify) -> tuple[Call, ...]:
    """Return the open calls, the soonest first."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(task: CallTask) -> Call:
        async with gate:
            # The number of somebody who is reached through another is not asked for: to call it may be what harms them.
            phoned = task.relay_person_id or task.person_id
            person, numbers, (meeting, _) = await asyncio.gather(
                network.person(task.person_id), network.numbers(phoned), unless_away(_meeting(meetings, task), None)
            )
            call = Call(task, person, numbers, meeting)
            if task.relay_person_id is not None:
                return replace(call, through=await network.person(task.relay_person_id))
            if task.way == "letter":
                return replace(call, addresses=await network.addresses(task.person_id))
            return await _through_somebody(network, call) if not numbers and _is_young(call) else call

    tasks = await notify.call_tasks()
    ordered = sorted(tasks, key=lambda task: (task.due_at is None, task.due_at.timestamp() if task.due_at else 0.0, task.id))
    return tuple(await asyncio.gather(*(one(task) for task in ordered)))


def _is_young(call: Call) -> bool:
    return call.participant is not None and call.participant.role == "child"


async def _through_somebody(network: Network, call: Call) -> Call:
    """Return the call to whoever tells a young child, as far as somebody invited may."""
    if call.meeting is None:
        return call
    child, case_id = call.task.person_id, call.meeting.case_id
    rules = await if_allowed(network.separations(case_id), ())
    by = teller(((one.role, one.person_id) for one in call.meeting.people), kept_apart(child, rules))
    if by is None:
        return call
    person, numbers = await asyncio.gather(network.person(by), network.numbers(by))
    return replace(call, through=person, numbers=numbers)


async def _meeting(meetings: Meetings, task: CallTask) -> Meeting | None:
    if not task.subject_id or not task.subject_id.startswith("mtg_"):
        return None
    return await if_allowed(meetings.meeting(task.subject_id), None)
