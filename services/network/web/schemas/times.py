"""Times as plans and promises take and give them: wall time in a zone, with how it repeats; turns and stretches."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.network.domain.recurrence import Pattern, read_rule
from shared.events.entries import Turn
from shared.kernel.spans import Span
from shared.kernel.wall import at_wall
from shared.web import fields
from shared.web.fields import Instant, LocalTime, Model, ZoneName

Sentence = Annotated[str, fields.Text(400)]
Repeats = Annotated[str, fields.Pattern(r"(RRULE:)?[A-Za-z0-9=;,]{0,200}", "Write it like FREQ=WEEKLY;BYDAY=FR.", 206)]
Adults = Annotated[int, Field(ge=1, le=10)]


class TimesIn(Model):
    """A time and how it recurs: `repeats` is a small part of RFC 5545's RRULE; empty is once."""

    starts_local: LocalTime
    ends_local: LocalTime
    time_zone: ZoneName | None = None
    repeats: Repeats = ""


class TurnOut(Model):
    """One time: wall times as they were chosen, the instants, and what clocks really show where that differs."""

    starts_local: LocalTime
    ends_local: LocalTime
    starts_at: Instant
    ends_at: Instant
    shown_local: LocalTime


class SpanOut(Model):
    """A stretch of time."""

    starts_at: Instant
    ends_at: Instant
    starts_local: LocalTime
    ends_local: LocalTime


def pattern_from(body: TimesIn, zone: str) -> Pattern:
    """Read a time and how it recurs; without a zone it is the family's."""
    return Pattern(
        time_zone=body.time_zone or zone,
        starts_local=body.starts_local,
        ends_local=body.ends_local,
        rule=read_rule(body.repeats),
    )


def turn_out(turn: Turn, zone: str) -> TurnOut:
    """Write one time, without a word about whose."""
    return TurnOut(**turn_times(turn, zone))


def turn_times(turn: Turn, zone: str) -> dict[str, datetime]:
    """Write when a turn is: wall time, the instants, and what clocks in the zone really show."""
    return {
        "starts_local": turn.starts_local,
        "ends_local": turn.ends_local,
        "starts_at": turn.starts_at,
        "ends_at": turn.ends_at,
        "shown_local": at_wall(turn.starts_at, zone),
    }


def span_out(span: Span, zone: str) -> SpanOut:
    """Write a stretch of time as one in the zone reads it."""
    return SpanOut(
        starts_at=span.start,
        ends_at=span.end,
        starts_local=at_wall(span.start, zone),
        ends_local=at_wall(span.end, zone),
    )
