"""notify took something in: by mail, text or link."""

from services.meetings.use_cases.record_response import record_reply
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.notify import ReplyReceived, SubjectKind


@on(ReplyReceived)
async def judge_reply(unit: Unit, fact: Fact[ReplyReceived]) -> None:
    """Say what it means, if it is about a meeting."""
    if fact.body.subject_kind is SubjectKind.MEETING:
        await record_reply(unit, fact.body, await fact.words())
