"""An entry as notify keeps it: one person's view of one meeting or promise, which revision replaces it, and what becomes of it.

A revision never overwrites a later one, in whatever order and however often facts arrive (RELIABILITY R9).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.events.entries import Answer, Entry, Method, Mode, Notice, PlaceWords, Turn
from shared.events.network import PromiseWords
from shared.events.notify import SubjectKind

HOLDS = frozenset({"accepted", "active"})
"""The states of a promise in which its turns are due (`commitment_state`, DOMAIN §6.5)."""

OFFERED = "offered"
PAUSED = "paused"
OF_A_TURN = "turn"
OVER = frozenset({"declined", "withdrawn", "completed", "expired", "superseded"})
_ANSWER_OF: Mapping[str, Answer] = {"accepted": Answer.ACCEPTED, "active": Answer.ACCEPTED, "declined": Answer.DECLINED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A revision of a meeting or of a promise, with the words that came along, as far as entries need them.

    `position` is the fact's place in its producer's log. A promise has a `standing`, its state; an ask to a backup says until when
    nobody else is asked. Without entries nothing leaves.
    """

    subject_kind: SubjectKind
    subject_id: UUID
    case_id: UUID
    revision: int
    position: int
    at: datetime
    entries: tuple[Entry, ...]
    places: Mapping[UUID, PlaceWords] | None = None
    standing: str = ""
    is_ask: bool = False
    answer_by: datetime | None = None
    promise: PromiseWords | None = field(default=None, repr=False)


class EntryStatus(StrEnum):
    """Whether the person is expected: `removed` concerns this person alone, `cancelled` the whole meeting or promise."""

    LIVE = "live"
    CANCELLED = "cancelled"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEntry:
    """What messages are made from. `timed_revision` is the revision that set the present time: reminders are unique by it.

    Of a promise, `turns` are those that were still to come at this revision, `standing` is its state, and `texted` is what its
    member last said about it by text: accepted, declined, or turn for something about one turn. Each `_position` is the place, in
    the log of whoever decides about it, of the fact that said so.
    """

    id: UUID
    subject_kind: SubjectKind = SubjectKind.MEETING
    subject_id: UUID
    case_id: UUID
    participant_id: UUID
    person_id: UUID
    part: int
    uid: str
    revision: int
    timed_revision: int
    sequence: int
    status: EntryStatus
    required: bool
    mode: Mode
    answer: Answer
    time_zone: str
    starts_local: datetime
    ends_local: datetime
    starts_at: datetime
    ends_at: datetime
    revised_at: datetime
    answer_position: int = 0
    said: str = ""
    said_reply_id: str = ""
    ended_at: datetime | None = None
    rule: str = ""
    excluded: tuple[datetime, ...] = ()
    turns: tuple[Turn, ...] = ()
    standing: str = ""
    standing_position: int = 0
    is_ask: bool = False
    answer_by: datetime | None = None
    texted: str = ""
    texted_at: datetime | None = None

    @property
    def is_promise(self) -> bool:
        """Whether it is about a promise rather than a meeting."""
        return self.subject_kind is SubjectKind.COMMITMENT

    @property
    def over_at(self) -> datetime:
        """When the last of it has ended."""
        return max((turn.ends_at for turn in self.turns), default=self.ends_at)

    @property
    def is_asked(self) -> bool:
        """Whether a backup is asked and has not answered yet."""
        return self.is_promise and self.is_ask and self.standing == OFFERED

    @property
    def is_promised(self) -> bool:
        """Whether its member said yes to it, also where network has not said yet that it heard."""
        said_yes = self.standing == OFFERED and self.shown_answer is Answer.ACCEPTED
        return self.is_promise and self.is_live and (self.standing in HOLDS or said_yes)

    @property
    def is_held_once(self) -> bool:
        """Whether a single time is promised, of which its member may still keep a part only."""
        return self.is_promised and not self.rule

    @property
    def due_turns(self) -> tuple[Turn, ...]:
        """The turns of which the member is reminded."""
        return self.turns if self.is_live and self.standing in HOLDS else ()

    def next_turn(self, at: datetime) -> Turn:
        """Return the turn that is under way or comes next; after the last one that."""
        once = Turn(starts_local=self.starts_local, ends_local=self.ends_local, starts_at=self.starts_at, ends_at=self.ends_at)
        return next((turn for turn in self.turns if turn.ends_at > at), self.turns[-1] if self.turns else once)

    @property
    def shown_answer(self) -> Answer:
        """What the person is shown: the answer they gave a moment ago, until that one is judged; else the one that stands."""
        answer, _, sequence = self.said.partition("@")
        return Answer(answer) if sequence == str(self.sequence) else self.answer

    @property
    def is_live(self) -> bool:
        """Whether the person is expected."""
        return self.status is EntryStatus.LIVE


class Step(StrEnum):
    """What a revision means for the messages of an entry."""

    NOTHING = "nothing"
    REPEAT = "repeat"
    KEEP_REMINDERS = "keep_reminders"
    NEW_REMINDERS = "new_reminders"
    END = "end"


@dataclass(frozen=True, slots=True)
class Revised:
    """An entry after a fact, and what is to be done about its messages."""

    entry: KeptEntry
    step: Step


def revise(kept: KeptEntry | None, told: Entry, fact: Revision, *, new_id: UUID) -> Revised | None:
    """Return what becomes of an entry, or None for a fact that is no news: an older revision, or the same one again.

    An entry that was asked for once more has the revision it had, and changes nothing but that one message.
    """
    if kept is not None and told.notice is Notice.AGAIN and fact.revision == kept.revision:
        return Revised(kept, Step.REPEAT) if kept.is_live else None
    if kept is not None and fact.revision <= kept.revision:
        return None
    status = _status(told)
    same_time = kept is not None and kept.is_live and (kept.starts_at, kept.time_zone) == (told.starts_at, told.time_zone)
    is_promise = fact.subject_kind is SubjectKind.COMMITMENT
    # What was told without a calendar entry may be later than this one, replayed, and is then what stands.
    answer_is_later = kept is not None and kept.answer_position > fact.position
    standing_is_later = kept is not None and kept.standing_position > fact.position
    fresh = KeptEntry(
        id=kept.id if kept else new_id,
        subject_kind=fact.subject_kind,
        subject_id=fact.subject_id,
        case_id=fact.case_id,
        participant_id=told.participant_id,
        person_id=told.person_id,
        part=told.part,
        uid=told.uid,
        revision=fact.revision,
        timed_revision=kept.timed_revision if kept and same_time else fact.revision,
        sequence=told.sequence,
        status=status,
        required=told.required,
        mode=told.mode,
        answer=kept.answer if kept and answer_is_later else told.answer,
        time_zone=told.time_zone,
        starts_local=told.starts_local,
        ends_local=told.ends_local,
        starts_at=told.starts_at,
        ends_at=told.ends_at,
        revised_at=fact.at,
        answer_position=kept.answer_position if kept and answer_is_later else fact.position,
        said=kept.said if kept else "",
        said_reply_id=kept.said_reply_id if kept else "",
        ended_at=None if status is EntryStatus.LIVE else fact.at,
        rule=told.rule,
        excluded=told.excluded,
        turns=_turns(told, kept, fact) if is_promise else (),
        standing=kept.standing if kept and standing_is_later else fact.standing,
        standing_position=kept.standing_position if kept and standing_is_later else fact.position,
        is_ask=fact.is_ask,
        answer_by=fact.answer_by or (kept.answer_by if kept else None),
        texted=kept.texted if kept else "",
        texted_at=kept.texted_at if kept else None,
    )
    if status is not EntryStatus.LIVE:
        return Revised(fresh, Step.END)
    return Revised(fresh, Step.KEEP_REMINDERS if same_time or is_promise else Step.NEW_REMINDERS)


def settle(kept: KeptEntry, fact: Revision) -> Revised | None:
    """Return what becomes of a promise's entry by a fact with which nothing leaves; None for one that is no news.

    How a promise stands is what the last fact in network's log says of it, whatever revision of its entry its member has.
    """
    if fact.position <= kept.standing_position:
        return None
    settled = replace(
        kept,
        standing=fact.standing,
        standing_position=fact.position,
        answer_by=fact.answer_by or kept.answer_by,
    )
    if fact.standing in _ANSWER_OF:
        settled = answered(settled, _ANSWER_OF[fact.standing], position=fact.position)
    if fact.standing not in OVER:
        return Revised(settled, Step.KEEP_REMINDERS)
    return Revised(ended(settled, at=fact.at), Step.END) if kept.is_live else Revised(settled, Step.NOTHING)


def ended(entry: KeptEntry, *, at: datetime) -> KeptEntry:
    """Return a promise's entry as over, at the revision it has: a later one may still say so to its member."""
    return replace(entry, status=EntryStatus.CANCELLED, ended_at=at)


def only_excused(kept: KeptEntry | None, fresh: KeptEntry) -> Turn | None:
    """Return the one turn that was taken out of a promise, where that is all that changed."""
    if kept is None or not (kept.is_live and fresh.is_live) or kept.rule != fresh.rule or kept.standing != fresh.standing:
        return None
    added = set(fresh.excluded) - set(kept.excluded)
    gone = [turn for turn in kept.turns if turn.starts_local in added]
    return gone[0] if len(added) == len(gone) == 1 and set(fresh.turns) <= set(kept.turns) else None


def turn_difference(kept: KeptEntry | None, fresh: KeptEntry, *, at: datetime) -> tuple[list[Turn], list[Turn]]:
    """Return the turns of which the member is no longer to be reminded, and those that are new.

    One that has begun is not gone only because it is no longer ahead: somebody still asks how it went, once it ends.
    """
    before = {(turn.starts_at, turn.ends_at): turn for turn in (kept.due_turns if kept else ())}
    after = {(turn.starts_at, turn.ends_at): turn for turn in fresh.due_turns}
    moved = {turn.starts_at for turn in after.values()}
    rests = fresh.is_live and fresh.standing in HOLDS
    gone = [
        turn for key, turn in before.items() if key not in after and (turn.starts_at > at or turn.starts_at in moved or not rests)
    ]
    return gone, [turn for key, turn in after.items() if key not in before]


def answered(kept: KeptEntry, answer: Answer, *, position: int) -> KeptEntry:
    """Return the entry with an answer that its owner has applied; one that stands earlier in the owner's log changes nothing."""
    if position < kept.answer_position:
        return kept
    return replace(kept, answer=answer, answer_position=position)


def may_answer(entry: KeptEntry, *, at: datetime) -> bool:
    """Whether an answer still makes sense: until the meeting starts; of a promise, until its last turn has ended."""
    return entry.is_live and at < (entry.over_at if entry.is_promise else entry.starts_at)


def saying(entry: KeptEntry, answer: Answer, *, reply_id: str) -> KeptEntry | None:
    """Return the entry with an answer that its person just gave; None when that is what is shown already."""
    if entry.shown_answer is answer:
        return None
    return replace(entry, said=f"{answer.value}@{entry.sequence}", said_reply_id=reply_id)


def heard(entry: KeptEntry, reply_id: str) -> KeptEntry:
    """Return the entry now that its owner has judged a reply. What was said after that reply still waits, and stays shown."""
    return replace(entry, said="", said_reply_id="") if reply_id == entry.said_reply_id else entry


def _status(told: Entry) -> EntryStatus:
    if told.method is Method.REQUEST:
        return EntryStatus.LIVE
    return EntryStatus.REMOVED if told.notice is Notice.REMOVED else EntryStatus.CANCELLED


def _turns(told: Entry, kept: KeptEntry | None, fact: Revision) -> tuple[Turn, ...]:
    """Return the turns of a promise. One that rests keeps those it had: its page stays open, and nobody is reminded of them."""
    if not told.turns and kept is not None and fact.standing == PAUSED:
        return kept.turns
    once = Turn(starts_local=told.starts_local, ends_local=told.ends_local, starts_at=told.starts_at, ends_at=told.ends_at)
    return told.turns or (() if told.rule else (once,))
