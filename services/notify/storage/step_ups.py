"""Queries about how often somebody failed to prove who they are. The count is kept where the words are, so it holds for good."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from services.notify.domain.step_up import Tries
from services.notify.storage.tables import StepUpRow
from shared.db.unit import Unit


async def hold(unit: Unit, person_id: UUID) -> Tries:
    """Return how often in a row somebody was wrong, and hold it: those who try at once take turns."""
    held = await unit.session.execute(
        insert(StepUpRow)
        .values(county_id=unit.county_id, person_id=person_id, wrong=0)
        # Writing it as it stands holds it; one that is forgotten meanwhile is made anew.
        .on_conflict_do_update(index_elements=["county_id", "person_id"], set_={"wrong": StepUpRow.wrong})
        .returning(StepUpRow.wrong, StepUpRow.locked_until)
    )
    row = held.one()
    return Tries(row.wrong, row.locked_until)


async def save(unit: Unit, person_id: UUID, tries: Tries) -> None:
    """Store how often in a row somebody was wrong."""
    values: dict[str, int | datetime | None] = {"wrong": tries.wrong, "locked_until": tries.locked_until}
    await unit.session.execute(
        insert(StepUpRow)
        .values(county_id=unit.county_id, person_id=person_id, **values)
        .on_conflict_do_update(index_elements=["county_id", "person_id"], set_=values)
    )


async def forget(unit: Unit, person_id: UUID) -> None:
    """Forget the wrong tries of somebody who proved who they are."""
    await unit.session.execute(delete(StepUpRow).where(StepUpRow.county_id == unit.county_id, StepUpRow.person_id == person_id))
