"""A unit of work commits its change, its facts and its audit together, or nothing."""

from datetime import UTC, timedelta
from uuid import UUID

from sqlalchemy import text

from shared.db.unit import Unit
from tests.shared.db.conftest import Open
from tests.shared.db.sample.storage.tables import NoteRow


async def note(unit: Unit, title: str = "a note") -> UUID:
    """Add a note and return its id."""
    row = NoteRow(id=unit.new_id(), county_id=unit.county_id, title=title, words=None, at=unit.now)
    unit.session.add(row)
    return row.id


async def test_now_is_the_databases_clock_in_utc(opened: Open) -> None:
    async with opened() as unit:
        assert unit.now.utcoffset() == timedelta(0)
        assert unit.now == (await unit.session.execute(text("SELECT now()"))).scalar_one().astimezone(UTC)


async def test_what_a_unit_did_is_there_afterwards(opened: Open) -> None:
    async with opened() as unit:
        made = await note(unit)
    async with opened() as unit:
        assert await unit.session.get(NoteRow, made) is not None
