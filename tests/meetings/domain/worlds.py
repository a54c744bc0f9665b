"""Small random worlds, each in two spellings: as the plain loops read it, and as a question for the sets."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from services.meetings.domain.busy import Cause, Taken, UsualHours, Weekly
from services.meetings.domain.cells import horizon
from services.meetings.domain.meetings import TeamRole
from services.meetings.domain.resources import Need, Resource, ResourceKind
from services.meetings.domain.times import Attendee, Candidate, Presence, Question, availability, weight_of
from services.meetings.domain.working_days import after_working_days
from shared.events.entries import Mode
from shared.kernel.spans import Span
from tests.meetings.domain.factories import an_id
from tests.meetings.domain.plain_loops import Body, Stretch, World

ZONE = "America/Los_Angeles"
# Two of them hold a clock change.
FIRST_DAYS = (date(2027, 3, 13), date(2027, 11, 6), date(2027, 5, 10), date(2027, 6, 17))
SITES = ("", "a", "b", "c")
HOLIDAY = date(2027, 6, 18)
ROLES = (TeamRole.CHILD, TeamRole.PARENT, TeamRole.INFORMAL_SUPPORT, TeamRole.TRIBAL_REPRESENTATIVE, TeamRole.CASA)


def span(stretch: Stretch) -> Span:
    """The instants of a stretch in minutes since the epoch."""
    return Span(datetime.fromtimestamp(stretch[0] * 60, UTC), datetime.fromtimestamp(stretch[1] * 60, UTC))


class Maker:
    """Makes one world from one seed."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.first_on = self.chance.choice(FIRST_DAYS)
        self.last_on = self.first_on + timedelta(days=self.chance.randint(0, 2))
        self.midnight = int(datetime.combine(self.first_on, time(0), ZoneInfo(ZONE)).timestamp()) // 60
        self.length = ((self.last_on - self.first_on).days + 1) * 24 * 60
        self.horizon = horizon(self.first_on, self.last_on, ZONE)

    def stretch(self, longest: int = 300) -> Stretch:
        """Some minutes, by fives, so that cells are cut across."""
        low = self.midnight + self.chance.randrange(6 * 60, self.length, 5)
        return low, low + self.chance.randrange(10, longest, 5)

    def stretches(self, most: int, longest: int = 300) -> list[Stretch]:
        return [self.stretch(longest) for _ in range(self.chance.randint(0, most))]

    def hours(self) -> tuple[UsualHours | None, list[Stretch] | None]:
        """Usual hours in somebody's own zone, and the same in minutes."""
        if self.chance.random() < 0.4:
            return None, None
        zone = self.chance.choice([ZONE, "America/Phoenix", "America/New_York"])
        weekly = []
        for weekday in range(7):
            if self.chance.random() < 0.9:
                low = self.chance.randint(6, 12)
                weekly.append(Weekly(weekday, time(low, self.chance.choice([0, 20, 30])), time(self.chance.randint(low + 2, 23))))
        spans, day = [], self.first_on - timedelta(days=1)
        while day <= self.last_on + timedelta(days=1):
            for one in weekly:
                if one.weekday == day.weekday():
                    ends = [datetime.combine(day, at, ZoneInfo(zone)).timestamp() for at in (one.starts, one.until)]
                    spans.append((int(ends[0]) // 60, int(ends[1]) // 60))
            day += timedelta(days=1)
        return UsualHours(zone, tuple(weekly)), spans

    def body(self, number: int, *, busy: int = 3) -> tuple[Body, list[Taken], UsualHours | None]:
        """Somebody's times, in both spellings."""
        hours, minutes = self.hours()
        body = Body(an_id(number), hours=minutes, hard=self.stretches(busy), soft=self.stretches(1), school=[])
        body.booked = [(one, self.chance.choice(SITES)) for one in self.stretches(2, 150)]
        taken = [Taken(span(one), Cause.WORK) for one in body.hard]
        taken += [Taken(span(one), Cause.OTHER, hard=False) for one in body.soft]
        taken += [Taken(span(one), Cause.BOOKED, site=site) for one, site in body.booked]
        return body, taken, hours

    def person(self, number: int) -> tuple[Body, Attendee]:
        chance = self.chance
        body, taken, hours = self.body(number)
        role = chance.choice(ROLES)
        mode = chance.choice([Mode.IN_PERSON, Mode.IN_PERSON, Mode.VIDEO])
        body.weight, body.required = weight_of(role), chance.random() < 0.6
        body.gap, body.travels = chance.choice([0, 30]), mode is Mode.IN_PERSON
        school = self.stretches(1)
        hard = chance.random() < 0.5
        (body.hard if hard else body.soft).extend(school)
        body.school = school if role is TeamRole.CHILD else []
        taken += [Taken(span(one), Cause.SCHOOL, hard=hard) for one in school]
        attendee = Attendee(
            person_id=body.id,
            role=role,
            required=body.required,
            mode=mode,
            availability=availability(self.horizon, hours, taken),
            gap_minutes=body.gap,
        )
        return body, attendee

    def candidate(self, number: int, kind: ResourceKind, now: int, holidays: frozenset[date]) -> tuple[Body, Candidate]:
        chance = self.chance
        body, taken, hours = self.body(number, busy=4)
        body.soft = []
        is_person = kind is not ResourceKind.ROOM
        body.gap = 30 if is_person else 0
        modes = frozenset({Mode.VIDEO}) if chance.random() < 0.3 else frozenset()
        body.travels = is_person and not modes
        body.site = chance.choice(SITES[1:3]) if kind is ResourceKind.ROOM else ""
        notice = chance.choice([0, 0, 1]) if kind is ResourceKind.INTERPRETER else 0
        if notice:
            today = datetime.fromtimestamp(now * 60, ZoneInfo(ZONE)).date()
            body.earliest = after_working_days(today, notice, holidays)
        body.limit = chance.choice([None, None, 1, 2]) if is_person else None
        body.per_day = {self.first_on: chance.randint(0, 2)}
        who = UUID(int=chance.choice([2001, 2002, 2003])) if is_person and chance.random() < 0.5 else None
        resource = Resource(
            resource_id=body.id,
            kind=kind,
            person_id=who,
            languages=frozenset({"es"}),
            site=body.site,
            modes=modes,
            notice_working_days=notice,
            daily_limit=body.limit,
            booked_on=body.per_day,
        )
        body.id, body.row = resource.identity, resource.resource_id
        return body, Candidate(resource, availability(self.horizon, hours, taken))

    def world(self) -> tuple[World, Question]:
        """One world. Facilitators may also interpret, so that one person could fill two seats."""
        chance = self.chance
        now = self.midnight + chance.choice([-3000, -3000, 9 * 60, 11 * 60 + 7])
        holidays = frozenset({HOLIDAY})
        people = [self.person(n) for n in range(1, chance.randint(2, 5))]
        needs: list[Need] = []
        pools: list[list[Body]] = []
        candidates: list[tuple[Body, Candidate]] = []
        facilitator_pool = room_pool = None
        for kind in ResourceKind:
            for _ in range(chance.choice([0, 1, 1]) if kind is not ResourceKind.INTERPRETER else chance.randint(0, 2)):
                needs.append(Need(kind=kind, language="es-MX" if kind is ResourceKind.INTERPRETER else ""))
        for kind in {need.kind: 0 for need in needs}:
            made = [self.candidate(len(candidates) + 100 + n, kind, now, holidays) for n in range(chance.randint(1, 4))]
            candidates += made
        for n, need in enumerate(needs):
            pools.append([body for body, one in candidates if one.resource.kind is need.kind])
            facilitator_pool = n if need.kind is ResourceKind.FACILITATOR else facilitator_pool
            room_pool = n if need.kind is ResourceKind.ROOM else room_pool
        travel = {(x, y): chance.choice([0, 20, 40, 75]) for x in SITES[1:] for y in SITES[1:] if x != y}
        presences = [(self.stretch(120), chance.choice(SITES[1:])) for _ in range(chance.choice([0, 0, 1]))]
        due_on = chance.choice([None, None, self.first_on, self.first_on - timedelta(days=9)])
        wishes = self.stretches(2, 600)
        facilitators = [one for _, one in candidates if one.resource.kind is ResourceKind.FACILITATOR]
        last = chance.choice(facilitators).resource if facilitators and chance.random() < 0.7 else None
        site = chance.choice(["", "a"])
        minutes, step = chance.choice([30, 45, 50, 90]), chance.choice([15, 30, 60])
        world = World(
            zone=ZONE,
            first_on=self.first_on,
            last_on=self.last_on,
            minutes=minutes,
            step=step,
            now=now,
            people=[body for body, _ in people],
            pools=pools,
            facilitator_pool=facilitator_pool,
            room_pool=room_pool,
            site=site,
            travel=travel,
            presences=presences,
            closed=set(holidays),
            due_on=due_on,
            wishes=wishes,
            last=last.resource_id if last else None,
        )
        question = Question(
            horizon=self.horizon,
            minutes=minutes,
            now=datetime.fromtimestamp(now * 60, UTC),
            attendees=tuple(attendee for _, attendee in people),
            needs=tuple(needs),
            pool=tuple(candidate for _, candidate in candidates),
            site=site,
            travel=travel,
            presences=tuple(Presence(where, (span(taken),)) for taken, where in presences),
            holidays=holidays,
            due_on=due_on,
            wishes=tuple(span(one) for one in wishes),
            last_facilitator_id=last.resource_id if last else None,
            step_minutes=step,
            limit=10_000,
        )
        return world, question


def a_world(seed: int) -> tuple[World, Question]:
    """The world of one seed."""
    return Maker(seed).world()
