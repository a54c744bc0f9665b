"""notify took something in: by mail, text or link."""

from services.network.use_cases.take_reply import take_reply
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.notify import ReplyReceived, SubjectKind


@on(ReplyReceived)
async def judge_reply(unit: Unit, fact: Fact[ReplyReceived]) -> None:
    """Say what it means, if it is about a promise."""
    if fact.body.subject_kind is SubjectKind.COMMITMENT:
        await take_reply(unit, fact.body, unit.county)
