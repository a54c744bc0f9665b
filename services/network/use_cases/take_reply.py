"""Take what came back about a promise, by text, tap or mail: notify has understood the words, this decides what they mean.

An answer that cannot be applied changes nothing and is told as such, so that its sender hears why (RELIABILITY R9: an answer to an
older entry never overrules a newer one).
"""

from services.network.domain.cases import check_open as check_case_open
from services.network.domain.commitments import AnswerSource, Commitment, CommitmentId, single_time
from services.network.domain.plan_errors import (
    AlreadyAnswered,
    AlreadyCovered,
    CommitmentHasEnded,
    KeptApart,
    MemberCannotProtect,
    NoSuchTurn,
    NotAccepted,
    PlanHasEnded,
    RestIsCovered,
    TurnIsOver,
    TurnNotOver,
)
from services.network.storage import cases, commitments, plans
from services.network.use_cases.answer_commitment import answer_commitment, tell_not_applied
from services.network.use_cases.plan_commands import GiveAnswer, Said
from shared.db.unit import Unit
from shared.events.notify import Proof, ReplyChannel, ReplyKind, ReplyReceived
from shared.kernel.errors import Invalid, SurroundError
from shared.settings import County

_SOURCES = {
    ReplyChannel.SMS: AnswerSource.TEXT,
    ReplyChannel.LINK: AnswerSource.TAP,
    ReplyChannel.MAIL: AnswerSource.MAIL,
}
"""What staff heard reaches network through its own door, with a witness: a reply names none, so none of it is taken from here."""

_TURNS = {
    "accepted": Said.TURN_CONFIRMED,
    "declined": Said.TURN_EXCUSED,
    "kept": Said.KEPT,
    "partly_kept": Said.PARTLY_KEPT,
    "missed": Said.MISSED,
    "help": Said.HELP,
}
_OUTCOMES: dict[type[SurroundError], str] = {
    AlreadyCovered: "already_covered",
    RestIsCovered: "rest_covered",
    CommitmentHasEnded: "too_late",
    PlanHasEnded: "too_late",
    TurnIsOver: "too_late",
    TurnNotOver: "not_possible",
    NoSuchTurn: "not_possible",
    NotAccepted: "not_possible",
    AlreadyAnswered: "not_possible",
    MemberCannotProtect: "not_possible",
    KeptApart: "not_possible",
    Invalid: "not_possible",
}


async def take_reply(unit: Unit, reply: ReplyReceived, county: County) -> None:
    """Apply a reply about a promise; one that proves nothing, or is about nothing of ours, is left to notify."""
    if reply.subject_id is None or reply.proof is Proof.NONE or reply.refused:
        return
    commitment_id = CommitmentId(reply.subject_id)
    case_id = await commitments.find_case(unit, commitment_id)
    said = meaning_of(reply)
    if case_id is None or said is None:
        return
    case = await cases.get_for_update(unit, case_id)
    # Only now: a promise may have gone on in the next version of its plan while this waited for the family.
    plan_id = await commitments.find_plan(unit, commitment_id)
    if plan_id is None:
        return
    plan = await plans.get_for_update(unit, plan_id)
    commitment = await commitments.get(unit, commitment_id)
    if _is_about_an_older_entry(commitment, said, reply):
        if not commitment.holds or commitment.asked_until is not None:
            tell_not_applied(unit, commitment, said, "old_time")
        return
    try:
        check_case_open(case)
        async with unit.attempt():
            await answer_commitment(unit, plan, case, commitment, said, county)
    except tuple(_OUTCOMES) as refusal:
        outcome = next(word for kind, word in _OUTCOMES.items() if isinstance(refusal, kind))
        tell_not_applied(unit, commitment, said, outcome)


def _is_about_an_older_entry(commitment: Commitment, said: GiveAnswer, reply: ReplyReceived) -> bool:
    """Whether a yes was to an entry that has changed since. To do less of what one promised is possible whatever one looked at.

    A text is always written below the first question. One that came after its writer kept a part is about what they gave up.
    """
    if said.said not in {Said.ACCEPTED, Said.PARTIAL} or said.sequence is None or said.sequence >= commitment.sequence:
        return False
    if not commitment.holds or commitment.promise.pattern.rule is not None:
        return True
    if said.until is not None:
        return said.until >= single_time(commitment).end
    is_later_text = said.source is AnswerSource.TEXT and reply.received_at > commitment.updated_at
    return not (commitment.asked_until is not None and is_later_text)


def meaning_of(reply: ReplyReceived) -> GiveAnswer | None:
    """Return what a reply means; None for one that is no answer to a promise, or not the member's own."""
    source = _SOURCES.get(reply.channel)
    if reply.kind is ReplyKind.WITHDRAWAL:
        said: Said | None = Said.WITHDRAWN
    elif reply.kind is ReplyKind.TURN:
        said = _TURNS.get(reply.partstat)
    elif reply.kind is ReplyKind.ANSWER and reply.partstat == "accepted":
        said = Said.PARTIAL if reply.proposed_ends_at else Said.ACCEPTED
    elif reply.kind is ReplyKind.ANSWER and reply.partstat == "declined":
        said = Said.DECLINED
    else:
        said = None
    if said is None or source is None:
        return None
    return GiveAnswer(
        said=said,
        source=source,
        turn_starts_at=reply.recurrence_id,
        until=reply.proposed_ends_at,
        sequence=reply.sequence,
        reply_id=reply.reply_id,
    )
