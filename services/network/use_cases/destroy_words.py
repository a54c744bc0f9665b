"""Destroy what was written about a person or a family, here and wherever it was told."""

from services.network.domain.cases import CaseId
from services.network.domain.errors import WordsStillNeeded
from services.network.domain.people import PersonId
from services.network.storage import cases, people
from shared.db.erasure import destroy_words
from shared.db.unit import Unit
from shared.events.network import WordsDestroyed
from shared.kernel.sealed import KeyKind, KeyOf


async def destroy_person_words(unit: Unit, person_id: PersonId) -> None:
    """Destroy a person's names, numbers and addresses. Raises NotFound, or WordsStillNeeded while a family of theirs is open."""
    await people.get_for_update(unit, person_id)
    if await cases.is_around_open(unit, person_id):
        raise WordsStillNeeded
    await _destroy(unit, KeyOf(KeyKind.PERSON, person_id))


async def destroy_case_words(unit: Unit, case_id: CaseId) -> None:
    """Destroy what was written about a family; the people in it keep theirs. Raises NotFound, WordsStillNeeded while it is open."""
    case = await cases.get_for_update(unit, case_id)
    if not case.is_closed:
        raise WordsStillNeeded
    await _destroy(unit, KeyOf(KeyKind.CASE, case_id))


async def _destroy(unit: Unit, key: KeyOf) -> None:
    await destroy_words(unit, key)
    unit.announce(WordsDestroyed(kind=key.kind.value, subject_id=key.id, at=unit.now), subject=key.id)
