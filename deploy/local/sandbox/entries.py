"""A mailbox's calendar: invitations applied by UID and SEQUENCE, the way a calendar program would, so that one entry moves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar

from deploy.local.sandbox.replies import Answer, CannotAnswer, first_event


@dataclass(frozen=True, slots=True)
class Invitation:
    """The facts of one calendar part that a person would see."""

    method: str
    uid: str
    recurrence_id: str
    sequence: int
    stamp: datetime | None
    starts: datetime | date | None
    ends: datetime | date | None
    zone: str
    summary: str
    location: str
    description: str
    status: str
    organizer: str
    attendees: tuple[str, ...]
    partstat: str

    @property
    def when(self) -> str:
        """The time as a person reads it, with the zone's name; a date alone stays a date."""
        if self.starts is None:
            return "no time"
        if not isinstance(self.starts, datetime):
            return f"{self.starts:%a} {self.starts.day} {self.starts:%b %Y}"
        day = f"{self.starts:%a} {self.starts.day} {self.starts:%b %Y}, {clock_words(self.starts)}"
        if isinstance(self.ends, datetime):
            day += f" to {clock_words(self.ends)}"
        return f"{day} ({self.zone})" if self.zone else day

    @property
    def can_be_answered(self) -> bool:
        """An invitation has buttons; a cancellation has none."""
        return self.method == "REQUEST"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a mailbox's calendar, with what happened to it, oldest first."""

    invitation: Invitation
    state: str
    history: tuple[str, ...]

    @property
    def is_cancelled(self) -> bool:
        """A cancelled entry stays in the list, struck through, so that a tester sees that it went."""
        return self.state == "cancelled"


def clock_words(moment: datetime) -> str:
    """Return `3:05 pm`."""
    return f"{moment.hour % 12 or 12}:{moment:%M} {'am' if moment.hour < 12 else 'pm'}"


def read_invitation(calendar: Calendar) -> Invitation | None:
    """Read the first event of a calendar part; None where there is none."""
    try:
        event: Mapping[str, Any] = first_event(calendar)
    except CannotAnswer:
        return None
    starts = _moment(event, "DTSTART")
    ends = _moment(event, "DTEND")
    length = getattr(event.get("DURATION"), "dt", None)
    if ends is None and starts is not None and isinstance(length, timedelta):
        ends = starts + length
    listed = event.get("ATTENDEE", [])
    attendees = listed if isinstance(listed, list) else [listed]
    stamp = _moment(event, "DTSTAMP")
    recurrence = event.get("RECURRENCE-ID")
    return Invitation(
        method=str(calendar.get("METHOD", "")).upper(),
        uid=str(event.get("UID", "")),
        recurrence_id=recurrence.to_ical().decode() if recurrence is not None else "",
        sequence=int(event.get("SEQUENCE", 0)),
        stamp=stamp if isinstance(stamp, datetime) else None,
        starts=starts,
        ends=ends,
        zone=_zone(event),
        summary=str(event.get("SUMMARY", "")),
        location=str(event.get("LOCATION", "")),
        description=str(event.get("DESCRIPTION", "")),
        status=str(event.get("STATUS", "")).upper(),
        organizer=str(event.get("ORGANIZER", "")),
        attendees=tuple(str(a) for a in attendees),
        partstat=str(attendees[0].params.get("PARTSTAT", "")) if attendees and hasattr(attendees[0], "params") else "",
    )


def _moment(event: Mapping[str, Any], name: str) -> datetime | date | None:
    value = getattr(event.get(name), "dt", None)
    return value if isinstance(value, date) else None


def _zone(event: Mapping[str, Any]) -> str:
    start = event.get("DTSTART")
    if start is None or not isinstance(start.dt, datetime):
        return ""
    return str(start.params.get("TZID", "") or ("UTC" if start.dt.tzinfo is not None else "no zone"))


def entries_of(received: Iterable[tuple[Invitation, Answer | None]]) -> list[Entry]:
    """Apply what a mailbox received, oldest first, each with the answer it was given; return its entries by time."""
    entries: dict[tuple[str, str], Entry] = {}
    for invitation, answer in received:
        key = (invitation.uid, invitation.recurrence_id)
        entry = _apply(entries.get(key), invitation)
        if entry is not None:
            is_current = invitation.can_be_answered and invitation.sequence == entry.invitation.sequence
            entries[key] = _answered(entry, answer) if is_current else entry
    return sorted(entries.values(), key=lambda e: str(e.invitation.starts))


def _apply(entry: Entry | None, invitation: Invitation) -> Entry | None:
    said = f"{invitation.method} {invitation.sequence}"
    if entry is None:
        if invitation.method == "REQUEST":
            return Entry(invitation, "not answered", (f"{said}: invited, {invitation.when}",))
        return None
    held = entry.invitation
    if _order(invitation) < _order(held):
        return replace(entry, history=(*entry.history, f"{said}: ignored, older than {held.sequence}"))
    if invitation.method == "CANCEL":
        return replace(
            entry, invitation=_cancelled(held, invitation), state="cancelled", history=(*entry.history, f"{said}: cancelled")
        )
    if invitation.method != "REQUEST":
        return replace(entry, history=(*entry.history, f"{said}: noted"))
    if entry.is_cancelled and invitation.sequence <= held.sequence:
        return replace(entry, history=(*entry.history, f"{said}: ignored, this entry was cancelled"))
    moved = f"moved to {invitation.when}" if invitation.when != held.when else "changed"
    state = entry.state if invitation.sequence == held.sequence else "not answered"
    return Entry(invitation, state, (*entry.history, f"{said}: {moved}"))


def _order(invitation: Invitation) -> tuple[int, float]:
    return invitation.sequence, invitation.stamp.timestamp() if invitation.stamp else 0.0


def _cancelled(held: Invitation, cancel: Invitation) -> Invitation:
    """Keep what was shown, with the number of the cancellation: a later REQUEST must be above it."""
    return replace(held, method="CANCEL", sequence=cancel.sequence, stamp=cancel.stamp, status=cancel.status)


_STATES: Mapping[Answer, str] = {
    Answer.ACCEPTED: "accepted",
    Answer.TENTATIVE: "tentative",
    Answer.DECLINED: "declined",
    Answer.COUNTER: "another time proposed",
}


def _answered(entry: Entry, answer: Answer | None) -> Entry:
    """Show the last answer given to this revision."""
    if answer is None or entry.is_cancelled:
        return entry
    return replace(entry, state=_STATES[answer], history=(*entry.history, f"you answered: {_STATES[answer]}"))
