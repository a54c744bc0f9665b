"""What an operator may do that no page offers."""

from uuid import UUID

from services.network.use_cases.destroy_words import destroy_words_of
from shared.db.unit import Actor, Units
from shared.jobs.commands import Found
from shared.kernel.errors import SurroundError
from shared.kernel.ids import read
from shared.kernel.sealed import KeyKind, KeyOf
from shared.settings import County

_PREFIXES = {KeyKind.PERSON: "per", KeyKind.CASE: "case"}


async def destroy_words(units: Units, county: County, key: KeyOf, *, by: str, approved_by: str) -> Found:
    """Destroy what was written about a person or a family for good; say why not where that cannot be."""
    try:
        async with units.open(county.id, Actor("operator", by)) as unit:
            await destroy_words_of(unit, key, approved_by=approved_by)
    except SurroundError as refusal:
        return Found(False, [f"{county.slug}: nothing was destroyed ({refusal.code}). {refusal.detail}"])
    return Found(True, [f"{county.slug}: the words of this {key.kind.value} are destroyed; other services follow within seconds"])


def read_key(shown_id: str) -> KeyOf:
    """Read whose words are meant: `per_…` or `case_…`. Raises ValueError."""
    for kind, prefix in _PREFIXES.items():
        found: UUID | None = read(prefix, shown_id)
        if found is not None:
            return KeyOf(kind, found)
    raise ValueError("a person (per_…) or a family (case_…)")
