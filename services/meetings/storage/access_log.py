"""Queries of the audit: who has looked at a family's meetings and due dates."""

from uuid import UUID

from sqlalchemy import select

from services.meetings.storage.tables import MeetingRow
from shared.db import looks
from shared.db.looks import Viewer
from shared.db.unit import Unit


async def list_viewers(unit: Unit, case_id: UUID) -> list[Viewer]:
    """Return everybody who has looked at a family's due dates, searched times for it, or opened one of its meetings."""
    of_family = select(MeetingRow.id).where(MeetingRow.county_id == unit.county_id, MeetingRow.case_id == case_id)
    meetings = set(await unit.session.scalars(of_family))
    return await looks.list_viewers(unit, [looks.about("case", [case_id]), looks.about("meeting", meetings)])
