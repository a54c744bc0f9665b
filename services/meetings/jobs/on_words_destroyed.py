"""network destroyed what was written about a person or a family."""

from services.meetings.use_cases.forget_words import forget_words
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import WordsDestroyed
from shared.kernel.sealed import KeyKind, KeyOf


@on(WordsDestroyed)
async def forget_what_was_written(unit: Unit, fact: Fact[WordsDestroyed]) -> None:
    """Destroy the keys that came with its facts, and those of the family's meetings."""
    await forget_words(unit, KeyOf(KeyKind(fact.body.kind), fact.body.subject_id))
