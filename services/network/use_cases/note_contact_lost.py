"""Somebody who promised to protect cannot be reached any more: flag their promises, and ask the worker to look at the cover."""

from dataclasses import replace

from services.network.domain.people import PersonId
from services.network.storage import cases, commitments
from shared.db.unit import Unit
from shared.events.network import StaffNeeded
from shared.kernel.sealed import KeyKind, KeyOf


async def note_contact_lost(unit: Unit, person_id: PersonId) -> None:
    """Flag each protective promise of a person once; the promise itself stands until somebody says otherwise."""
    for each in await commitments.list_open_of_person(unit, person_id):
        if each.contact_lost or not each.covers:
            continue
        after = replace(each, contact_lost=True, version=each.version + 1, updated_at=unit.now)
        await commitments.save(unit, after)
        unit.changed(KeyOf(KeyKind.CASE, each.case_id), "commitment", each.id, before=each, after=after)
        await unit.audit("commitment.contact_lost", subject_kind="person", subject_id=person_id)
        case = await cases.get(unit, each.case_id)
        told = StaffNeeded(
            case_id=case.id,
            subject_id=each.id,
            reason="contact_lost",
            staff_ids=tuple(sorted(case.access.assigned)),
            answer_by=None,
            at=unit.now,
        )
        unit.announce(told, subject=case.id)
