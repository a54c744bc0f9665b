"""Promises as network tells of them: offered, asked for, confirmed, changed, ended, and what it makes of an answer."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.notify.use_cases.hear_promise_answer import hear_promise_answer
from services.notify.use_cases.plan_entry import of_promise, plan_entry
from shared.events.entries import Answer, Entry, Method, Mode, Notice, Turn
from shared.events.network import (
    BackupAsked,
    BackupClosed,
    CommitmentAnswered,
    CommitmentChanged,
    CommitmentClass,
    CommitmentEnded,
    CommitmentOffered,
    PromiseRevision,
    PromiseWords,
)
from shared.kernel.wall import at_wall
from tests.notify.office import ZONE, Office, Person

WORDS = PromiseWords(action="Sleep in the home with Zoe", place="14 Elm Street")


def turns_from(first: datetime, *, hours: float = 12, count: int = 1, days: int = 7) -> tuple[Turn, ...]:
    """Turns so many days apart by the clock."""
    return tuple(
        Turn(starts_local=at_wall(start, ZONE), ends_local=at_wall(end, ZONE), starts_at=start, ends_at=end)
        for n in range(count)
        for start, end in [(first + timedelta(days=days * n), first + timedelta(days=days * n, hours=hours))]
    )


def whole_hours(**ahead: float) -> datetime:
    """An instant so far from now, on the hour."""
    return (datetime.now(UTC) + timedelta(**ahead)).replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Promised:
    """One promise of somebody as it now stands."""

    office: Office
    person: Person
    turns: tuple[Turn, ...]
    id: UUID = field(default_factory=uuid4)
    case_id: UUID = field(default_factory=uuid4)
    revision: int = 0
    sequence: int = -1
    state: str = "offered"
    gap_id: UUID | None = None
    excluded: tuple[datetime, ...] = ()

    def entry(self, notice: Notice, **changes: Any) -> Entry:
        """The calendar entry by which the member learns of it."""
        first = self.turns[0]
        recurs = len(self.turns) + len(self.excluded) > 1
        entry = Entry(
            participant_id=self.id,
            person_id=self.person.id,
            part=0,
            uid=f"{self.id.hex}-0@{self.office.county.slug}.surround",
            sequence=self.sequence,
            method=Method.REQUEST,
            notice=notice,
            required=True,
            mode=Mode.IN_PERSON,
            answer=Answer.ACCEPTED if self.state in {"accepted", "active"} else Answer.NEEDS_ACTION,
            time_zone=ZONE,
            starts_local=first.starts_local,
            ends_local=first.ends_local,
            starts_at=first.starts_at,
            ends_at=first.ends_at,
            rule="FREQ=WEEKLY" if recurs else "",
            excluded=self.excluded,
            turns=self.turns if recurs else (),
        )
        return replace(entry, **changes)

    def fact(self, kind: type[PromiseRevision], entry: Entry | None, **more: Any) -> PromiseRevision:
        """What network announces."""
        facts: dict[str, Any] = {
            "case_id": self.case_id,
            "plan_id": uuid4(),
            "commitment_id": self.id,
            "member_id": uuid4(),
            "person_id": self.person.id,
            "commitment_class": CommitmentClass.PROTECTIVE,
            "state": self.state,
            "revision": self.revision,
            "gap_id": self.gap_id,
            "entry": entry,
            "at": datetime.now(UTC),
        }
        return kind(**{**facts, **more})

    async def _tell(
        self, kind: type[PromiseRevision], notice: Notice | None, *, method: Method = Method.REQUEST, **more: Any
    ) -> None:
        fact = self.fact(kind, self.entry(notice, method=method) if notice else None, **more)
        async with self.office.unit() as unit:
            words = WORDS if method is Method.REQUEST else None
            await plan_entry(unit, of_promise(fact, words, position=self.office.position()), cause=uuid4())

    def _next(self, **changes: Any) -> "Promised":
        return replace(self, revision=self.revision + 1, sequence=self.sequence + 1, **changes)

    async def offer(self) -> "Promised":
        """Offer it."""
        told = self._next()
        await told._tell(CommitmentOffered, Notice.OFFER)
        return told

    async def ask(self) -> "Promised":
        """Ask a backup for it."""
        told = self._next(gap_id=uuid4())
        await told._tell(BackupAsked, Notice.ASK, answer_by=datetime.now(UTC) + timedelta(minutes=30))
        return told

    async def confirm(self) -> "Promised":
        """Take the yes."""
        told = self._next(state="active")
        await told._tell(CommitmentChanged, Notice.CONFIRMED)
        return told

    async def without(self, turn: Turn) -> "Promised":
        """Take one turn out."""
        told = self._next(turns=tuple(t for t in self.turns if t != turn), excluded=(*self.excluded, turn.starts_local))
        await told._tell(CommitmentChanged, Notice.CHANGED)
        return told

    async def pause(self) -> "Promised":
        """Let it rest: as network tells of it, without a turn."""
        told = self._next(state="paused")
        fact = told.fact(CommitmentChanged, told.entry(Notice.CHANGED, turns=()))
        async with self.office.unit() as unit:
            await plan_entry(unit, of_promise(fact, WORDS, position=self.office.position()), cause=uuid4())
        return told

    async def settle(self, state: str) -> "Promised":
        """Change how it stands, with nothing that leaves."""
        told = replace(self, state=state)
        await told._tell(CommitmentEnded if state in {"declined", "withdrawn"} else CommitmentChanged, None)
        return told

    async def end(self, state: str = "withdrawn") -> "Promised":
        """End it."""
        told = self._next(state=state)
        await told._tell(CommitmentEnded, Notice.ENDED, method=Method.CANCEL)
        return told

    async def cover(self) -> "Promised":
        """Say that somebody else was first."""
        told = self._next(state="superseded")
        await told._tell(BackupClosed, Notice.COVERED, method=Method.CANCEL, outcome="covered")
        return told

    async def again(self) -> None:
        """Tell once more what was told last."""
        notice = Notice.CONFIRMED if self.state == "active" else Notice.OFFER
        await self._tell(CommitmentChanged, notice)

    async def judge(self, said: str, *, outcome: str = "applied", channel: str = "sms", **more: Any) -> None:
        """Let network judge what was said."""
        fact = CommitmentAnswered(
            case_id=self.case_id,
            plan_id=uuid4(),
            commitment_id=self.id,
            person_id=self.person.id,
            revision=self.revision,
            said=said,
            outcome=outcome,
            channel=channel,
            reply_id=more.pop("reply_id", f"rep_{uuid4().hex}"),
            at=datetime.now(UTC),
            **{"turn_starts_at": None, "until": None, **more},
        )
        async with self.office.unit() as unit:
            await hear_promise_answer(unit, fact, position=self.office.position())


def promise(office: Office, person: Person, *turns: Turn) -> Promised:
    """A promise that nobody knows of yet."""
    return Promised(office, person, turns or turns_from(whole_hours(days=3)))
