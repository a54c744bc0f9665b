"""Gather a meeting's page: each person's answer, what was sent to whom, and replies that wait for somebody."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.portal.domain.families import Family, Person, Roster
from services.portal.domain.meetings import Found, Meeting, Message, Participant, Reply
from services.portal.domain.reach import Reach, reach
from services.portal.gateways.calling import if_allowed, unless_away
from services.portal.gateways.meetings import Meetings
from services.portal.gateways.network import Network
from services.portal.gateways.notify import Notify
from services.portal.use_cases.show_family import Names, names_of

NOBODY = Roster((), ())
MOST_TIMES = 8
MOVE_WITHIN = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person of a meeting: name, answer, how they are reached, and what was sent to them, newest first, reminders last."""

    participant: Participant
    name: str
    person: Person | None
    reach: Reach | None
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What changes while a meeting page is open. `digest` tells whether it has."""

    meeting: Meeting
    lines: tuple[PersonLine, ...]
    waiting: tuple[Reply, ...]
    messages_answer: bool
    names: Names

    @property
    def digest(self) -> str:
        """Return a short name for exactly what is shown."""
        facts = [self.meeting.revision, self.meeting.state]
        facts += [(line.participant.id, line.participant.answer, line.participant.answered_at) for line in self.lines]
        facts += [(one.id, one.state) for line in self.lines for one in line.messages]
        facts += [(one.id, one.outcome) for one in self.waiting]
        return hashlib.sha256(repr((facts, self.messages_answer)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Seen:
    """A meeting's page. A facilitator may see the meeting and not the family."""

    answers: Answers
    family: Family | None
    roster: Roster

    @property
    def meeting(self) -> Meeting:
        """The meeting itself."""
        return self.answers.meeting


async def show_meeting(network: Network, meetings: Meetings, notify: Notify, meeting_id: str) -> Seen:
    """Return everything about one meeting that its page shows."""
    meeting = await meetings.meeting(meeting_id)
    family, roster = await asyncio.gather(
        if_allowed(network.family(meeting.case_id), None), if_allowed(network.roster(meeting.case_id), NOBODY)
    )
    names = await names_of(network, meetings, roster, [one.person_id for one in meeting.people])
    return Seen(await _answers(meetings, notify, meeting, names), family, roster)


async def answers_of(network: Network, meetings: Meetings, notify: Notify, meeting_id: str) -> Answers:
    """Return the part of the page that changes by itself."""
    return (await show_meeting(network, meetings, notify, meeting_id)).answers


async def _answers(meetings: Meetings, notify: Notify, meeting: Meeting, names: Names) -> Answers:
    (messages, answered), (replies, _) = await asyncio.gather(
        unless_away(if_allowed(notify.messages(meeting.id), ()), ()),
        unless_away(if_allowed(meetings.replies(meeting.id), ()), ()),
    )
    lines = tuple(_line(one, names, messages) for one in sorted(meeting.people, key=lambda one: (not one.required, one.id)))
    waiting = tuple(sorted((one for one in replies if one.waits_for_staff), key=lambda one: (one.received_at, one.id)))
    await names.learn([one.person_id for one in waiting if one.person_id])
    return Answers(meeting, lines, waiting, answered, names)


def _line(participant: Participant, names: Names, messages: Sequence[Message]) -> PersonLine:
    person = names.people.get(participant.person_id)
    theirs = [one for one in messages if one.person_id == participant.person_id]
    newest = sorted(
        theirs, key=lambda one: (not one.kind.startswith("reminder") and one.state != "cancelled", _when(one)), reverse=True
    )
    return PersonLine(participant, names.name(participant.person_id), person, reach(person) if person else None, tuple(newest))


def _when(message: Message) -> datetime:
    return message.finished_at or message.due_at or datetime.min.replace(tzinfo=UTC)


def move_question(meeting: Meeting, *, today: date) -> Mapping[str, Any]:
    """Return the question for another time for the same people and places."""
    asked: dict[str, Any] = {
        "case_id": meeting.case_id,
        "children": list(meeting.children),
        "participants": [
            {"person_id": one.person_id, "role": one.role, "required": one.required, "mode": one.mode}
            for one in meeting.people
            if one.role not in {"facilitator", "interpreter"}
        ],
        "minutes": meeting.minutes,
        "time_zone": meeting.time_zone,
        "earliest_on": today.isoformat(),
        "latest_on": (today + MOVE_WITHIN).isoformat(),
        "room": {"needed": True, "resource_id": meeting.room_id} if meeting.room_id else {"needed": False},
        "moving": meeting.id,
        "limit": MOST_TIMES,
    }
    if meeting.facilitator_id:
        asked["facilitator"] = {"resource_id": meeting.facilitator_id}
    return asked


async def other_times(meetings: Meetings, meeting: Meeting, *, today: date) -> Found:
    """Return times at which this meeting could be instead."""
    found = await meetings.find_times(move_question(meeting, today=today))
    return replace(found, times=tuple(one for one in found.times if one.starts_local != meeting.starts_local))
