"""Finding times: when everyone who must be there can come, which of those times are best, and who stands in the way of the others.

All of it is arithmetic on sets of cells (`cells`). A person's free cells are eroded by the length of the meeting, so that a set
bit means "free for the whole meeting from here". Everybody's sets are intersected; a pool's sets are joined only after erosion.
Scores and reasons are read from the same sets, so they cannot disagree with the answer.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, reduce
from heapq import merge
from itertools import combinations
from operator import and_, or_
from uuid import UUID

from services.meetings.domain.busy import ONE_DAY, Cause
from services.meetings.domain.cells import Horizon, Tally, dilate, erode, indexes, possible_starts
from services.meetings.domain.errors import AtNight, OnAHoliday
from services.meetings.domain.meetings import WHOLE, Stretch
from services.meetings.domain.resources import Resource, ResourceKind, fits
from services.meetings.domain.times import (
    CHILD_ROLES,
    Attendee,
    Availability,
    BlockedDay,
    Blocker,
    Candidate,
    Found,
    Plus,
    Question,
    Time,
    Trouble,
    weight_of,
)
from services.meetings.domain.working_days import after_working_days
from shared.events.entries import Mode
from shared.kernel.spans import union
from shared.kernel.wall import at_wall, resolve

OPENS, CLOSES = time(7), time(21)
SEPARATION_GAP = timedelta(hours=2)
FAMILY_WISH, OUTSIDE_SCHOOL, SAME_FACILITATOR = 2, 3, 2


def find_times(question: Question) -> Found:
    """Return the best times at which everyone required can come, and for each day that has none, who stands in the way."""
    opening = Opening.of(question)
    sites = [_At(question, opening, site) for site in _sites(question)]
    times: dict[int, Time] = {}
    for key in _spread(question, merge(*(at.best() for at in sites), key=lambda key: key.order)):
        times[key.start] = key.at.describe(key.start)
    possible = reduce(or_, (at.possible for at in sites), 0)
    return Found(tuple(times.values()), tuple(_blocked_days(question, sites, possible)), possible.bit_count())


def _spread(question: Question, ranked: Iterable["_Key"]) -> Iterator["_Key"]:
    """Yield the first starts that the question has room for: once each, not too many of one day, nor too close together."""
    apart = max(question.horizon.cells(question.apart_minutes), 1)
    chosen: dict[date, list[int]] = {}
    left = question.limit
    for key in ranked:
        that_day = chosen.setdefault(key.order.on, [])
        full = question.per_day is not None and len(that_day) >= question.per_day
        if full or any(abs(key.start - other) < apart for other in that_day):
            continue
        that_day.append(key.start)
        yield key
        left -= 1
        if not left:
            return


def why_not(question: Question, starts_at: datetime) -> tuple[Blocker, ...]:
    """Return who stands in the way of one start, at the place where the fewest do; nothing when it is possible."""
    start = question.horizon.cell(starts_at)
    if not 0 <= start < question.horizon.size:
        return (Blocker((Cause.TOO_SOON,)),)
    day = next(n for n, one in enumerate(question.horizon.days) if one.start <= start < one.start + one.length)
    opening = Opening.of(question)
    if not opening.starts >> start & 1:
        return (Blocker((opening.cause(question, day, start),)),)
    return min((_At(question, opening, site).blockers(start) for site in _sites(question)), key=len)


def refuse_odd_hours(starts_local: datetime, ends_local: datetime, *, holidays: Collection[date]) -> None:
    """Refuse a night or a county holiday, wherever the time came from."""
    if starts_local.time() < OPENS or ends_local > datetime.combine(starts_local.date(), CLOSES):
        raise AtNight
    if starts_local.date() in holidays:
        raise OnAHoliday


def _sites(question: Question) -> list[str]:
    rooms = [need for need in question.needs if need.kind is ResourceKind.ROOM]
    found = {one.resource.site for one in question.pool for need in rooms if fits(one.resource, need)}
    return sorted(found) if found else [question.site]


@dataclass(frozen=True, slots=True)
class Opening:
    """The starts that no person decides: the time of day, holidays, the due date, what has passed."""

    by_day: tuple[int, ...]
    starts: int
    due: int
    soonest: int

    @classmethod
    def of(cls, question: Question) -> "Opening":
        """Work them out for one question."""
        among = question.horizon
        by_day = possible_starts(among, question.minutes, question.step_minutes, OPENS, CLOSES)
        soonest = min(max(among.cell(question.now) + 1, 0), among.size)
        due = among.size
        if question.due_on is not None:
            midnight = resolve(datetime.combine(question.due_on + ONE_DAY, time(0)), question.due_zone or among.time_zone).instant
            due = min(max(among.ceiling(midnight), 0), among.size)
        # A due date that has passed binds nobody any more: the soonest time is then the right one.
        bound = ((1 << (due if due > soonest else among.size)) - 1) >> soonest << soonest
        closed = question.holidays if not question.holidays_wanted else frozenset()
        starts = reduce(or_, (bits for day, bits in zip(among.days, by_day, strict=True) if day.on not in closed), 0) & bound
        return cls(by_day, starts, due, soonest)

    def cause(self, question: Question, day: int, start: int | None = None) -> Cause:
        """Why a day, or one start of it, is out of the question for everybody."""
        bits = self.by_day[day] if start is None else self.by_day[day] & 1 << start
        if not bits:
            return Cause.OUTSIDE_HOURS if self.by_day[day] else Cause.TOO_LONG
        if question.horizon.days[day].on in question.holidays and not question.holidays_wanted:
            return Cause.HOLIDAY
        return Cause.AFTER_DUE_DATE if bits >> self.soonest else Cause.TOO_SOON


@dataclass(frozen=True, slots=True, order=True)
class _Order:
    """How times are compared: the score, then the date, then less travel, then the hour, then the place."""

    worse: int
    on: date
    travel: int
    start: int
    site: str


@dataclass(frozen=True, slots=True)
class _Key:
    order: _Order
    start: int
    at: "_At"


class _At:
    """One question at one site: every set it needs, worked out once."""

    def __init__(self, question: Question, opening: Opening, site: str) -> None:
        self.question, self.site = question, site
        self.length = question.horizon.cells(question.minutes)
        self.opening = opening
        self.free = [self._attendee_starts(one) for one in question.attendees]
        self.near = self._near()
        seated = {one.person_id for one in question.attendees}
        self.pools = [
            [
                one
                for one in question.pool
                if fits(one.resource, need)
                and one.resource.identity not in seated
                and (need.kind is not ResourceKind.ROOM or one.resource.site == site)
            ]
            for need in question.needs
        ]
        starts: dict[int, int] = {}
        for one in {id(one): one for pool in self.pools for one in pool}.values():
            starts[id(one)] = self._candidate_starts(one)
        self.starts = [[starts[id(one)] for one in pool] for pool in self.pools]
        self.any = [reduce(or_, those, 0) for those in self.starts]
        self.groups = list(_groups(self.pools))
        self.apart = [self._distinct(group) for group in self.groups]
        self.required = [n for n, one in enumerate(question.attendees) if one.required]
        sets = [self.free[n] for n in self.required] + self.any + self.apart
        self.possible = reduce(and_, sets, self.opening.starts & ~self.near)

    # What is free

    def _taken(self, one: Availability, *, gap: int, travels: bool) -> int:
        """Our own meetings with what they keep free around them: a gap, or the way from there and back."""
        bits = 0
        among, travel = self.question.horizon, self.question.travel if travels and self.site else {}
        for site, booked in one.booked.items():
            away = site and site != self.site
            before = max(gap, travel.get((self.site, site), 0)) if away else gap
            after = max(gap, travel.get((site, self.site), 0)) if away else gap
            bits |= dilate(booked, before=among.cells(before), after=among.cells(after))
        return bits & among.everything

    def _free(self, one: Availability, *, gap: int, travels: bool) -> int:
        taken = self._taken(one, gap=gap, travels=travels)
        for bits in one.hard.values():
            taken |= bits
        return one.hours & ~taken

    def _attendee_starts(self, one: Attendee) -> int:
        free = self._free(one.availability, gap=one.gap_minutes, travels=one.mode is Mode.IN_PERSON)
        if one.stretches == WHOLE:
            return erode(free, self.length)
        return reduce(and_, (self._stretch_starts(free, stretch) for stretch in one.stretches))

    def _stretch_starts(self, free: int, stretch: Stretch) -> int:
        """The starts of the meeting from which somebody is free for their stretch of it."""
        among, begins = self.question.horizon, stretch.offset_minutes
        ends = self.question.minutes if stretch.minutes is None else begins + stretch.minutes
        first = begins // among.cell_minutes
        return erode(free, max(among.cells(ends) - first, 1)) >> first

    def _candidate_starts(self, one: Candidate) -> int:
        resource = one.resource
        free = self._free(one.availability, gap=resource.gap_minutes, travels=resource.is_person and resource.may_come)
        return erode(free, self.length) & ~self._full_days(resource) & ~self._short_notice(resource)

    def _full_days(self, resource: Resource) -> int:
        if resource.daily_limit is None:
            return 0
        full = {day for day, count in resource.booked_on.items() if count >= resource.daily_limit}
        if resource.daily_limit <= 0:
            return self.question.horizon.everything
        return reduce(or_, (((1 << d.length) - 1) << d.start for d in self.question.horizon.days if d.on in full), 0)

    def _short_notice(self, resource: Resource) -> int:
        if not resource.notice_working_days:
            return 0
        among = self.question.horizon
        today = at_wall(self.question.now, among.time_zone).date()
        earliest = after_working_days(today, resource.notice_working_days, self.question.holidays)
        return reduce(or_, (((1 << d.length) - 1) << d.start for d in among.days if d.on < earliest), 0)

    def _near(self) -> int:
        """The starts at which somebody would come within two hours of a person they must never meet."""
        if not self.site:
            return 0
        among = self.question.horizon
        gap = among.cells(int(SEPARATION_GAP.total_seconds() // 60))
        spans = [span for one in self.question.presences if one.site == self.site for span in one.spans]
        there = dilate(among.touched(spans), before=gap, after=gap)
        return self._touching(there) & among.everything

    def _distinct(self, group: Sequence[int], without: UUID | None = None) -> int:
        """The starts at which different people can fill these needs: any n of them have n people between them (Hall)."""
        good = self.question.horizon.everything
        for size in range(1, len(group) + 1):
            for some in combinations(group, size):
                people: dict[UUID, int] = {}
                for n in some:
                    for one, starts in zip(self.pools[n], self.starts[n], strict=True):
                        who = one.resource.identity
                        if who != without:
                            people[who] = people.get(who, 0) | starts
                tally = Tally()
                for starts in people.values():
                    tally.add(starts)
                good = tally.at_least(size, good)
        return good

    # What is best

    def best(self) -> Iterator[_Key]:
        """Yield the possible starts in their order, as far as anybody asks."""
        tally = self._scores
        travel = self._travel
        among, dates = self.question.horizon, self._dates
        left = self.possible
        while left:
            equal = tally.highest(left)
            for start in indexes(equal):
                order = _Order(-tally.of(start), dates(start), travel, start, self.site)
                yield _Key(order, start, self)
            left &= ~equal & among.everything

    @cached_property
    def _dates(self) -> "_Dates":
        return _Dates(self.question.horizon)

    @cached_property
    def _travel(self) -> int:
        """Minutes on the way for those who come from a known place."""
        homes = Counter(one.home_site for one in self.question.attendees if one.mode is Mode.IN_PERSON and one.home_site)
        return sum(self.question.travel.get((home, self.site), 0) * count for home, count in homes.items()) if self.site else 0

    @cached_property
    def _scores(self) -> Tally:
        tally = Tally()
        for one, free in zip(self.question.attendees, self.free, strict=True):
            tally.add(free & ~self._grudging(one.availability), weight_of(one.role))
        tally.add(self._wished, FAMILY_WISH)
        tally.add(self._outside_school, OUTSIDE_SCHOOL)
        tally.add(self._same_facilitator, SAME_FACILITATOR)
        return tally

    def _grudging(self, one: Availability) -> int:
        """The starts at which somebody would rather not."""
        soft = reduce(or_, one.soft.values(), 0)
        return self._touching(soft)

    @cached_property
    def _wished(self) -> int:
        return erode(self.question.horizon.within(union(self.question.wishes)), self.length) if self.question.wishes else 0

    @cached_property
    def _outside_school(self) -> int:
        children = [one.availability for one in self.question.attendees if one.role in CHILD_ROLES]
        school = reduce(or_, (one.hard.get(Cause.SCHOOL, 0) | one.soft.get(Cause.SCHOOL, 0) for one in children), 0)
        return self.question.horizon.everything & ~self._touching(school) if school else 0

    @cached_property
    def _same_facilitator(self) -> int:
        last = self.question.last_facilitator_id
        for group in self.groups:
            if not any(self.question.needs[n].kind is ResourceKind.FACILITATOR for n in group):
                continue
            return self._same_in(group, last)
        for n, need in enumerate(self.question.needs):
            if need.kind is ResourceKind.FACILITATOR:
                return self._free_of(n, last)
        return 0

    def _same_in(self, group: Sequence[int], last: UUID | None) -> int:
        seat = next(n for n in group if self.question.needs[n].kind is ResourceKind.FACILITATOR)
        found = next((one.resource for one in self.pools[seat] if one.resource.resource_id == last), None)
        if found is None:
            return 0
        return self._free_of(seat, last) & self._distinct([n for n in group if n != seat], without=found.identity)

    def _free_of(self, need: int, resource_id: UUID | None) -> int:
        pairs = zip(self.pools[need], self.starts[need], strict=True)
        return next((starts for one, starts in pairs if one.resource.resource_id == resource_id), 0)

    # What it means

    def describe(self, start: int) -> Time:
        """Return one possible start as a time, with who would serve it and who has trouble with it."""
        question, among = self.question, self.question.horizon
        starts_at = among.instant(start)
        ends_at = starts_at + timedelta(minutes=question.minutes)
        resources = self._assign(start)
        troubles = tuple(self._troubles(start))
        same = any(one.resource_id == question.last_facilitator_id for one in resources)
        pluses = (
            (Plus.EVERYONE, not troubles),
            (Plus.FAMILY_WISH, self._wished >> start & 1),
            (Plus.OUTSIDE_SCHOOL, self._outside_school >> start & 1),
            (Plus.SAME_FACILITATOR, same),
        )
        return Time(
            starts_at=starts_at,
            ends_at=ends_at,
            starts_local=at_wall(starts_at, among.time_zone),
            ends_local=at_wall(ends_at, among.time_zone),
            site=self.site,
            score=self._scores.of(start),
            reasons=tuple(plus for plus, true in pluses if true),
            resources=resources,
            troubles=troubles,
            travel_minutes=self._travel,
            before_due=start < self.opening.due,
        )

    def _troubles(self, start: int) -> Iterator[Trouble]:
        for n, (one, free) in enumerate(zip(self.question.attendees, self.free, strict=True)):
            if not free >> start & 1:
                yield Trouble(one.person_id, cannot=True, causes=self._causes_of(n, start))
            elif self._grudging(one.availability) >> start & 1:
                window = ((1 << self.length) - 1) << start
                causes = tuple(cause for cause, bits in one.availability.soft.items() if bits & window)
                yield Trouble(one.person_id, cannot=False, causes=causes)

    def _assign(self, start: int) -> tuple[Resource, ...]:
        """Choose one of each pool, all different people: the last facilitator first, then whoever has least to do that day."""
        day = self._dates(start)
        last = self.question.last_facilitator_id
        free = [
            sorted(
                (one.resource for one, starts in zip(pool, those, strict=True) if starts >> start & 1),
                key=lambda one: (one.resource_id != last, one.booked_on.get(day, 0)),
            )
            for pool, those in zip(self.pools, self.starts, strict=True)
        ]
        facilitators_first = sorted(range(len(free)), key=lambda n: self.question.needs[n].kind is not ResourceKind.FACILITATOR)
        chosen = _fill([free[n] for n in facilitators_first], frozenset()) or ()
        by_need = dict(zip(facilitators_first, chosen, strict=True))
        return tuple(by_need[n] for n in range(len(free)))

    # What stands in the way

    def tally_of_blockers(self) -> Tally:
        """How many stand in the way, for every start at once."""
        tally = Tally()
        opening = self.opening.starts
        for n in self.required:
            tally.add(opening & ~self.free[n])
        for starts in self.any:
            tally.add(opening & ~starts)
        for group, apart in zip(self.groups, self.apart, strict=True):
            tally.add(opening & ~apart & reduce(and_, (self.any[n] for n in group)))
        tally.add(opening & self.near)
        return tally

    def blockers(self, start: int) -> tuple[Blocker, ...]:
        """Return everyone who stands in the way of one start, with why."""
        found = []
        for n in self.required:
            if not self.free[n] >> start & 1:
                one = self.question.attendees[n]
                found.append(Blocker(self._causes_of(n, start), person_id=one.person_id))
        for n, starts in enumerate(self.any):
            if not starts >> start & 1:
                found.append(Blocker(self._causes_of_pool(n, start), need=self.question.needs[n]))
        for group in self.groups:
            open_seats = [n for n in group if self.any[n] >> start & 1]
            if not self._distinct(open_seats) >> start & 1:
                found += [Blocker((Cause.ONE_PERSON_TWO_SEATS,), need=self.question.needs[n]) for n in open_seats]
        if self.near >> start & 1:
            found.append(Blocker((Cause.SEPARATION,)))
        return tuple(found)

    def _causes_of(self, attendee: int, start: int) -> tuple[Cause, ...]:
        return tuple(cause for cause, starts in self._lost_people[attendee].items() if starts >> start & 1)

    @cached_property
    def _lost_people(self) -> list[dict[Cause, int]]:
        return [
            self._lost(one.availability, gap=one.gap_minutes, travels=one.mode is Mode.IN_PERSON) for one in self.question.attendees
        ]

    def _causes_of_pool(self, need: int, start: int) -> tuple[Cause, ...]:
        """Why nobody of a pool is free: each cause, the most frequent first."""
        seen = {cause: tally.of(start) for cause, tally in self._lost_pools[need].items()}
        return tuple(sorted((cause for cause in seen if seen[cause]), key=lambda cause: -seen[cause])) or (Cause.NONE_FITS,)

    def _lost(self, one: Availability, *, gap: int, travels: bool) -> dict[Cause, int]:
        """The starts that each cause alone makes impossible for somebody."""
        lost = {cause: self._touching(bits) for cause, bits in one.hard.items()}
        if one.booked:
            lost[Cause.BOOKED] = self._touching(self._taken(one, gap=gap, travels=False))
            lost[Cause.TRAVEL] = self._touching(self._taken(one, gap=gap, travels=travels)) & ~lost[Cause.BOOKED]
        lost[Cause.OUTSIDE_HOURS] = self.question.horizon.everything & ~erode(one.hours, self.length)
        return lost

    def _touching(self, taken: int) -> int:
        """The starts at which a meeting would touch these cells."""
        return dilate(taken, before=self.length - 1, after=0)

    @cached_property
    def _lost_pools(self) -> list[dict[Cause, Tally]]:
        """For each need, how many of its pool each cause keeps away."""
        pools = []
        for pool in self.pools:
            tallies: dict[Cause, Tally] = {}
            for one in pool:
                resource = one.resource
                lost = self._lost(one.availability, gap=resource.gap_minutes, travels=resource.is_person and resource.may_come)
                short, full = self._short_notice(resource), self._full_days(resource)
                if short or full:
                    lost = {cause: starts & ~(short | full) for cause, starts in lost.items()}
                    lost |= {Cause.NOTICE_TOO_SHORT: short, Cause.DAILY_LIMIT: full & ~short}
                for cause, starts in lost.items():
                    tallies.setdefault(cause, Tally()).add(starts)
            pools.append(tallies)
        return pools


class _Dates:
    """The local date of a cell."""

    def __init__(self, among: Horizon) -> None:
        self.days = among.days

    def __call__(self, cell: int) -> date:
        low, high = 0, len(self.days)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.days[middle].start <= cell else (low, middle)
        return self.days[low].on


def _groups(pools: Sequence[Sequence[Candidate]]) -> Iterator[list[int]]:
    """Yield the needs that one person could fill two of; others need no check."""
    people = [{one.resource.identity for one in pool} for pool in pools]
    left = set(range(len(pools)))
    while left:
        group, reached = [left.pop()], 0
        while reached < len(group):
            near = [n for n in sorted(left) if people[group[reached]] & people[n]]
            left -= set(near)
            group += near
            reached += 1
        if len(group) > 1:
            yield sorted(group)


def _fill(free: Sequence[Sequence[Resource]], used: frozenset[UUID]) -> tuple[Resource, ...] | None:
    """Choose one of each list, the earlier the better, no one twice; None when that is impossible."""
    if not free:
        return ()
    for one in free[0]:
        if one.identity not in used:
            rest = _fill(free[1:], used | {one.identity})
            if rest is not None:
                return (one, *rest)
    return None


def _blocked_days(question: Question, sites: Sequence[_At], possible: int) -> Iterator[BlockedDay]:
    opening = sites[0].opening
    tallies: list[Tally] | None = None
    for n, day in enumerate(question.horizon.days):
        starts = opening.by_day[n] & opening.starts
        if starts & possible:
            continue
        if not starts:
            yield BlockedDay(day.on, None, "", (Blocker((opening.cause(question, n),)),))
            continue
        tallies = tallies or [at.tally_of_blockers() for at in sites]
        nearest = [next(indexes(tally.lowest(starts))) for tally in tallies]
        _, start, best = min(
            ((tally.of(start), start, index) for index, (tally, start) in enumerate(zip(tallies, nearest, strict=True)))
        )
        yield BlockedDay(day.on, question.horizon.instant(start), sites[best].site, sites[best].blockers(start))
