"""What the page of a member's promises sends and gets. What was promised and where is in one answer only, after the digits."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.notify.domain.entries import may_answer
from services.notify.use_cases.show_promises import Shown
from shared.events.entries import Answer, Turn
from shared.events.network import PromiseWords
from shared.kernel.wall import at_wall
from shared.web import fields
from shared.web.fields import Instant, LocalTime, Model, ZoneName

CommitmentId = Annotated[UUID, fields.PublicId("com")]
LastFour = Annotated[str, fields.Pattern(r"[0-9]{4}", "Use the last four digits of your phone number.", 4)]


class TurnOut(Model):
    """One time of a promise; wall times are those of the member. `is_over` turns may be said to have gone well.

    `is_shifted` says that a change of clocks moved its start: the hour that was chosen does not exist on that day.
    """

    starts_at: Instant
    ends_at: Instant
    starts_local: LocalTime
    ends_local: LocalTime
    is_over: bool
    is_shifted: bool


class PromiseOut(Model):
    """A promise as its member sees it, without what it is. `asks` says that an answer is waited for, `answer_by` until when first.

    `turns` are those of the next two weeks; `more` counts those after. It was promised in `promised_zone`, and is shown in the
    member's own `time_zone`.
    """

    commitment_id: CommitmentId
    state: str
    asks: bool
    is_backup: bool
    answer_by: Instant | None
    answer: Answer
    can_answer: bool
    can_withdraw: bool
    can_shorten: bool
    sequence: int
    time_zone: ZoneName
    promised_zone: ZoneName
    turns: list[TurnOut]
    more: int


class PromisesOut(Model):
    """Everything that a member is asked for and has promised, the earliest first."""

    items: list[PromiseOut]


class PromiseAnswerIn(Model):
    """Yes or no. Who is asked for or has promised a single time may say yes `until` an instant of it.

    `sequence` is that of the page on which it was said.
    """

    answer: Literal[Answer.ACCEPTED, Answer.DECLINED] = Field(json_schema_extra={"enum": ["accepted", "declined"]})
    until: Instant | None = None
    sequence: int | None = Field(default=None, ge=0)


class TurnIn(Model):
    """What is said of one turn: `declined` is "not this time", `help` lets somebody phone."""

    starts_at: Instant
    said: Literal["declined", "accepted", "kept", "partly_kept", "missed", "help"]


class DigitsIn(Model):
    """The last four digits of one's own phone number."""

    last_four: LastFour


class PromiseWordsOut(Model):
    """What one promised, and where."""

    commitment_id: CommitmentId
    action: str
    place: str


class WordsOut(Model):
    """The words of every promise, in this answer alone."""

    items: list[PromiseWordsOut]


def promise_out(shown: Shown) -> PromiseOut:
    """Return a promise as its member sees it."""
    entry = shown.entry
    last = shown.turns[-1].starts_at if shown.turns else shown.at
    is_asked = may_answer(entry, at=shown.at) and entry.standing == "offered"
    return PromiseOut(
        commitment_id=entry.subject_id,
        state=entry.standing,
        asks=is_asked and entry.shown_answer is Answer.NEEDS_ACTION,
        is_backup=entry.is_ask,
        answer_by=entry.answer_by if is_asked else None,
        answer=entry.shown_answer if entry.is_live else Answer.NEEDS_ACTION,
        can_answer=is_asked,
        can_withdraw=entry.is_live and entry.standing in {"accepted", "active", "paused"},
        can_shorten=entry.is_held_once and may_answer(entry, at=shown.at),
        sequence=entry.sequence,
        time_zone=shown.contact.time_zone,
        promised_zone=entry.time_zone,
        turns=[_turn_out(turn, shown.contact.time_zone, entry.time_zone, at=shown.at) for turn in shown.turns],
        more=sum(turn.starts_at > last for turn in entry.turns),
    )


def _turn_out(turn: Turn, zone_name: str, promised_zone: str, *, at: datetime) -> TurnOut:
    return TurnOut(
        starts_at=turn.starts_at,
        ends_at=turn.ends_at,
        starts_local=at_wall(turn.starts_at, zone_name),
        ends_local=at_wall(turn.ends_at, zone_name),
        is_over=turn.ends_at <= at,
        is_shifted=at_wall(turn.starts_at, promised_zone) != turn.starts_local,
    )


def words_out(commitment_id: UUID, words: PromiseWords) -> PromiseWordsOut:
    """Return the words of one promise."""
    return PromiseWordsOut(commitment_id=commitment_id, action=words.action, place=words.place)
