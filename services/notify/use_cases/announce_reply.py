"""Announce what came back, in the one shape that every channel shares; its owner judges it: meetings, or network for a promise."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notify.domain.entries import KeptEntry
from shared.db.unit import Unit
from shared.events.notify import Proof, ReplyChannel, ReplyKind, ReplyReceived, ReplyWords, SubjectKind
from shared.kernel.ids import spell
from shared.kernel.sealed import KeyKind, KeyOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person said. `entry` is what it is about, if that is known; `uid` is the one that they named, or the entry's."""

    reply_id: UUID
    received_at: datetime
    channel: ReplyChannel
    kind: ReplyKind
    proof: Proof
    entry: KeptEntry | None = None
    person_id: UUID | None = None
    uid: str = ""
    sequence: int | None = None
    stamp: datetime | None = None
    recurrence_id: datetime | None = None
    partstat: str = ""
    refused: str = ""
    comment: str = ""
    delegated_to: str = ""
    proposed_starts_at: datetime | None = None
    proposed_ends_at: datetime | None = None


def reply_name(reply_id: UUID) -> str:
    """Return the id of a reply as its facts spell it."""
    return spell("rep", reply_id)


def announce_reply(unit: Unit, said: Said) -> None:
    """Announce a reply in the transaction that marks it as understood."""
    entry = said.entry
    person_id = entry.person_id if entry else said.person_id
    words = ReplyWords(comment=said.comment, delegated_to=said.delegated_to) if said.comment or said.delegated_to else None
    unit.announce(
        ReplyReceived(
            reply_id=reply_name(said.reply_id),
            subject_kind=entry.subject_kind if entry else SubjectKind.MEETING if said.uid else SubjectKind.PERSON,
            subject_id=entry.subject_id if entry else None,
            person_id=person_id,
            participant_id=entry.participant_id if entry else None,
            uid=entry.uid if entry else said.uid,
            recurrence_id=said.recurrence_id,
            sequence=said.sequence,
            stamp=said.stamp,
            received_at=said.received_at,
            channel=said.channel,
            kind=said.kind,
            partstat=said.partstat,
            proof=said.proof,
            refused=said.refused,
            proposed_starts_at=said.proposed_starts_at,
            proposed_ends_at=said.proposed_ends_at,
        ),
        subject=entry.subject_id if entry else person_id or said.reply_id,
        words=words,
        # Words of nobody we know are sealed with a key of their own, so that they can be destroyed alone.
        key=KeyOf(KeyKind.PERSON, person_id or said.reply_id) if words else None,
    )
