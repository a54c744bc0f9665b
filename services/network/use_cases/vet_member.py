"""Put on record what looking into a member came to."""

from dataclasses import replace
from datetime import datetime

from services.network.domain.members import Member, Vetting
from services.network.domain.qualities import check_vetting
from services.network.use_cases.keep_member import keep_member
from services.network.use_cases.look_again import look_again_after
from shared.db.unit import Unit


async def vet_member(unit: Unit, member: Member, vetting: Vetting, *, now: datetime) -> Member:
    """Record the outcome for a member whose row is held. Nobody outside network is told of it. Raises Invalid.

    Whoever may not protect any longer leaves time open, which is looked at within the same transaction.
    """
    check_vetting(vetting)
    after = replace(member, vetting=vetting)
    after = await keep_member(unit, member, after, action="member.vetted", details={"outcome": vetting.vetting.value}, now=now)
    return await look_again_after(unit, member, after)
