"""Let go of shares that are over, and tell those who keep a copy of who holds a family."""

from dataclasses import replace
from datetime import datetime

from services.network.domain.cases import CaseId, InHands, access_changed, with_shares, without_ended
from services.network.storage import cases, shares
from services.network.use_cases.reassign_case import store_hands
from shared.db.unit import Unit

AT_ONCE = 100


async def end_expired_shares(unit: Unit, now: datetime) -> int:
    """Take out the shares of the unit's county that are over, and announce who holds those families; return how many families.

    network itself needs none of it: its queries look at the end. At most `AT_ONCE` families; call it again while it finds some.
    """
    found = await shares.list_families_with_ended(unit, before=now, limit=AT_ONCE)
    for case_id in found:
        await _end(unit, case_id, now)
    return len(found)


async def _end(unit: Unit, case_id: CaseId, now: datetime) -> None:
    case = await cases.get_for_update(unit, case_id)
    every = await shares.list_of(unit, case_id)
    ended = [share for share in every if share.ends_at <= now]
    if not ended:
        return
    held = replace(case, access=with_shares(case.access, ended))
    after = without_ended(case, ended, now=now)
    await store_hands(unit, InHands(held, tuple(every)), InHands(after, tuple(share for share in every if share.ends_at > now)))
    unit.announce(access_changed(after, at=now), subject=case_id)
