"""Any history of a meeting, told in any way: each person is left with one set of reminders, at the time that stands, and no other.

The model below is the whole rule in a few lines; notify is held to it after random histories.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from shared.events.entries import Entry, Method, Notice
from shared.events.meetings import (
    MeetingCancelled,
    MeetingChanged,
    MeetingRescheduled,
    MeetingRevision,
    MeetingScheduled,
    ParticipantInvited,
    ParticipantRemoved,
)
from shared.events.network import Channel
from shared.kernel.wall import at_wall, same_wall_earlier
from tests.notify.office import ZONE, Booked, Office, Person

DAYS = {"-P7D wall": 7, "-P2D wall": 2}
STEPS = 14


@dataclass
class Model:
    """A meeting as everybody should see it: when it is, whether it is on, who is on it, and each person's SEQUENCE."""

    starts_at: datetime
    is_on: bool = True
    on: set[int] = field(default_factory=set)
    sequences: dict[int, int] = field(default_factory=dict)

    def move(self, by: timedelta) -> None:
        """It takes place at another time; a cancelled one takes place again."""
        self.starts_at += by
        self.is_on = True
        self._raise(self.on)

    def cancel(self) -> None:
        """It does not take place."""
        self.is_on = False
        self._raise(self.on)

    def add(self, person: int) -> None:
        """Somebody is on it; who was taken off before goes on counting."""
        self._raise({person} & set(self.sequences))
        self.sequences.setdefault(person, 0)
        self.on.add(person)

    def remove(self, person: int) -> None:
        """Somebody is taken off."""
        self._raise({person})
        self.on.discard(person)

    def _raise(self, people: set[int]) -> None:
        for person in people:
            self.sequences[person] += 1

    def reminders(self, person: int) -> dict[str, datetime]:
        """When this person is to be reminded: days before at the same time by the clock, hours before whatever the clocks do."""
        if not self.is_on or person not in self.on:
            return {}
        starts_local = at_wall(self.starts_at, ZONE)
        days_before = {rule: same_wall_earlier(starts_local, days, ZONE) for rule, days in DAYS.items()}
        return {**days_before, "-PT120M elapsed": self.starts_at - timedelta(hours=2)}


class History:
    """Makes one step after another, in the model and as meetings would tell of it."""

    def __init__(self, office: Office, people: list[Person], chance: random.Random) -> None:
        """Nobody is on the meeting yet."""
        self.office, self.people, self.chance = office, people, chance
        self.booked = office.meeting(*people, starts_in=timedelta(days=40))
        self.entries = {number: self.booked.of(person) for number, person in enumerate(people)}
        self.model = Model(self.booked.entries[0].starts_at)
        self.told: list[tuple[type[MeetingRevision], Booked]] = []

    async def begin(self) -> None:
        """Book it with the first two."""
        for person in (0, 1):
            self.model.add(person)
        await self._tell(MeetingScheduled, {0: Notice.INVITATION, 1: Notice.INVITATION})

    async def step(self) -> None:
        """Let something happen that can happen now."""
        on, off = sorted(self.model.on), sorted(set(self.entries) - self.model.on)
        possible = [self.move, self.cancel, self.change] if self.model.is_on else [self.move]
        possible += [self.add] * bool(off and self.model.is_on) + [self.remove] * bool(len(on) > 1 and self.model.is_on)
        await self.chance.choice(possible)()

    async def move(self) -> None:
        """Another time, or the same meeting after all."""
        notice = Notice.MOVED if self.model.is_on else Notice.INVITATION
        self.model.move(timedelta(hours=self.chance.choice([-48, -24, -1, 1, 24, 72])))
        await self._tell(MeetingRescheduled, dict.fromkeys(self.model.on, notice))

    async def cancel(self) -> None:
        """Not at all."""
        self.model.cancel()
        await self._tell(MeetingCancelled, dict.fromkeys(self.model.on, Notice.CANCELLED))

    async def change(self) -> None:
        """Another room: the time and everybody's number stay."""
        await self._tell(MeetingChanged, dict.fromkeys(self.model.on, Notice.CHANGED))

    async def add(self) -> None:
        """One more person."""
        person = self.chance.choice(sorted(set(self.entries) - self.model.on))
        self.model.add(person)
        await self._tell(ParticipantInvited, {person: Notice.INVITATION})

    async def remove(self) -> None:
        """One person fewer."""
        person = self.chance.choice(sorted(self.model.on))
        self.model.remove(person)
        await self._tell(ParticipantRemoved, {person: Notice.REMOVED})

    async def _tell(self, kind: type[MeetingRevision], notices: dict[int, Notice]) -> None:
        """Let notify hear of a revision, and now and then of an older one again."""
        for number, notice in notices.items():
            self.entries[number] = self._entry(number, notice)
        entries = tuple(self.entries[number] for number in sorted(notices))
        revision = self.booked.revision + len(self.told)
        self.told.append((kind, replace(self.booked, revision=revision, entries=entries)))
        await self.office.hear(*self.told[-1])
        if self.chance.random() < 0.3:
            await self.office.hear(*self.chance.choice(self.told))
        if self.chance.random() < 0.5:
            await self.office.send_due()

    def _entry(self, number: int, notice: Notice) -> Entry:
        starts_at, ends_at = self.model.starts_at, self.model.starts_at + timedelta(hours=1)
        return replace(
            self.entries[number],
            sequence=self.model.sequences[number],
            method=Method.CANCEL if notice in {Notice.CANCELLED, Notice.REMOVED} else Method.REQUEST,
            notice=notice,
            starts_at=starts_at,
            ends_at=ends_at,
            starts_local=at_wall(starts_at, ZONE),
            ends_local=at_wall(ends_at, ZONE),
        )


@pytest.mark.parametrize("seed", range(8))
async def test_any_history_of_a_meeting_leaves_one_live_set_of_reminders_at_the_time_that_stands(office: Office, seed: int) -> None:
    await holds(office, seed)


@pytest.mark.soak
async def test_two_hundred_histories_of_meetings_leave_one_live_set_of_reminders_each(office: Office) -> None:
    for seed in range(100, 300):
        await holds(office, seed)


async def holds(office: Office, seed: int) -> None:
    """Let one meeting have its history, and hold notify to the model at every step and in the end."""
    people = [await office.known(Channel.EMAIL) for _ in range(3)]
    history = History(office, people, random.Random(seed))
    await history.begin()
    for _ in range(STEPS):
        await history.step()
        for number, person in enumerate(people):
            assert await reminders(office, person) == history.model.reminders(number), (seed, number, history.told[-1][0])
    await office.send_due()
    for number, person in enumerate(people):
        heard = [int(mail.calendar.partition(b"SEQUENCE:")[2].split()[0]) for mail in office.mail.to(person.mail)]
        methods = [mail.calendar.partition(b"METHOD:")[2].split()[0] for mail in office.mail.to(person.mail)]
        assert heard == sorted(heard)
        assert methods[:1] in ([], [b"REQUEST"])
        assert all(b > a for a, b, method in zip(heard, heard[1:], methods[1:], strict=False) if method == b"CANCEL")
        live = number in history.model.on and history.model.is_on
        assert (methods[-1:] == [b"REQUEST"]) == live
        assert heard[-1:] in ([], [history.model.sequences.get(number)])
        assert bool(heard) or not live


async def reminders(office: Office, person: Person) -> dict[str, datetime]:
    """The reminders that wait for somebody, by their rule; two of one rule would be a fault of their own."""
    rows = await office.rows(
        "SELECT wall_rule, due_at FROM messages WHERE county_id = :county AND person_id = :person"
        " AND state = 'pending' AND kind LIKE 'reminder%'",
        person=person.id,
    )
    assert len({row.wall_rule for row in rows}) == len(rows)
    return {row.wall_rule: row.due_at for row in rows}
