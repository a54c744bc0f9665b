"""Reminders: which ones a person gets for an entry, when each is due, and when it would be too late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Protocol

from services.notify.domain.messages import Kind
from services.notify.domain.quiet_hours import QuietHours, place
from shared.events.entries import Turn
from shared.kernel.wall import same_wall_earlier


@dataclass(frozen=True, slots=True)
class ReminderRule:
    """How long before. `days` means the same wall time that many days earlier; `elapsed` means so much time, whatever clocks do."""

    kind: Kind
    days: int = 0
    elapsed: timedelta = timedelta(0)

    @property
    def offset(self) -> str:
        """How the row spells the rule: `-P2D wall` or `-PT2H elapsed`."""
        if self.days:
            return f"-P{self.days}D wall"
        return f"-PT{int(self.elapsed.total_seconds() // 60)}M elapsed"

    def due_at(self, starts_local: datetime, starts_at: datetime, time_zone: str) -> datetime:
        """Return the instant for a meeting that starts then."""
        if self.days:
            return same_wall_earlier(starts_local, self.days, time_zone)
        return starts_at - self.elapsed


DEFAULT_RULES = (
    ReminderRule(Kind.REMINDER_7D, days=7),
    ReminderRule(Kind.REMINDER_2D, days=2),
    ReminderRule(Kind.REMINDER_2H, elapsed=timedelta(hours=2)),
)


TURN_RULE = ReminderRule(Kind.TURN_REMINDER, elapsed=timedelta(hours=2))
CHECK_IN_AFTER = timedelta(minutes=15)
CHECK_IN_WITHIN = timedelta(days=1)
"""How long after its turn a check-in is asked, and until when it is worth asking (V4; the limit is our choice)."""


class Starts(Protocol):
    """What a reminder needs to know of an entry: `shared.events.meetings.Entry` is one."""

    @property
    def starts_local(self) -> datetime:
        """Wall time in `time_zone`."""
        ...

    @property
    def starts_at(self) -> datetime:
        """The same as an instant."""
        ...

    @property
    def time_zone(self) -> str:
        """The zone in which "two days before" is counted."""
        ...


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """One reminder to be: `due_at` respects quiet hours wherever it can. `turn` is that of a promise."""

    kind: Kind
    offset: str
    due_at: datetime
    not_after: datetime
    turn: Turn | None = None


def plan(
    entry: Starts, quiet: QuietHours | None, *, now: datetime, rules: Sequence[ReminderRule] = DEFAULT_RULES
) -> list[PlannedReminder]:
    """Return the reminders still to come, earliest first.

    A reminder that was due before `now` is left out, never sent late for a fresh booking. Each is too late once the next one is
    due, or the meeting begins: after an outage a person gets one reminder, not three.
    """
    dues = sorted(
        ((rule.due_at(entry.starts_local, entry.starts_at, entry.time_zone), rule) for rule in _unique(rules)), key=itemgetter(0)
    )
    planned = []
    for index, (due_at, rule) in enumerate(dues):
        not_after = dues[index + 1][0] if index + 1 < len(dues) else entry.starts_at
        if due_at < now or due_at >= entry.starts_at:
            continue
        # One that no machine may send is planned all the same: when it is due it is missed, and somebody is asked to phone.
        leaves_at = place(due_at, quiet, not_after=not_after, now=now) if quiet else None
        planned.append(PlannedReminder(rule.kind, rule.offset, leaves_at or due_at, not_after))
    return planned


def plan_turns(turns: Sequence[Turn], quiet: QuietHours | None, *, now: datetime) -> list[PlannedReminder]:
    """Return, of each turn of a promise, the reminder before and the question after it that are still to come."""
    planned = []
    for turn in turns:
        reminder = TURN_RULE.due_at(turn.starts_local, turn.starts_at, "")
        asked = turn.ends_at + CHECK_IN_AFTER
        for kind, offset, due_at, not_after in (
            (Kind.TURN_REMINDER, TURN_RULE.offset, reminder, turn.starts_at),
            (Kind.CHECK_IN, f"PT{int(CHECK_IN_AFTER.total_seconds() // 60)}M after", asked, turn.ends_at + CHECK_IN_WITHIN),
        ):
            if due_at >= now:
                leaves_at = place(due_at, quiet, not_after=not_after, now=now) if quiet else None
                planned.append(PlannedReminder(kind, offset, leaves_at or due_at, not_after, turn))
    return planned


def _unique(rules: Sequence[ReminderRule]) -> list[ReminderRule]:
    """Return one rule a kind, in the order given."""
    return list({rule.kind: rule for rule in rules}.values())
