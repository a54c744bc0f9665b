"""network has judged an answer about a promise."""

from services.notify.use_cases.hear_promise_answer import hear_promise_answer
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import CommitmentAnswered


@on(CommitmentAnswered)
async def keep_promise_answer(unit: Unit, fact: Fact[CommitmentAnswered]) -> None:
    """Keep the answer that stands, and text back what was understood."""
    await hear_promise_answer(unit, fact.body, position=fact.position)
