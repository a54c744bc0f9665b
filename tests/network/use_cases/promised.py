"""A family with a plan, as use cases see it: at whatever moment a test says, in a county of the test's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from services.network.domain.agreements import AgreementMethod, Capacity
from services.network.domain.cases import Case
from services.network.domain.commitments import AnswerSource, Commitment, CommitmentId, PlanId, Promise
from services.network.domain.gaps import Gap
from services.network.domain.members import Circle, MemberId, Quality, RelationshipKind, SeenQuality, Side, Standing, SupportType
from services.network.domain.people import PersonId
from services.network.domain.plans import NIGHTLY_LOOK, Plan, PlanKind, PlanWords
from services.network.domain.recurrence import Pattern, read_rule
from services.network.storage import cases, commitments, gaps, members, plans
from services.network.use_cases.activate_plan import activate_plan
from services.network.use_cases.add_child import add_child
from services.network.use_cases.add_member import add_member
from services.network.use_cases.agree_to_plan import agree_to_plan
from services.network.use_cases.answer_commitment import answer_commitment
from services.network.use_cases.commands import AddChild, AddMember, OpenCase
from services.network.use_cases.look_ahead import go_on, list_plans_with_due_gaps
from services.network.use_cases.make_plan import make_plan
from services.network.use_cases.offer_commitment import offer_commitment
from services.network.use_cases.open_case import open_case
from services.network.use_cases.plan_commands import Agree, GiveAnswer, MakePlan, OfferCommitment, Said, WantedWindow
from services.network.use_cases.record_quality import record_quality
from services.network.use_cases.register_person import register_person
from services.network.use_cases.review_plan import approve_plan
from shared.db.unit import Actor, Unit, Units
from shared.events.network import CommitmentClass
from shared.kernel.access import Role
from shared.kernel.wall import local_date, resolve
from shared.settings import County
from tests.support.factories import a_caller, a_placement, a_registration

ZONE = "America/Los_Angeles"


def at(wall: str, zone: str = ZONE) -> datetime:
    """The instant of a wall time like `2027-09-09 16:40`."""
    return resolve(datetime.fromisoformat(wall), zone).instant


def times(starts: str, ends: str, rule: str = "", zone: str = ZONE) -> Pattern:
    """A pattern from wall times."""
    return Pattern(
        time_zone=zone,
        starts_local=datetime.fromisoformat(starts),
        ends_local=datetime.fromisoformat(ends),
        rule=read_rule(rule),
    )


@dataclass
class Promised:
    """One family, its members by name, and its plan."""

    units: Units
    county: County
    now: datetime
    members: dict[str, MemberId] = field(default_factory=dict)
    danger_id: UUID = field(default_factory=uuid4)
    case_id: Any = None
    plan_id: PlanId | None = None
    commitments: dict[str, CommitmentId] = field(default_factory=dict)

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Unit]:
        """One transaction at the moment that the test has come to."""
        async with self.units.open(self.county.id, Actor("staff", "omar", "caseworker")) as unit:
            unit.now = self.now
            yield unit

    async def begin(self, **members: dict[str, Any]) -> None:
        """Open the family with members by name; their facts are those of a standing, `born_on` among them."""
        caller = a_caller("omar", county_id=self.county.id)
        async with self.unit() as unit:
            order = OpenCase(title="The Z. family", time_zone=ZONE, unit="north", assigned=frozenset({"omar"}), external_id=None)
            case = await open_case(unit, order, caller=caller, county_zone=ZONE, now=unit.now)
            self.case_id = case.id
        for name, facts in members.items():
            await self.join(name, **facts)

    async def join(
        self, name: str, *, known: PersonId | None = None, born_on: date | None = None, time_zone: str = ZONE, **facts: Any
    ) -> MemberId:
        """Bring somebody into the network: somebody new, or who is known by another family."""
        caller = a_caller("omar", county_id=self.county.id)
        today = local_date(self.now, ZONE)
        standing = Standing(
            relationship=RelationshipKind.NEIGHBOR,
            relationship_words="",
            side=Side.NA,
            circle=Circle.INNER,
            support_type=SupportType.INFORMAL,
            caregiver_of_concern=False,
        )
        async with self.unit() as unit:
            case = await cases.get_for_update(unit, self.case_id)
            registration = a_registration(given_name=name.title(), born_on=born_on, time_zone=time_zone)
            person_id = known or (await register_person(unit, registration, caller=caller, today=today, now=unit.now)).id
            order = AddMember(person_id=person_id, standing=replace(standing, **facts))
            member = await add_member(unit, case, order, caller=caller, today=today, now=unit.now)
            for quality in (Quality.CARES, Quality.WILLING_TO_MEET):
                seen = SeenQuality(quality=quality, seen_on=today, seen_by="omar")
                member = await record_quality(unit, member, seen, today=today, now=unit.now)
            told = SeenQuality(
                quality=Quality.UNDERSTANDS_CONCERN,
                seen_on=today,
                seen_by="omar",
                statement_id=self.danger_id,
                statement_version=1,
            )
            await record_quality(unit, member, told, today=today, now=unit.now)
        self.members[name] = member.id
        return member.id

    async def child(self, known: PersonId | None = None) -> PersonId:
        """Bring a child into the family: a new one, or one of another family."""
        caller = a_caller("omar", county_id=self.county.id)
        async with self.unit() as unit:
            case = await cases.get_for_update(unit, self.case_id)
            today = local_date(self.now, ZONE)
            child = a_registration(given_name="Lila", born_on=date(2020, 5, 1))
            person_id = known or (await register_person(unit, child, caller=caller, today=today, now=unit.now)).id
            await add_child(unit, case, AddChild(person_id=person_id, placement=a_placement()), caller=caller, now=unit.now)
        return person_id

    async def person_of(self, name: str) -> PersonId:
        """Return who a member is."""
        async with self.unit() as unit:
            return (await members.get(unit, self.case_id, self.members[name])).person_id

    async def plan(
        self, *windows: Pattern, starts_on: date, ends_on: date | None, kind: PlanKind = PlanKind.ONGOING, adults: int = 1
    ) -> Plan:
        """Draft a plan that requires so many adults in these windows."""
        async with self.held() as (unit, case, _):
            order = MakePlan(
                kind=kind,
                starts_on=starts_on,
                ends_on=ends_on,
                review_on=None,
                words=PlanWords(monitoring=("Omar calls each evening.",), backup=("Whoever finds nobody there calls Omar.",)),
                windows=tuple(WantedWindow(label="", pattern=each, adults=adults) for each in windows),
            )
            plan = await make_plan(unit, case, order)
        self.plan_id = plan.id
        return plan

    async def promise(
        self,
        name: str,
        pattern: Pattern,
        *,
        called: str = "",
        backups: tuple[str, ...] = (),
        supportive: bool = False,
        accept: bool = True,
    ) -> Commitment:
        """Offer a promise to a member, and record the yes."""
        async with self.held() as (unit, case, plan):
            promise = Promise(
                action="Stay with the child",
                place="At home",
                commitment_class=CommitmentClass.SUPPORTIVE if supportive else CommitmentClass.PROTECTIVE,
                pattern=pattern,
                backups=tuple(self.members[each] for each in backups),
            )
            order = OfferCommitment(member_id=self.members[name], promise=promise)
            offered = await offer_commitment(unit, plan, case, order, self.county)
        self.commitments[called or name] = offered.id
        if accept:
            await self.say(called or name, Said.ACCEPTED)
        return offered

    async def activate(self) -> Plan:
        """Bring the plan into force, agreed to by a parent and approved by the supervisor."""
        caller = a_caller("sue", Role.SUPERVISOR, county_id=self.county.id, units=frozenset({"north"}))
        async with self.held() as (unit, case, plan):
            order = Agree(
                member_id=None,
                child_id=None,
                name="Dana Z.",
                capacity=Capacity.PARENT,
                method=AgreementMethod.WET,
                witness="",
                signed_on=local_date(self.now, ZONE),
            )
            await agree_to_plan(unit, plan, case, order, today=local_date(self.now, ZONE))
        async with self.held() as (unit, case, plan):
            approved = await approve_plan(unit, plan, case, self.county, caller=caller)
            return await activate_plan(unit, approved, case, self.county)

    async def say(self, called: str | CommitmentId, said: Said, **facts: Any) -> Commitment:
        """Record what somebody said about their promise."""
        commitment_id = self.commitments[called] if isinstance(called, str) else called
        async with self.held() as (unit, case, plan):
            commitment = await commitments.get(unit, commitment_id)
            answer = GiveAnswer(said=said, source=AnswerSource.TEXT, **facts)
            return (await answer_commitment(unit, plan, case, commitment, answer, self.county)).commitment

    async def go_on(self) -> None:
        """Do what the ticker does at this moment."""
        async with self.unit() as unit:
            due = await list_plans_with_due_gaps(unit)
        for plan_id in due:
            async with self.unit() as unit:
                await go_on(unit, plan_id, self.county, look=NIGHTLY_LOOK)

    async def standing_gaps(self) -> list[Gap]:
        """Return the gaps that stand."""
        async with self.unit() as unit:
            return [each for each in await gaps.list_standing(unit, [self.case_id])]

    async def asks(self) -> list[tuple[str, str]]:
        """Return who was asked to step in and how each ask stands, in the order of asking."""
        names = {member_id: name for name, member_id in self.members.items()}
        async with self.unit() as unit:
            found = await commitments.list_of_plan(unit, self.this_plan)
        return [(names[each.member_id], each.ask.state.value) for each in found if each.ask]

    async def ask_of(self, name: str) -> CommitmentId:
        """Return the newest ask to somebody."""
        async with self.unit() as unit:
            found = await commitments.list_of_plan(unit, self.this_plan)
        return [each.id for each in found if each.ask and each.member_id == self.members[name]][-1]

    async def state(self) -> str:
        """Return how the plan stands."""
        async with self.unit() as unit:
            return (await plans.get(unit, self.this_plan)).state.value

    @property
    def this_plan(self) -> PlanId:
        """The plan's id."""
        assert self.plan_id is not None
        return self.plan_id

    @asynccontextmanager
    async def held(self) -> AsyncIterator[tuple[Unit, Case, Plan]]:
        """One transaction that holds the family and its plan."""
        async with self.unit() as unit:
            case = await cases.get_for_update(unit, self.case_id)
            plan: Any = await plans.get_for_update(unit, self.plan_id) if self.plan_id else None
            yield unit, case, plan


def a_network_county(county_id: UUID) -> County:
    """A county with a supervisor of unit north and somebody on call."""
    return County(
        id=county_id,
        slug="alder",
        name="Alder",
        programmes={"en": "Family Team Calendar"},
        time_zone=ZONE,
        issuer="",
        jwks_url="",
        sms_number="",
        mailbox="",
        call_number="",
        languages=("en",),
        default_language="en",
        supervisors={"north": ("sue",)},
        on_call=("olga",),
    )
