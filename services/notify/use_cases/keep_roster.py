"""Keep who is around which family. Whoever leaves, and everybody at its end, loses the links to it in that moment.

A feed ends with the last open family that a person is around (CALENDAR C63, API L7). The revoked secret stays with its entry, so
that no later message makes a new one; taking people off the meetings themselves is for meetings. Promises to a family end with it:
what its members are told of that, network says.
"""

from collections.abc import Collection
from uuid import UUID

from services.notify.domain.links import Purpose
from services.notify.storage import entries, links, rosters
from services.notify.use_cases.end_promises import end_promises
from shared.db.unit import Unit
from shared.events.network import CaseClosed, MemberJoined, MemberLeft


async def join_roster(unit: Unit, told: MemberJoined, *, position: int) -> None:
    """Remember that somebody is around a family; who had left it gets new links with the next message."""
    if await rosters.save(
        unit, told.member_id, case_id=told.case_id, person_id=told.person_id, is_here=True, position=position
    ) and await links.has_revoked_of_case(unit, told.case_id, told.person_id):
        await entries.forget_links(unit, await entries.hold_of_case(unit, told.case_id, told.person_id))


async def leave_roster(unit: Unit, told: MemberLeft, *, position: int) -> None:
    """End what opens this family's meetings for somebody, unless something later is known, or they have come back."""
    if await rosters.save(
        unit, told.member_id, case_id=told.case_id, person_id=told.person_id, is_here=False, position=position
    ) and not await rosters.is_here(unit, told.case_id, told.person_id):
        await _end_links(unit, await entries.hold_of_case(unit, told.case_id, told.person_id))
        await _end_feeds(unit, {told.person_id}, told.case_id)


async def close_case(unit: Unit, told: CaseClosed) -> None:
    """End what opens a family's meetings for anybody, once."""
    if await rosters.close(unit, told.case_id, at=told.at):
        held = await entries.hold_of_case(unit, told.case_id)
        await end_promises(unit, case_id=told.case_id)
        await _end_links(unit, held)
        await _end_feeds(unit, await rosters.list_people(unit, told.case_id), told.case_id)


async def _end_links(unit: Unit, entry_ids: Collection[UUID]) -> None:
    """End the links about entries that are held: one that is being made would otherwise not be seen, and live on."""
    for entry_id in entry_ids:
        await links.revoke_of_entry(unit, entry_id, [Purpose.ANSWER])


async def _end_feeds(unit: Unit, people: Collection[UUID], case_id: UUID) -> None:
    for person_id in sorted(await rosters.list_around_none(unit, people, but=case_id)):
        await links.revoke_of_person(unit, person_id, [Purpose.FEED])
        await unit.audit("feed.ended", subject_kind="person", subject_id=person_id)
