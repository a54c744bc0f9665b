"""Shapes of children's own words, and of all that one member may read."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.network.domain.audience import Visibility
from services.network.domain.child_voice import ChildVoice, Room, Saying, VoiceKind
from services.network.domain.part2_words import gives_away
from services.network.domain.people import PersonId
from services.network.domain.statements import StatementKind
from services.network.use_cases.see_shared_words import SharedWords
from services.network.use_cases.word_commands import RecordVoice
from services.network.web.schemas.releases import NoticeOut, part2_notice
from services.network.web.schemas.words import Members, Words, audience_from
from shared.web import fields
from shared.web.fields import Day, Instant, Language, Model, PublicId, StaffId

VoiceIdField = Annotated[UUID, PublicId("voi")]

Staff = Annotated[list[StaffId], Field(max_length=50)]


class SayingIn(Model):
    """What a child said in one room, in the child's own words."""

    room: Room
    words: Words


class VoiceIn(Model):
    """What a child said. Words only: there is no place for pictures here.

    Three houses have the rooms `good_things`, `worries` and `dreams`; a safety house `inside`, `visitors`, `not_safe`, `rules` and
    `path`; a `safe_signal`, a word or an object by which the child calls for help, has `signal` and is always `restricted_persons`.
    """

    child_id: fields.PersonId
    kind: VoiceKind
    sayings: Annotated[list[SayingIn], Field(min_length=1, max_length=10)]
    language: Language = "en"
    said_on: Day
    visibility: Visibility = Visibility.TEAM
    member_ids: Members = Field(default_factory=list)
    staff_ids: Staff = Field(default_factory=list)


class VoicePatch(Model):
    """Who may see a child's words from now on. The words stay as they were said: a new talk is a new record."""

    visibility: Visibility
    member_ids: Members = Field(default_factory=list)
    staff_ids: Staff = Field(default_factory=list)


class SayingOut(Model):
    """What a child said in one room."""

    room: Room
    words: str


class VoiceReleaseOut(Model):
    """That a worker let a parent see a child's words."""

    member_id: fields.MemberId
    released_at: Instant
    released_by: str


class VoiceOut(Model):
    """A child's own words."""

    id: VoiceIdField
    case_id: fields.CaseId
    child_id: fields.PersonId
    kind: VoiceKind
    sayings: list[SayingOut]
    language: str
    said_on: date
    recorded_by: str
    visibility: Visibility
    member_ids: list[fields.MemberId]
    staff_ids: list[str]
    released_to: list[VoiceReleaseOut]
    updated_at: Instant
    etag: str


class ToldStatementOut(Model):
    """A statement as a member was told it: that version's words, which may not be the newest."""

    statement_id: fields.StatementId
    number: int
    is_newest: bool
    kind: StatementKind
    text: str
    language: str
    impact: str


class SharedVoiceOut(Model):
    """A child's words that a member may read."""

    child_id: fields.PersonId
    kind: VoiceKind
    sayings: list[SayingOut]
    language: str
    said_on: date


class SharedWordsOut(Model):
    """All that one member may read of the family's words; `notice` goes with what tells of treatment, by a Part 2 consent."""

    member_id: fields.MemberId
    statements: list[ToldStatementOut]
    child_voice: list[SharedVoiceOut]
    notice: NoticeOut | None = None


def record_voice_from(body: VoiceIn) -> RecordVoice:
    """Read the order to keep a child's words."""
    return RecordVoice(
        child_id=PersonId(body.child_id),
        kind=body.kind,
        sayings=tuple(Saying(room=each.room, words=each.words) for each in body.sayings),
        language=body.language,
        said_on=body.said_on,
        audience=audience_from(body.visibility, body.member_ids, body.staff_ids),
    )


def voice_out(voice: ChildVoice) -> VoiceOut:
    """Write a child's words."""
    return VoiceOut(
        id=voice.id,
        case_id=voice.case_id,
        child_id=voice.child_id,
        kind=voice.kind,
        sayings=_sayings_out(voice),
        language=voice.language,
        said_on=voice.said_on,
        recorded_by=voice.recorded_by,
        visibility=voice.audience.visibility,
        member_ids=sorted(voice.audience.member_ids),
        staff_ids=sorted(voice.audience.staff_ids),
        released_to=[
            VoiceReleaseOut(member_id=each.member_id, released_at=each.released_at, released_by=each.released_by)
            for each in voice.releases
        ],
        updated_at=voice.updated_at,
        etag=f'"{voice.version}"',
    )


def _sayings_out(voice: ChildVoice) -> list[SayingOut]:
    return [SayingOut(room=each.room, words=each.words) for each in voice.sayings]


def shared_words_out(shared: SharedWords) -> SharedWordsOut:
    """Write what one member may read: nothing of who else may, who wrote it, or why."""
    return SharedWordsOut(
        member_id=shared.member.id,
        statements=[
            ToldStatementOut(
                statement_id=each.statement.id,
                number=each.version.number,
                is_newest=each.version.number == each.statement.current.number,
                kind=each.version.kind,
                text=each.version.wording.text,
                language=each.version.wording.language,
                impact=each.version.wording.impact,
            )
            for each in shared.told
        ],
        child_voice=[
            SharedVoiceOut(
                child_id=voice.child_id,
                kind=voice.kind,
                sayings=_sayings_out(voice),
                language=voice.language,
                said_on=voice.said_on,
            )
            for voice in shared.voices
        ],
        notice=part2_notice(gives_away(_texts_of(shared))),
    )


def _texts_of(shared: SharedWords) -> list[str]:
    told = [text for each in shared.told for text in (each.version.wording.text, each.version.wording.impact)]
    return [*told, *(saying.words for voice in shared.voices for saying in voice.sayings)]
