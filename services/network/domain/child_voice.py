"""A child's own words: the Three Houses, the Safety House, and a signal by which the child can call for help (DOMAIN §2.3, §4.6).

Words only: drawings stay on paper or in the county's own records. They are kept as they were said; a new talk is a new record.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.network.domain.audience import Audience, Visibility, admits_member, check_audience
from services.network.domain.caregivers import is_parent
from services.network.domain.cases import CaseId
from services.network.domain.members import Member, MemberId, MemberState
from services.network.domain.people import PersonId
from services.network.domain.word_errors import MayNotBeTold, NothingToRelease
from shared.kernel.errors import Fault, Invalid, NotFound

VoiceId = NewType("VoiceId", UUID)


class VoiceKind(StrEnum):
    """By which tool a child spoke. A `safe_signal` is a word or an object that says "I am in danger"; it is always restricted."""

    THREE_HOUSES = "three_houses"
    SAFETY_HOUSE = "safety_house"
    SAFE_SIGNAL = "safe_signal"


class Room(StrEnum):
    """Where the words belong: three houses (Weld 2008), the parts of a Safety House (Parker), or the signal itself."""

    GOOD_THINGS = "good_things"
    WORRIES = "worries"
    DREAMS = "dreams"
    INSIDE = "inside"
    VISITORS = "visitors"
    NOT_SAFE = "not_safe"
    RULES = "rules"
    PATH = "path"
    SIGNAL = "signal"


ROOMS: Mapping[VoiceKind, frozenset[Room]] = {
    VoiceKind.THREE_HOUSES: frozenset({Room.GOOD_THINGS, Room.WORRIES, Room.DREAMS}),
    VoiceKind.SAFETY_HOUSE: frozenset({Room.INSIDE, Room.VISITORS, Room.NOT_SAFE, Room.RULES, Room.PATH}),
    VoiceKind.SAFE_SIGNAL: frozenset({Room.SIGNAL}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What a child said in one room."""

    room: Room
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """That a worker let a parent see a child's words."""

    member_id: MemberId
    released_at: datetime
    released_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildVoice:
    """What a child said on a county-local day, in which language, and who may see it."""

    id: VoiceId
    case_id: CaseId
    child_id: PersonId
    kind: VoiceKind
    sayings: tuple[Saying, ...]
    language: str
    said_on: date
    recorded_by: str
    audience: Audience
    releases: tuple[Release, ...]
    version: int
    updated_at: datetime


def check_sayings(kind: VoiceKind, sayings: tuple[Saying, ...], said_on: date, *, today: date) -> None:
    """Refuse rooms that the tool does not have, one room twice, and a day to come."""
    faults = []
    rooms = [each.room for each in sayings]
    for index, room in enumerate(rooms):
        if room not in ROOMS[kind]:
            faults.append(Fault("room_unknown", "Choose a room of this house.", pointer=f"#/sayings/{index}/room"))
        elif room in rooms[:index]:
            faults.append(Fault("duplicate", "This room stands here already. Keep one.", pointer=f"#/sayings/{index}/room"))
    if said_on > today:
        faults.append(Fault("in_the_future", "Choose today or an earlier day.", pointer="#/said_on"))
    if faults:
        raise Invalid(faults)


def check_voice_audience(kind: VoiceKind, audience: Audience, present: frozenset[MemberId]) -> None:
    """Refuse a signal for help that more can read than those whom the child or the worker picked."""
    if kind is VoiceKind.SAFE_SIGNAL and audience.visibility is not Visibility.RESTRICTED_PERSONS:
        raise Invalid(
            [
                Fault(
                    "restricted_only",
                    "Name the persons who may know the child's signal: restricted_persons.",
                    pointer="#/visibility",
                )
            ]
        )
    check_audience(audience, present)


def may_read(voice: ChildVoice, member: Member) -> bool:
    """Say whether a member may see a child's words: the child always, a parent only when a worker released them."""
    if member.state is MemberState.EXCLUDED:
        return False
    if member.person_id == voice.child_id:
        return True
    released = member.id in {release.member_id for release in voice.releases}
    return admits_member(voice.audience, member) and (released or not is_parent(member.standing))


def released(voice: ChildVoice, member: Member, *, by: str, now: datetime) -> ChildVoice:
    """Return the words released to a parent who is among those who may see them; doing it twice changes nothing.

    Raises MayNotBeTold, and NothingToRelease for everybody else.
    """
    if not is_parent(member.standing):
        raise NothingToRelease
    if not admits_member(voice.audience, member):
        raise MayNotBeTold
    if member.id in {release.member_id for release in voice.releases}:
        return voice
    release = Release(member_id=member.id, released_at=now, released_by=by)
    return replace(voice, releases=(*voice.releases, release), version=voice.version + 1, updated_at=now)


def taken_back(voice: ChildVoice, member_id: MemberId, *, now: datetime) -> ChildVoice:
    """Return the words no longer released to a parent. Raises NotFound where nothing was."""
    left = tuple(release for release in voice.releases if release.member_id != member_id)
    if left == voice.releases:
        raise NotFound
    return replace(voice, releases=left, version=voice.version + 1, updated_at=now)


def with_audience(voice: ChildVoice, audience: Audience, *, now: datetime) -> ChildVoice:
    """Return the words for another audience. Releases end with it: whoever changes who may see decides about parents anew."""
    if audience == voice.audience:
        return voice
    return replace(voice, audience=audience, releases=(), version=voice.version + 1, updated_at=now)
