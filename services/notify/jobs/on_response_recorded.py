"""meetings has judged an answer."""

from services.notify.use_cases.hear_response import hear_response
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.meetings import ResponseRecorded


@on(ResponseRecorded)
async def keep_answer(unit: Unit, fact: Fact[ResponseRecorded]) -> None:
    """Keep the answer that stands, and text back what was understood."""
    await hear_response(unit, fact.body, position=fact.position)
