"""What a plan rests on beside its times: the worry that everyone knows, who understands it, the steps, and who agreed."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.portal.domain.families import Member
from services.portal.domain.plans import Agreement, Plan, Step, Threat
from services.portal.domain.shared_words import Statement
from services.portal.domain.table import CAREGIVERS
from services.portal.gateways.circles import Circles
from services.portal.gateways.network import Network
from services.portal.gateways.plans import Plans
from services.portal.gateways.shared_words import SharedWords
from services.portal.use_cases.show_plan import SeenPlan, plan_of

QUALITIES = ("cares", "willing_to_meet")


@dataclass(frozen=True, slots=True)
class Ground:
    """What a plan rests on so far."""

    seen: SeenPlan
    dangers: tuple[Statement, ...]
    threats: tuple[Threat, ...]
    steps: tuple[Step, ...]
    agreements: tuple[Agreement, ...]

    @property
    def standing(self) -> tuple[Agreement, ...]:
        """Who agrees to the plan as it is now."""
        return tuple(one for one in self.agreements if one.void_at is None)

    @property
    def open_threats(self) -> tuple[Threat, ...]:
        """What a plan must answer."""
        return tuple(one for one in self.threats if one.is_open)

    @property
    def protecting(self) -> tuple[Member, ...]:
        """Who promised, or was asked, to protect; each once."""
        ids = dict.fromkeys(one.member_id for one in self.seen.promises if one.is_protective)
        return tuple(one for one in (self.seen.member(each) for each in ids) if one is not None)

    @property
    def to_tell(self) -> tuple[Member, ...]:
        """Who protects and is not yet on record as caring, willing to meet, and understanding the present worry."""
        return tuple(one for one in self.protecting if not is_in(one))

    @property
    def told(self) -> tuple[Member, ...]:
        """Who protects and is on record with all of it."""
        return tuple(one for one in self.protecting if is_in(one))

    @property
    def caregivers(self) -> tuple[Member, ...]:
        """Who can agree for the family: parents, and who brings the child up in their place."""
        return tuple(one for one in self.seen.roster.members if one.caregiver_of_concern or one.relationship in CAREGIVERS)


def unseen(member: Member) -> tuple[str, ...]:
    """Return which of the qualities that a worker sees are not on record yet: that they care, and are willing to meet."""
    return tuple(each for each in QUALITIES if member.quality(each) is None)


def is_in(member: Member) -> bool:
    """Whether three of the four qualities are on record, none of them to be refreshed; the fourth follows from the promise."""
    understands = member.quality("understands_concern")
    return not unseen(member) and understands is not None and not understands.needs_refresh


@dataclass(frozen=True, slots=True)
class Footing:
    """What must be known of a plan to write down what everyone agrees on, and no more: on a bad line each call takes time."""

    plan: Plan
    members: tuple[Member, ...]
    dangers: tuple[Statement, ...]
    threats: tuple[Threat, ...]

    @property
    def open_threats(self) -> tuple[Threat, ...]:
        """What a plan must answer."""
        return tuple(one for one in self.threats if one.is_open)


async def see_footing(network: Network, plans: Plans, shared: SharedWords, case_id: str, plan_id: str) -> Footing:
    """Return what is needed to write. Raises NotFound for a plan of another family."""
    plan, members, dangers, threats = await asyncio.gather(
        plan_of(plans, case_id, plan_id), network.members(case_id), shared.statements(case_id, "danger"), plans.threats(case_id)
    )
    return Footing(plan, members, dangers, threats)


async def see_ground(
    seen: Awaitable[SeenPlan], plans: Plans, shared: SharedWords, case_id: str, plan_id: str, *, whole: bool = True
) -> Ground:
    """Return what a plan rests on, asked for beside the plan itself; not `whole`, without the family's worries and threats."""
    plan, steps, agreements = await asyncio.gather(seen, plans.steps(plan_id), plans.agreements(plan_id))
    if not whole:
        return Ground(plan, (), (), steps, agreements)
    dangers, threats = await asyncio.gather(shared.statements(case_id, "danger"), plans.threats(case_id))
    return Ground(plan, dangers, threats, steps, agreements)


async def tell(
    circles: Circles, shared: SharedWords, case_id: str, danger: Statement, told: Mapping[str, Iterable[str]], *, today: date
) -> None:
    """Record of each member that they were told this version today and understand it, and what else a worker saw of them."""
    seen = {"seen_on": today.isoformat()}
    understood = {**seen, "statement_id": danger.id, "statement_version": danger.number}

    async def one(member_id: str, qualities: Iterable[str]) -> None:
        await shared.tell(case_id, danger.id, member_id, number=danger.number, told_on=today)
        await circles.see_quality(case_id, member_id, "understands_concern", understood)
        for quality in qualities:
            await circles.see_quality(case_id, member_id, quality, seen)

    await asyncio.gather(*(one(member_id, qualities) for member_id, qualities in told.items()))


async def keep_words(plans: Plans, plan: Plan, said: Mapping[str, tuple[str, ...]]) -> Plan:
    """Keep what the plan says, if it says something else now; who agreed before is asked anew then."""
    present = {
        "rules": plan.words.rules,
        "triggers": plan.words.triggers,
        "monitoring": plan.words.monitoring,
        "backup": plan.words.backup,
    }
    if {**present, **said} == present:
        return plan
    words: dict[str, Any] = {name: list(lines) for name, lines in {**present, **said}.items()}
    words |= {
        "title": plan.words.title,
        "review_how": plan.words.review_how,
        "shared_with_network": plan.words.shared_with_network,
    }
    return await plans.change(plan.id, {"words": words}, etag=plan.etag)
