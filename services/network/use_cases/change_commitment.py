"""Change what is written about a promise: words, backups, the dangers it answers. Other times are another promise."""

from dataclasses import replace
from typing import TypedDict
from uuid import UUID

from services.network.domain.cases import Case
from services.network.domain.commitments import Commitment
from services.network.domain.members import MemberId
from services.network.domain.plan_errors import CommitmentHasEnded
from services.network.domain.plans import Plan, check_open
from services.network.storage import commitments
from services.network.use_cases.offer_commitment import check_backups
from services.network.use_cases.see_seats import seats_around
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf
from shared.settings import County


class CommitmentChanges(TypedDict, total=False):
    """Those facts of a promise that shall change; `contact_lost` can only be taken back."""

    action: str
    place: str
    danger_ids: tuple[UUID, ...]
    backups: tuple[MemberId, ...]
    contact_lost: bool


async def change_commitment(
    unit: Unit, plan: Plan, case: Case, commitment: Commitment, changes: CommitmentChanges, county: County
) -> Commitment:
    """Change a promise of a plan whose row is held; its member's calendar holds none of this, so nobody is told.

    Raises PlanHasEnded, CommitmentHasEnded, and Invalid for backups that cannot be.
    """
    check_open(plan)
    if commitment.has_ended:
        raise CommitmentHasEnded(commitment_id=commitment.id)
    promise = replace(
        commitment.promise,
        action=changes.get("action", commitment.promise.action),
        place=changes.get("place", commitment.promise.place),
        danger_ids=changes.get("danger_ids", commitment.promise.danger_ids),
        backups=changes.get("backups", commitment.promise.backups),
    )
    check_backups(promise, commitment.member_id, await seats_around(unit, case.id, county))
    lost = commitment.contact_lost and changes.get("contact_lost", True)
    after = replace(commitment, promise=promise, contact_lost=lost, version=commitment.version + 1, updated_at=unit.now)
    await commitments.save(unit, after)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "commitment", commitment.id, before=commitment, after=after)
    await unit.audit(
        "commitment.changed",
        subject_kind="person",
        subject_id=commitment.person_id,
        details={"case_id": str(case.id), "commitment_id": str(commitment.id)},
    )
    return after
