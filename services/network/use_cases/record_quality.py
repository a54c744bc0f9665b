"""Put on record that a quality of a member was seen, or that it holds no longer."""

from datetime import date, datetime

from services.network.domain.members import Member, Quality, SeenQuality
from services.network.domain.qualities import with_quality, without_quality
from services.network.use_cases.keep_member import keep_member
from shared.db.unit import Unit


async def record_quality(unit: Unit, member: Member, seen: SeenQuality, *, today: date, now: datetime) -> Member:
    """Record a quality of a member whose row is held; the state that follows is told. Raises Invalid and QualityIsDerived."""
    after = with_quality(member, seen, today=today)
    return await keep_member(unit, member, after, action="member.quality_seen", details={"quality": seen.quality.value}, now=now)


async def lose_quality(unit: Unit, member: Member, quality: Quality, *, now: datetime) -> Member:
    """Record that a quality holds no longer: an active member lapses, and that is told. Raises QualityIsDerived."""
    after = without_quality(member, quality)
    return await keep_member(unit, member, after, action="member.quality_lost", details={"quality": quality.value}, now=now)
