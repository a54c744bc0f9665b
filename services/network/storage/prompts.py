"""Queries about prompts that were looked into without finding anybody."""

from sqlalchemy import select

from services.network.domain.cases import CaseId
from services.network.domain.prompts import LookedInto, Prompt
from services.network.storage.tables.circles import LookedIntoRow
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def list_of(unit: Unit, case_id: CaseId) -> list[LookedInto]:
    """Return what was looked into in a family."""
    rows = await unit.session.scalars(
        select(LookedIntoRow).where(LookedIntoRow.county_id == unit.county_id, LookedIntoRow.case_id == case_id)
    )
    return [await _to_looked_into(unit, row) for row in rows]


async def save(unit: Unit, case_id: CaseId, looked_into: LookedInto) -> None:
    """Store that a prompt of a family whose row is held was looked into, in the place of what stood there."""
    row = await unit.session.get(LookedIntoRow, (case_id, looked_into.prompt.value))
    if row is None:
        row = LookedIntoRow(case_id=case_id, prompt=looked_into.prompt.value, county_id=unit.county_id)
        unit.session.add(row)
    row.words = await unit.seal(
        looked_into.note, key=KeyOf(KeyKind.CASE, case_id), table="looked_into", column=looked_into.prompt.value, row_id=case_id
    )
    row.looked_by = looked_into.looked_by
    row.looked_at = looked_into.looked_at


async def _to_looked_into(unit: Unit, row: LookedIntoRow) -> LookedInto:
    return LookedInto(
        prompt=Prompt(row.prompt),
        # A family has one row for each prompt, so the prompt names the place.
        note=await unit.open(row.words, table="looked_into", column=row.prompt, row_id=row.case_id),
        looked_by=row.looked_by,
        looked_at=row.looked_at,
    )
