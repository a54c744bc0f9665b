"""Take over an answer about a promise that network has judged, and tell somebody who answered by text what was understood."""

from datetime import datetime

from services.notify.domain.entries import KeptEntry, answered, heard
from services.notify.domain.messages import Kind
from services.notify.domain.planning import telling_person
from services.notify.storage import entries, messages
from services.notify.use_cases.text_back import number_to_text
from shared.db.unit import Unit
from shared.events.entries import Answer
from shared.events.network import CommitmentAnswered
from shared.events.notify import ReplyChannel
from shared.kernel.wall import local_date

APPLIED = "applied"
_ANSWERS = {"accepted": Answer.ACCEPTED, "partial": Answer.ACCEPTED, "declined": Answer.DECLINED}
_SAID = frozenset({"declined", "partial", "withdrawn", "turn_excused", "kept", "partly_kept", "missed", "help"})


async def hear_promise_answer(unit: Unit, fact: CommitmentAnswered, *, position: int) -> None:
    """Keep the answer that stands. A text is answered by one, whatever came of it."""
    kept = await entries.find_for_update(unit, fact.commitment_id, 0)
    if kept is None:
        return
    entry = heard(kept, fact.reply_id)
    if fact.turn_starts_at is None and fact.said in _ANSWERS and fact.outcome == APPLIED:
        entry = answered(entry, _ANSWERS[fact.said], position=position)
    if entry != kept:
        await entries.save_answer(unit, entry)
    if fact.channel == ReplyChannel.SMS.value:
        await _text_back(unit, entry, fact)


async def _text_back(unit: Unit, entry: KeptEntry, fact: CommitmentAnswered) -> None:
    point = await number_to_text(unit, entry.person_id)
    if point is None:
        return
    kind, detail = _reply(fact, entry)
    cause = local_date(unit.now, entry.time_zone).isoformat() if kind is Kind.UNCLEAR else fact.reply_id
    text = telling_person(
        kind,
        message_id=unit.new_id(),
        county_id=unit.county_id,
        person_id=entry.person_id,
        contact_point_id=point.id,
        cause=cause,
        now=unit.now,
        # A reply speaks of what was said, whatever revision comes of it; only a question is about the present one.
        entry=entry if kind is Kind.PROMISE_OLD_TIME else None,
        detail=detail,
        turn=_times(entry, fact),
    )
    await messages.add(unit, [text])


def _reply(fact: CommitmentAnswered, entry: KeptEntry) -> tuple[Kind, str]:
    """Return which words answer, and what they say was understood."""
    if fact.outcome == APPLIED:
        if fact.said in {"accepted", "turn_confirmed"} and fact.turn_starts_at is not None:
            return Kind.PROMISE_ANSWER, "ready"
        return Kind.PROMISE_ANSWER, fact.said if fact.said in _SAID else "accepted"
    if fact.outcome == "old_time":
        return Kind.PROMISE_OLD_TIME, "asked" if entry.is_live and entry.answer is Answer.NEEDS_ACTION else "changed"
    return (Kind.UNCLEAR, "") if fact.outcome == "unclear" else (Kind.PROMISE_ANSWER, fact.outcome)


def _times(entry: KeptEntry, fact: CommitmentAnswered) -> tuple[datetime, datetime]:
    """Return the time that was answered about: one turn, what a partial yes reaches, or what comes next."""
    known = next((turn for turn in entry.turns if turn.starts_at == fact.turn_starts_at), None)
    turn = known or entry.next_turn(fact.at)
    if fact.turn_starts_at is not None and known is None:
        return fact.turn_starts_at, fact.turn_starts_at + (turn.ends_at - turn.starts_at)
    return turn.starts_at, fact.until if fact.until and fact.until > turn.starts_at else turn.ends_at
