"""What comes in and goes out: messages, calls to make, and what the page behind a personal link shows.

Numbers, safe words and what a message said are in an answer only for callers with the scope `people.contact.read`.
"""

from enum import StrEnum
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from services.notify.domain.call_tasks import TaskOutcome, TaskState
from services.notify.domain.entries import may_answer
from services.notify.domain.messages import Kind, State, Way
from services.notify.gateways.letters import programme_of, zone_name
from services.notify.storage.messages import Listed
from services.notify.use_cases.open_link import Opened
from services.notify.use_cases.see_call_tasks import SeenTask
from services.notify.use_cases.see_messages import Read
from services.notify.use_cases.show_promises import shown
from services.notify.web.promise_schemas import PromiseOut, promise_out
from shared.db.unit import Unit
from shared.events.entries import Answer, Mode
from shared.events.notify import SubjectKind
from shared.kernel.ids import read, spell
from shared.kernel.wall import at_wall
from shared.settings import County
from shared.web import fields
from shared.web.fields import (
    CaseId,
    CommitmentId,
    Instant,
    Language,
    LocalTime,
    MeetingId,
    MessageId,
    Model,
    PageQuery,
    PersonId,
    TaskId,
    ZoneName,
)

PREFIXES: Final = {
    "person_id": "per",
    "message_id": "msg",
    "task_id": "task",
    "endpoint_id": "wh",
    "delivery_id": "del",
    "commitment_id": "com",
}

_PREFIX_OF: Final = {SubjectKind.MEETING: "mtg", SubjectKind.COMMITMENT: "com", SubjectKind.PERSON: "per"}

CONTACT_READ: Final = "people.contact.read"


def _read_subject(value: object) -> UUID:
    """Read the id of a meeting or of a commitment."""
    found = [read(prefix, value) for prefix in ("mtg", "com")] if isinstance(value, str) else []
    known = [each for each in found if each is not None]
    if not known:
        fields.refuse("id_invalid", "Use an id that begins with mtg_ or com_.")
    return known[0]


SubjectId = Annotated[
    UUID,
    BeforeValidator(_read_subject),
    fields.Shape(
        {
            "type": "string",
            "pattern": "^(mtg|com)_[0-9a-f]{32}$",
            "examples": ["mtg_01939b2c5e7a7c3d8f4a1b2c3d4e5f60"],
        }
    ),
]
Words = Annotated[str, fields.Text(2000, lines=True)]
CallNote = Annotated[str, fields.Text(2000, lines=True, may_be_blank=True)]


class MessagesQuery(PageQuery):
    """Of which meeting or commitment."""

    subject_id: SubjectId


class MessageOut(Model):
    """One thing that one person was or will be told. `sequence` is the calendar number it carries."""

    id: MessageId
    person_id: PersonId
    kind: Kind
    channel: Way
    state: State
    reason: str
    sequence: int
    segments: int
    due_at: Instant
    finished_at: Instant | None


class MessageWordsOut(MessageOut):
    """One message with what it said, when it last left."""

    language: str
    subject: str | None
    text: str | None
    sms: str | None


class Status(StrEnum):
    """Which calls."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"
    ALL = "all"


class TasksQuery(PageQuery):
    """Which calls to list."""

    status: Status = Status.OPEN


class CallTaskOut(Model):
    """A call to make, or a letter to post. `subject_id` is the meeting or commitment it is about, or the person.

    Where `relay_person_id` is given it is they who are phoned, and asked to pass it on.
    """

    id: TaskId
    person_id: PersonId
    relay_person_id: PersonId | None
    case_id: CaseId | None
    subject_id: str
    participant_id: fields.ParticipantId | None
    kind: str
    way: Way
    reason: str
    status: TaskState
    outcome: TaskOutcome | None
    due_at: Instant
    done_at: Instant | None
    language: str
    script: str
    script_english: str
    safe_words: str
    voicemail_ok: bool | None
    number: str


class CompleteIn(Model):
    """What came of a call. An answer about the meeting is recorded with the meeting."""

    outcome: TaskOutcome
    note: CallNote = ""


class LinkIn(Model):
    """For which meeting, or for which promise: what somebody promised, was offered, or is asked for as a backup."""

    meeting_id: MeetingId | None = None
    commitment_id: CommitmentId | None = None


class UrlOut(Model):
    """An address to hand over. It is a secret: whoever has it sees what it opens."""

    url: str


class PlaceOut(Model):
    """Where, as far as it is cleared for this person."""

    name: str
    address: str
    join_url: str
    dial_in: str


class LinkOut(Model):
    """What the page behind a personal link shows: a time, how to take part, and whom to call; nothing of anybody else.

    Of a promise it shows the next time, in the member's own zone, and `promise`.
    """

    programme: str
    language: str
    languages: list[str]
    time_zone: ZoneName
    zone_name: str
    starts_local: LocalTime
    ends_local: LocalTime
    place: PlaceOut | None
    join: str
    mode: Mode
    answer: Answer
    sequence: int
    can_answer: bool
    cancelled: bool
    call_number: str
    county_slug: str
    promise: PromiseOut | None = None


class AnswerIn(Model):
    """Whether one comes. `sequence` is that of the page on which it was said: one opened before a move answers the old time."""

    answer: Literal[Answer.ACCEPTED, Answer.DECLINED, Answer.TENTATIVE] = Field(
        json_schema_extra={"enum": ["accepted", "declined", "tentative"]}
    )
    sequence: int | None = Field(default=None, ge=0, le=2**31 - 1)


class OtherTimeIn(Model):
    """Another time, in one's own words; `starts_local` is wall time in the meeting's zone."""

    words: Words
    starts_local: LocalTime | None = None


class LanguageIn(Model):
    """In which language to go on."""

    language: Language


def message_out(listed: Listed) -> MessageOut:
    """Return a message as staff see it in a list."""
    message = listed.message
    return MessageOut(
        id=message.id,
        person_id=message.person_id,
        kind=message.kind,
        channel=message.way,
        state=message.state,
        reason=message.reason,
        sequence=message.sequence,
        segments=listed.segments,
        due_at=message.due_at,
        finished_at=message.finished_at,
    )


def message_words_out(read: Read) -> MessageWordsOut:
    """Return one message, with its words as far as they were read."""
    return MessageWordsOut(
        **message_out(read.listed).model_dump(),
        language=read.language,
        subject=read.words.get("subject"),
        text=read.words.get("text"),
        sms=read.words.get("sms"),
    )


def task_out(seen: SeenTask) -> CallTaskOut:
    """Return a call to make."""
    task = seen.task
    prefix = _PREFIX_OF[task.subject_kind]
    return CallTaskOut(
        id=task.id,
        person_id=task.person_id,
        relay_person_id=seen.relay_person_id,
        case_id=task.case_id,
        subject_id=spell(prefix, task.subject_id),
        participant_id=seen.participant_id,
        kind=task.kind.value if task.kind else "",
        way=task.way,
        reason=task.reason,
        status=task.state,
        outcome=task.outcome,
        due_at=task.due_at,
        done_at=task.done_at,
        language=seen.language,
        script=seen.script,
        script_english=seen.script_english,
        safe_words=seen.safe_words,
        voicemail_ok=seen.voicemail_ok,
        number=seen.number,
    )


def link_out(unit: Unit, opened: Opened, county: County) -> LinkOut:
    """Return what a link shows now: of something called off, only that."""
    entry, place = opened.entry, opened.place
    turn = entry.next_turn(unit.now)
    zone = opened.contact.time_zone if entry.is_promise else entry.time_zone
    short = opened.language.split("-")[0].lower()
    language = short if short in county.languages else county.default_language
    return LinkOut(
        programme=programme_of(county, language),
        language=language,
        languages=list(county.languages),
        time_zone=zone,
        zone_name=zone_name(turn.starts_at, zone, language),
        starts_local=at_wall(turn.starts_at, zone) if entry.is_promise else entry.starts_local,
        ends_local=at_wall(turn.ends_at, zone) if entry.is_promise else entry.ends_local,
        place=PlaceOut(name=place.place, address=place.address, join_url=place.join_url, dial_in=place.dial_in) if place else None,
        join=place.join_url or place.dial_in if place else "",
        mode=entry.mode,
        answer=entry.shown_answer if entry.is_live else Answer.NEEDS_ACTION,
        sequence=entry.sequence,
        can_answer=may_answer(entry, at=unit.now),
        cancelled=not entry.is_live,
        call_number=county.call_number,
        county_slug=county.slug,
        promise=promise_out(shown(entry, opened.contact, at=unit.now)) if entry.is_promise else None,
    )


def state_of(status: Status) -> TaskState | None:
    """Return the state that a status asks for; None for all."""
    return None if status is Status.ALL else TaskState(status.value)
