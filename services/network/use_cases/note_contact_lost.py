"""Somebody who promised to protect cannot be reached any more: flag their promises, and ask the worker to look at the cover."""

from dataclasses import replace

from services.network.domain.cases import Case
from services.network.domain.commitments import Commitment
from services.network.domain.people import PersonId
from services.network.storage import cases, commitments, plans
from shared.db.unit import Unit
from shared.events.network import StaffNeeded
from shared.kernel.sealed import KeyKind, KeyOf


async def note_contact_lost(unit: Unit, person_id: PersonId) -> None:
    """Flag each protective promise of a person once; the promise itself stands until somebody says otherwise."""
    for case_id in await commitments.list_cases_with_open(unit, person_id):
        case = await cases.get_for_update(unit, case_id)
        theirs = await commitments.list_open_of_person(unit, case_id, person_id)
        lost = [each for each in theirs if each.covers and not each.contact_lost]
        for plan_id in sorted({each.plan_id for each in lost}):
            await plans.get_for_update(unit, plan_id)
        for each in lost:
            await _flag(unit, each, case)


async def _flag(unit: Unit, commitment: Commitment, case: Case) -> None:
    after = replace(commitment, contact_lost=True, version=commitment.version + 1, updated_at=unit.now)
    await commitments.save(unit, after)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "commitment", commitment.id, before=commitment, after=after)
    await unit.audit("commitment.contact_lost", subject_kind="person", subject_id=commitment.person_id)
    told = StaffNeeded(
        case_id=case.id,
        subject_id=commitment.id,
        reason="contact_lost",
        staff_ids=tuple(sorted(case.access.assigned)),
        answer_by=None,
        at=unit.now,
    )
    unit.announce(told, subject=case.id)
