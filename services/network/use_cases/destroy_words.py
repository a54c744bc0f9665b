"""Destroy what was written about a person or a family, here and wherever it was told."""

from services.network.domain.cases import CaseId
from services.network.domain.errors import SecondPersonNeeded, WordsStillNeeded
from services.network.domain.people import PersonId
from services.network.storage import cases, people
from shared.db.erasure import destroy_words
from shared.db.unit import Unit
from shared.events.network import WordsDestroyed
from shared.kernel.sealed import KeyKind, KeyOf


async def destroy_words_of(unit: Unit, key: KeyOf, *, approved_by: str) -> None:
    """Destroy a person's names, numbers and addresses, or all notes about a family, whose people keep theirs.

    It cannot be undone, so it takes two people, both on record (API D7). Raises NotFound, SecondPersonNeeded, and WordsStillNeeded
    while the family, or any family of the person, is open.
    """
    if approved_by == unit.actor.id:
        raise SecondPersonNeeded
    if await _is_needed(unit, key):
        raise WordsStillNeeded
    await destroy_words(unit, key)
    await unit.audit(
        "words.destruction_approved", subject_kind=key.kind.value, subject_id=key.id, details={"approved_by": approved_by}
    )
    unit.announce(WordsDestroyed(kind=key.kind.value, subject_id=key.id, at=unit.now), subject=key.id)


async def _is_needed(unit: Unit, key: KeyOf) -> bool:
    if key.kind is KeyKind.CASE:
        return not (await cases.get_for_update(unit, CaseId(key.id))).is_closed
    await people.get_for_update(unit, PersonId(key.id))
    return await cases.is_around_open(unit, PersonId(key.id))
