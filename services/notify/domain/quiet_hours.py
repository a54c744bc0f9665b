"""Quiet hours: the window of a person's night in which no phone of theirs may sound, in their own zone.

Worked out on instants, window by window, so that both clock changes come out right: the wall time 01:15 happens twice in the autumn
night, and the second one is after a window that ends at 01:30.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from shared.kernel.spans import Span
from shared.kernel.wall import local_date, resolve

BROUGHT_FORWARD_BY = timedelta(minutes=30)
"""How long before the quiet window a message leaves that could not wait for its end."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `starts` to `ends` by the wall clock of `time_zone`; it may cross midnight; equal ends mean no quiet hours at all."""

    starts: time
    ends: time
    time_zone: str

    def window_at(self, instant: datetime) -> Span | None:
        """Return the quiet window that holds this instant, or None."""
        if self.starts == self.ends:
            return None
        today = local_date(instant, self.time_zone)
        for day in (today - timedelta(days=1), today):
            last_day = day if self.starts < self.ends else day + timedelta(days=1)
            start = resolve(datetime.combine(day, self.starts), self.time_zone).instant
            end = resolve(datetime.combine(last_day, self.ends), self.time_zone).instant
            if start <= instant < end:
                return Span(start, end)
        return None

    def next_allowed(self, instant: datetime) -> datetime:
        """Return the instant itself outside every window, otherwise the end of those that hold it.

        A spring gap can push the end of one night past the start of the next, and then the wait goes on through both.
        """
        while window := self.window_at(instant):
            instant = window.end
        return instant


def place(due_at: datetime, quiet: QuietHours, *, not_after: datetime, now: datetime) -> datetime | None:
    """Return when a planned message should leave.

    In quiet hours it waits for their end. If that would be too late it is brought forward to the evening before; if that has passed
    too, no machine can send it, and None says so.
    """
    window = quiet.window_at(due_at)
    if window is None:
        return due_at
    allowed = quiet.next_allowed(due_at)
    if allowed < not_after:
        return allowed
    earlier = window.start - BROUGHT_FORWARD_BY
    if earlier >= now and quiet.window_at(earlier) is None:
        return earlier
    return None
