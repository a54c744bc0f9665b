"""Shapes of what came back about a meeting."""

from services.meetings.domain.responses import Outcome
from services.meetings.storage.replies import Received
from shared.events.notify import Proof, ReplyChannel, ReplyKind
from shared.web.fields import Instant, Model, ParticipantId, PersonId, ReplyId


class ReplyOut(Model):
    """A reply as it came, and its end."""

    id: ReplyId
    participant_id: ParticipantId | None
    person_id: PersonId | None
    kind: ReplyKind
    partstat: str
    sequence: int | None
    channel: ReplyChannel
    proof: Proof
    refused: str | None
    received_at: Instant
    proposed_starts_at: Instant | None
    proposed_ends_at: Instant | None
    outcome: Outcome
    comment: str
    delegated_to: str
    approved_by: str | None


def reply_out(received: Received, *, may_reach: bool) -> ReplyOut:
    """Write a reply. Whom somebody sends instead is an address, so it needs the scope for contacts."""
    reply = received.reply
    return ReplyOut(
        id=received.id,
        participant_id=received.participant_id,
        person_id=received.person_id,
        kind=reply.kind,
        partstat=reply.partstat,
        sequence=reply.sequence,
        channel=reply.channel,
        proof=reply.proof,
        refused=reply.refused or None,
        received_at=reply.received_at,
        proposed_starts_at=reply.proposed_starts_at,
        proposed_ends_at=reply.proposed_ends_at,
        outcome=received.outcome,
        comment=received.comment,
        delegated_to=received.delegated_to if may_reach else "",
        approved_by=received.approved_by,
    )
