"""Hand a family over, or share it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.network.domain.cases import (
    Case,
    InHands,
    Share,
    ShareId,
    access_changed,
    check_shares,
    end_of_share,
    reassigned,
    with_shares,
)
from services.network.storage import cases, shares
from services.network.use_cases.release_commands import ShareWish, WantedAccess
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.sealed import KeyKind, KeyOf
from shared.kernel.wall import local_date


async def reassign_case(unit: Unit, case: Case, wanted: WantedAccess, *, caller: Caller, now: datetime) -> Case:
    """Put a family whose row is held into other hands, from the next request on. Raises NotYoursToReassign, Invalid."""
    before = InHands(case, tuple(await shares.list_of(unit, case.id)))
    after = in_other_hands(unit, before, wanted, caller=caller, now=now)
    if after is not before:
        await store_hands(unit, before, after)
        unit.announce(access_changed(after.case, at=now), subject=case.id)
    return after.case


def in_other_hands(unit: Unit, before: InHands, wanted: WantedAccess, *, caller: Caller, now: datetime) -> InHands:
    """Return the family in other hands, and the very same where nothing changes. Raises NotYoursToReassign, Invalid."""
    running = [share for share in before.shares if share.ends_at > now]
    ending = tuple(_shares(unit, before.case, wanted, running, caller=caller, now=now))
    after = reassigned(before.case, with_shares(wanted.access, ending), caller)
    if after == before.case and ending == before.shares:
        return before
    return InHands(replace(after, version=before.case.version + 1, updated_at=now), ending)


async def store_hands(unit: Unit, before: InHands, after: InHands) -> None:
    """Store who holds a family now, with its history and on record."""
    await cases.save_hands(unit, [after])
    await shares.replace_all(unit, [after])
    await tell_hands(unit, before, after)


async def tell_hands(unit: Unit, before: InHands, after: InHands) -> None:
    """Put on record who holds a family now."""
    case, access = after.case, after.case.access
    unit.changed(KeyOf(KeyKind.CASE, case.id), "case", case.id, before=before, after=after)
    await unit.audit(
        "case.access_changed",
        subject_kind="case",
        subject_id=case.id,
        details={
            "unit": access.unit,
            "assigned": " ".join(sorted(access.assigned)),
            "shared_with": " ".join(sorted(access.shared_with)),
        },
    )


def _shares(
    unit: Unit, case: Case, wanted: WantedAccess, running: Sequence[Share], *, caller: Caller, now: datetime
) -> list[Share]:
    """The shares with an end that shall be: those wished for, an unchanged one as it was; or those there, of who is still named."""
    if wanted.shares is None:
        return [share for share in running if share.staff_id in wanted.access.shared_with]
    check_shares([(wish.staff_id, wish.until) for wish in wanted.shares], today=local_date(now, case.time_zone))
    there = {ShareWish(staff_id=share.staff_id, reason=share.reason, until=share.until): share for share in running}
    made = [
        there.get(wish)
        or Share(
            id=ShareId(unit.new_id()),
            staff_id=wish.staff_id,
            reason=wish.reason,
            until=wish.until,
            ends_at=end_of_share(wish.until, case.time_zone),
            given_by=caller.staff_id,
            given_at=now,
        )
        for wish in wanted.shares
    ]
    return sorted(made, key=lambda share: share.staff_id)
