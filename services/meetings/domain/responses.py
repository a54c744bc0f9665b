"""What an answer means. One reducer for every channel: mail, text, link, and an answer that staff took by phone.

All replies about one entry are judged together, from scratch, by data that the replies themselves carry. So the order in which
they arrive, and how often, changes nothing. A reply is ordered by the number it answers, its stamp, when it was received, and its
id; the greatest stands (RFC 5546 §2.1.5).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.meetings.domain.meetings import Heard, Issue, Meeting, Part, Participant
from shared.events.entries import Answer, Method
from shared.events.notify import Proof, ReplyChannel, ReplyKind, ReplyReceived


class Outcome(StrEnum):
    """The eight ends of a reply; each has exactly one, and staff can see it.

    `after_cancel` is a reply to something already called off: it is recorded and changes nothing. `proposal` is another time, or
    somebody sent instead: the meeting stands until staff answer.
    """

    APPLIED = "applied"
    SUPERSEDED = "superseded"
    ANSWERED_OLD_TIME = "answered_old_time"
    PROPOSAL = "proposal"
    QUARANTINED = "quarantined"
    REFUSED = "refused"
    NOT_AN_ANSWER = "not_an_answer"
    AFTER_CANCEL = "after_cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply in the shape the reducer needs. `partstat` is the raw word in lower case; `approved` is a person's later word that
    a quarantined reply is genuine; `names_delegate` says whether a delegation names anybody.
    """

    reply_id: str
    kind: ReplyKind
    partstat: str
    sequence: int | None
    stamp: datetime | None
    received_at: datetime
    channel: ReplyChannel
    proof: Proof
    refused: str = ""
    names_delegate: bool = False
    of_an_instance: bool = False
    approved: bool = False
    proposed_starts_at: datetime | None = None
    proposed_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The newest answer that counts for one entry, and the end of every reply by its id."""

    heard: Heard | None
    outcomes: Mapping[str, Outcome]


_WORDS = {
    "needs-action": Answer.NEEDS_ACTION,
    "accepted": Answer.ACCEPTED,
    "declined": Answer.DECLINED,
    "tentative": Answer.TENTATIVE,
    "delegated": Answer.DELEGATED,
}

# RFC 5545 gives these to a VTODO only; a VEVENT that claims them is no answer we can read.
_IMPOSSIBLE = frozenset({"completed", "in-process"})


def reply_from(fact: ReplyReceived, *, delegated_to: str = "", approved: bool = False) -> Reply:
    """Return the reply that notify took in. `delegated_to` is the opened word beside it; only whether it is there matters."""
    return Reply(
        reply_id=fact.reply_id,
        kind=fact.kind,
        partstat=fact.partstat,
        sequence=fact.sequence,
        stamp=fact.stamp,
        received_at=fact.received_at,
        channel=fact.channel,
        proof=fact.proof,
        refused=fact.refused,
        names_delegate=bool(delegated_to),
        of_an_instance=fact.recurrence_id is not None,
        approved=approved,
        proposed_starts_at=fact.proposed_starts_at,
        proposed_ends_at=fact.proposed_ends_at,
    )


def taken_by_staff(reply_id: str, answer: Answer, *, part: Part, now: datetime) -> Reply:
    """Return an answer that a member of staff heard by phone or in person; it is about the present time."""
    return Reply(
        reply_id=reply_id,
        kind=ReplyKind.ANSWER,
        partstat=answer.value.replace("_", "-"),
        sequence=part.asked,
        stamp=now,
        received_at=now,
        channel=ReplyChannel.STAFF,
        proof=Proof.STAFF,
    )


def answer_of(partstat: str) -> Answer:
    """Return the answer a PARTSTAT means; a word we do not know means "not answered yet" (RFC 5545 §3.2.12)."""
    return _WORDS.get(partstat.strip().lower().replace("_", "-"), Answer.NEEDS_ACTION)


def match(
    meeting: Meeting, *, uid: str, participant_id: UUID | None, person_id: UUID | None
) -> tuple[tuple[Participant, Part], ...]:
    """Return the entries a reply is about: one by its UID, or all parts of the person it names. Nothing when these disagree."""
    found = []
    for one in meeting.participants:
        if participant_id not in (None, one.participant_id) or person_id not in (None, one.person_id):
            continue
        if not uid and participant_id is None and person_id is None:
            continue
        found += [(one, part) for part in one.parts if not uid or part.uid.casefold() == uid.strip().casefold()]
    return tuple(found)


def judge(part: Part | None, replies: Iterable[Reply]) -> Judgement:
    """Return what all replies about one entry come to. `part` is None for replies that match nobody: a person looks at those."""
    distinct = {reply.reply_id: reply for reply in replies}
    outcomes: dict[str, Outcome] = {}
    answers: list[tuple[Heard, Reply]] = []
    for reply in distinct.values():
        ended = _ends_at_once(part, reply)
        if ended is not None:
            outcomes[reply.reply_id] = ended
        elif part is not None:
            answers.append((_heard(part, reply), reply))
    answers.sort(key=lambda pair: (pair[0].sequence, pair[0].stamp, pair[0].received_at, pair[0].reply_id))
    for heard, reply in answers:
        outcomes[reply.reply_id] = _outcome(part, heard, reply, newest=answers[-1][0])
    return Judgement(answers[-1][0] if answers else None, outcomes)


def asks_again(part: Part | None, reply: Reply) -> bool:
    """Whether the present invitation is to be sent again: only to somebody we know, who asked (REFRESH)."""
    return reply.kind is ReplyKind.REFRESH and part is not None and part.live and _is_proved(reply) and not reply.refused


def approve(reply: Reply) -> Reply:
    """Return a quarantined reply as a member of staff vouches for it; it keeps its own place in the order."""
    return replace(reply, approved=True)


def _is_proved(reply: Reply) -> bool:
    return reply.approved or reply.proof is not Proof.NONE


def _ends_at_once(part: Part | None, reply: Reply) -> Outcome | None:
    """The ends that do not depend on other replies; None for an answer that takes its place in the order."""
    if reply.kind is ReplyKind.NOT_AN_ANSWER:
        return Outcome.NOT_AN_ANSWER
    if reply.refused or reply.partstat in _IMPOSSIBLE:
        return Outcome.REFUSED
    if reply.kind is ReplyKind.REFRESH:
        return Outcome.NOT_AN_ANSWER
    if _delegates(reply) and not reply.names_delegate:
        return Outcome.REFUSED
    # Our meetings do not recur, so a reply to one instance is about something we never sent.
    if part is None or not part.was_invited or not _is_proved(reply) or (reply.of_an_instance and not reply.approved):
        return Outcome.QUARANTINED
    if _current(part, reply.received_at).method is Method.CANCEL:
        return Outcome.AFTER_CANCEL
    return Outcome.PROPOSAL if reply.kind is ReplyKind.OTHER_TIME else None


def _delegates(reply: Reply) -> bool:
    return reply.kind is ReplyKind.DELEGATION or answer_of(reply.partstat) is Answer.DELEGATED


def _outcome(part: Part | None, heard: Heard, reply: Reply, *, newest: Heard) -> Outcome:
    if part is not None and heard.sequence != part.asked:
        return Outcome.ANSWERED_OLD_TIME
    if heard != newest:
        return Outcome.SUPERSEDED
    # The person has said that they will not come themselves; whom they send is for staff to decide (RFC 5546 §3.2.2.3).
    return Outcome.PROPOSAL if _delegates(reply) else Outcome.APPLIED


def _current(part: Part, at: datetime) -> Issue:
    """What the person had been sent last at an instant; before the first, the first."""
    return next((issue for issue in reversed(part.issues) if issue.at <= at), part.issues[0])


def _heard(part: Part, reply: Reply) -> Heard:
    """Distrust clocks and counters: no stamp is later than the arrival, no number is one we had not asked about by then."""
    asked = {issue.sequence for issue in part.issues if issue.method is Method.REQUEST and issue.at <= reply.received_at}
    number = reply.sequence or 0
    return Heard(
        answer=Answer.DELEGATED if reply.kind is ReplyKind.DELEGATION else answer_of(reply.partstat),
        sequence=number if number in asked else _current(part, reply.received_at).sequence,
        stamp=min(reply.stamp or reply.received_at, reply.received_at),
        received_at=reply.received_at,
        reply_id=reply.reply_id,
        channel=reply.channel.value,
    )
