"""Take over an answer that meetings has judged, and tell somebody who answered by text what was understood."""

from services.notify.domain.entries import KeptEntry, answered, heard
from services.notify.domain.messages import Kind
from services.notify.domain.planning import telling_person
from services.notify.storage import entries, messages
from services.notify.use_cases.text_back import number_to_text
from shared.db.unit import Unit
from shared.events.entries import Answer
from shared.events.meetings import ResponseRecorded
from shared.events.notify import ReplyChannel

APPLIED = "applied"
OLD_TIME = "answered_old_time"
_SAYABLE = frozenset({Answer.ACCEPTED, Answer.DECLINED, Answer.TENTATIVE})


async def hear_response(unit: Unit, fact: ResponseRecorded, *, position: int) -> None:
    """Keep the answer that stands. A text that answered an old time is answered with the present one."""
    if fact.participant_id is None:
        return
    for kept in await entries.list_of_participant_for_update(unit, fact.meeting_id, fact.participant_id):
        if not kept.is_live:
            continue
        entry = heard(answered(kept, fact.answer, position=position) if fact.outcome == APPLIED else kept, fact.reply_id)
        if entry != kept:
            await entries.save_answer(unit, entry)
        if fact.channel == ReplyChannel.SMS.value:
            await _text_back(unit, entry, fact)


async def _text_back(unit: Unit, entry: KeptEntry, fact: ResponseRecorded) -> None:
    applied = fact.outcome == APPLIED and fact.answer in _SAYABLE
    if not applied and fact.outcome != OLD_TIME:
        return
    point = await number_to_text(unit, entry.person_id)
    if point is None:
        return
    text = telling_person(
        Kind.ANSWER_CONFIRMATION if applied else Kind.OLD_TIME,
        message_id=unit.new_id(),
        county_id=unit.county_id,
        person_id=entry.person_id,
        contact_point_id=point.id,
        cause=fact.reply_id,
        now=unit.now,
        entry=entry,
        detail=fact.answer.value if applied else "",
    )
    await messages.add(unit, [text])
