"""Which messages follow from an entry: the one that tells of the revision, and the reminders still to come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notify.domain.channels import Choice, Contact, choose
from services.notify.domain.entries import KeptEntry
from services.notify.domain.messages import BY_MACHINE_ALONE, Kind, Message, Way, dedupe_key, lane_of, not_after
from services.notify.domain.reminders import plan, plan_turns
from shared.events.entries import Turn
from shared.events.notify import SubjectKind

NOT_KNOWN_YET = (Choice(Way.CALL, None, "contact_unknown"),)
"""What is planned for a person of whom network has not told yet; how to reach them is decided anew when it is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """What planning needs beside the entry. `contact` is None for a person not heard of yet."""

    county_id: UUID
    contact: Contact | None
    now: datetime
    new_id: Callable[[], UUID]

    def telling(self, entry: KeptEntry, kind: Kind, *, again: str = "", turn: Turn | None = None) -> list[Message]:
        """Return what tells this person of the entry's present revision, due at once; `turn` is the one that it is about."""
        return [
            self._message(
                entry,
                kind,
                choice,
                due_at=self.now,
                latest=not_after(kind, now=self.now, starts_at=entry.starts_at, ends_at=entry.over_at),
                slot=str(entry.revision),
                again=again,
                turn=turn,
            )
            for choice in self._choices(kind)
        ]

    def reminding(self, entry: KeptEntry) -> list[Message]:
        """Return the reminders of the entry's present time that are still to come."""
        quiet = self.contact.quiet if self.contact else None
        return [
            self._message(
                entry,
                reminder.kind,
                self._choices(reminder.kind)[0],
                due_at=reminder.due_at,
                latest=reminder.not_after,
                slot=str(entry.timed_revision),
                offset=reminder.offset,
            )
            for reminder in plan(entry, quiet, now=self.now)
        ]

    def turning(self, entry: KeptEntry, turns: Sequence[Turn]) -> list[Message]:
        """Return what is said before and asked after these turns of a promise, which have become due by its present standing."""
        quiet = self.contact.quiet if self.contact else None
        return [
            self._message(
                entry,
                each.kind,
                choice,
                due_at=each.due_at,
                latest=each.not_after,
                slot=f"{each.turn.starts_at.isoformat()}@{entry.standing_position}",
                offset=each.offset,
                turn=each.turn,
            )
            for each in plan_turns(turns, quiet, now=self.now)
            if each.turn is not None
            for choice in self._choices(each.kind)[:1]
            if self.contact is None or not (choice.way.is_task and each.kind in BY_MACHINE_ALONE)
        ]

    def _choices(self, kind: Kind) -> tuple[Choice, ...]:
        return choose(self.contact, kind) if self.contact else NOT_KNOWN_YET

    def _message(
        self,
        entry: KeptEntry,
        kind: Kind,
        choice: Choice,
        *,
        due_at: datetime,
        latest: datetime,
        slot: str,
        offset: str = "",
        again: str = "",
        turn: Turn | None = None,
    ) -> Message:
        return Message(
            id=self.new_id(),
            county_id=self.county_id,
            kind=kind,
            way=choice.way,
            lane=lane_of(kind),
            person_id=entry.person_id,
            contact_point_id=choice.contact_point_id,
            subject_kind=entry.subject_kind,
            subject_id=entry.subject_id,
            revision=entry.revision,
            due_at=due_at,
            not_after=latest,
            dedupe_key=dedupe_key(
                kind, entry.subject_id, slot, entry.person_id, choice.way, offset=offset, part=entry.part, again=again
            ),
            part=entry.part,
            participant_id=entry.participant_id,
            entry_id=entry.id,
            sequence=entry.sequence,
            offset=offset,
            turn_starts_at=turn.starts_at if turn else None,
            turn_ends_at=turn.ends_at if turn else None,
        )


def telling_person(
    kind: Kind,
    *,
    message_id: UUID,
    county_id: UUID,
    person_id: UUID,
    contact_point_id: UUID,
    cause: str,
    now: datetime,
    entry: KeptEntry | None = None,
    detail: str = "",
    turn: tuple[datetime | None, datetime | None] = (None, None),
) -> Message:
    """Return a text about the person rather than a revision: a question for consent, or the reply to a text of theirs.

    `cause` names what it answers, so that hearing the same twice says the same once.
    """
    subject_kind, subject_id = (entry.subject_kind, entry.subject_id) if entry else (SubjectKind.PERSON, person_id)
    return Message(
        id=message_id,
        county_id=county_id,
        kind=kind,
        way=Way.SMS,
        lane=lane_of(kind),
        person_id=person_id,
        contact_point_id=contact_point_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        revision=entry.revision if entry else 0,
        due_at=now,
        not_after=not_after(kind, now=now),
        dedupe_key=dedupe_key(kind, subject_id, cause, person_id, Way.SMS),
        part=entry.part if entry else 0,
        participant_id=entry.participant_id if entry else None,
        entry_id=entry.id if entry else None,
        sequence=entry.sequence if entry else 0,
        detail=detail,
        turn_starts_at=turn[0],
        turn_ends_at=turn[1],
    )


def alerting(
    contact: Contact, *, message_id: UUID, county_id: UUID, subject_id: UUID, reason: str, cause: str, now: datetime
) -> Message | None:
    """Return what tells somebody of staff that something needs them, once for each cause; None where no machine reaches them."""
    choice = choose(contact, Kind.STAFF_ALERT)[0]
    if choice.way.is_task:
        return None
    return Message(
        id=message_id,
        county_id=county_id,
        kind=Kind.STAFF_ALERT,
        way=choice.way,
        lane=lane_of(Kind.STAFF_ALERT),
        person_id=contact.person_id,
        contact_point_id=choice.contact_point_id,
        subject_kind=SubjectKind.PERSON,
        subject_id=contact.person_id,
        revision=0,
        due_at=now,
        not_after=not_after(Kind.STAFF_ALERT, now=now),
        # Not by the way: who is reached differently tomorrow is not told the same once more.
        dedupe_key="|".join((Kind.STAFF_ALERT, subject_id.hex, reason, cause, contact.person_id.hex)),
        detail=reason,
    )
