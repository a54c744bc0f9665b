"""What a member's own page shows of what they are asked for and have promised. Local times are wall time in the member's zone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

STEP, LONG_STEP = timedelta(minutes=30), timedelta(hours=1)
LONG = timedelta(hours=24)
"""Somebody who can stay only until an hour chooses among half hours, or hours where the time is long (our choice)."""

ANSWERS = ("accepted", "declined")
BEFORE = ("accepted", "declined", "help")
AFTER = ("kept", "partly_kept", "missed", "help")
SAID_OF_TURNS = ("accepted", "declined", "kept", "partly_kept", "missed", "help")
RESTING = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTurn:
    """One time of a promise. `is_shifted`: the hour that was chosen does not exist on that day."""

    starts_at: datetime
    ends_at: datetime
    starts_local: datetime
    ends_local: datetime
    is_over: bool = False
    is_shifted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPromise:
    """What one member is asked for or has promised, without what it is. `more` counts the turns after those shown."""

    commitment_id: str
    state: str
    time_zone: str
    promised_zone: str
    asks: bool = False
    is_backup: bool = False
    answer_by: datetime | None = None
    answer: str = "needs_action"
    can_answer: bool = False
    can_withdraw: bool = False
    can_shorten: bool = False
    sequence: int = 0
    turns: tuple[OwnTurn, ...] = ()
    more: int = 0

    @property
    def is_resting(self) -> bool:
        """Whether nothing is due of it for now."""
        return self.state == RESTING

    @property
    def next_turn(self) -> OwnTurn | None:
        """The turn that is under way or comes next."""
        return next((turn for turn in self.turns if not turn.is_over), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """What one promised, and where."""

    commitment_id: str
    action: str
    place: str = ""


def ends_to_choose(turn: OwnTurn, now: datetime) -> tuple[datetime, ...]:
    """Return the instants until which somebody may stay who cannot stay to the end, earliest first."""
    step = LONG_STEP if turn.ends_at - turn.starts_at > LONG else STEP
    count = -((turn.starts_at - turn.ends_at) // step) - 1
    ends = (turn.starts_at + step * number for number in range(1, count + 1))
    return tuple(end for end in ends if now < end < turn.ends_at)
