"""Find times: gather what everyone has given, their calendars and our own bookings, and ask the rules."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from services.meetings.domain.busy import GAP_MINUTES, UsualHours
from services.meetings.domain.cells import Horizon, horizon
from services.meetings.domain.errors import InThePast
from services.meetings.domain.mandates import Due, MandateStatus
from services.meetings.domain.resources import Need, Resource, ResourceKind
from services.meetings.domain.separation import LinkedMeetings, breaches, kept_from, linked_meetings
from services.meetings.domain.slots import find_times as search
from services.meetings.domain.times import Attendee, Availability, Candidate, Found, Presence, Question, TakenCells
from services.meetings.domain.times import availability_of_cells as cells_of
from services.meetings.storage import availability, families, meetings, people, resources
from services.meetings.storage.families import Family
from services.meetings.use_cases.check_booking import check_people
from services.meetings.use_cases.commands import FindTimes, Wish
from services.meetings.use_cases.county import CountyFacts
from services.meetings.use_cases.see_family import see_open_family
from services.meetings.use_cases.see_mandates import mandates_of
from services.meetings.use_cases.see_meeting import check_visible
from shared.db.unit import Unit
from shared.events.entries import Mode
from shared.kernel.access import Caller
from shared.kernel.errors import Fault, Invalid
from shared.kernel.spans import Span
from shared.kernel.wall import local_date, resolve

# What is offered to a person (our choice): full and half hours, three a day, an hour apart. Any other time can be typed.
STEP_MINUTES, OFFERS_A_DAY, APART_MINUTES = 30, 3, 60

DEFAULT_DAYS = 28
MAX_DAYS = 92
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FoundTimes:
    """The times found, the due date that bounds them, and two meetings instead when some of these people must never meet."""

    found: Found
    due: Due | None
    linked_pair: LinkedMeetings | None


async def find_times(unit: Unit, command: FindTimes, *, caller: Caller, county: CountyFacts) -> FoundTimes:
    """Return the best times for a meeting of a family that the caller sees, with who stands in the way of the other days."""
    family = await see_open_family(unit, command.case_id, caller=caller)
    await check_people(unit, family, command.wishes, children=command.children)
    if command.moving is not None:
        await check_visible(unit, (await meetings.get(unit, command.moving)).meeting, caller)
    children = await families.list_children(unit, family.case_id)
    due = mandates_of(unit, family, children, county=county, only=command.children or None).combined
    among = _horizon(unit, command)
    persons = [one.person_id for one in command.wishes]
    rules = await families.list_separations(unit, persons)
    first_on = among.days[0].on
    question = await _question(unit, command, family, among, due, county)
    near = [one.person_id for one in command.wishes if one.mode is Mode.IN_PERSON]
    there = await availability.list_presences(unit, kept_from(near, rules, on=first_on), _wide(among))
    question = replace(question, presences=tuple(Presence(site, (span,)) for site, span in there))
    await unit.audit("times.searched", subject_kind="case", subject_id=family.case_id)
    pair = linked_meetings(persons, rules, on=first_on) if breaches(persons, rules, on=first_on) else None
    return FoundTimes(search(question), due, pair)


def _horizon(unit: Unit, command: FindTimes) -> Horizon:
    today = local_date(unit.now, command.time_zone)
    first = max(command.earliest_on or today, today)
    last = command.latest_on or first + DAY * (DEFAULT_DAYS - 1)
    if last < today:
        raise InThePast.at("#/latest_on")
    if last < first:
        raise Invalid([Fault("end_before_start", "The last day has to come after the first.", pointer="#/latest_on")])
    if (last - first).days >= MAX_DAYS:
        raise Invalid([Fault("duration_out_of_range", f"Search at most {MAX_DAYS} days at once.", pointer="#/latest_on")])
    return horizon(first, last, command.time_zone)


def _wide(among: Horizon) -> Span:
    return Span(among.instant(0) - DAY, among.instant(among.size) + DAY)


async def _question(
    unit: Unit, command: FindTimes, family: Family, among: Horizon, due: Due | None, county: CountyFacts
) -> Question:
    needs = _needs(command)
    pool = await resources.list_pool(unit, sorted({need.kind for need in needs})) if needs else []
    known = await people.list_of(unit, [one.person_id for one in command.wishes])
    subjects = {one.person_id for one in command.wishes}
    subjects |= {one.resource_id for one in pool} | {one.identity for one in pool}
    hours = await availability.list_usual_hours(unit, subjects)
    taken = await availability.list_taken(unit, subjects, _wide(among), among, but=command.moving, held_by=unit.actor.id)
    counts = await availability.count_booked(unit, [one.identity for one in pool], _wide(among), among.time_zone)
    staff = {person_id for person_id, one in known.items() if one.staff_id is not None}
    return Question(
        horizon=among,
        minutes=command.minutes,
        now=unit.now,
        attendees=tuple(_attendee(one, among, hours, taken, staff) for one in command.wishes),
        needs=needs,
        pool=tuple(
            Candidate(
                replace(one, booked_on=counts.get(one.identity, {})),
                _availability_of(one, among, hours, taken),
            )
            for one in pool
        ),
        site=command.room.site if command.room else "",
        holidays=county.holidays,
        holidays_wanted=command.family_asked,
        due_on=due.due_on if due and due.status is not MandateStatus.MET else None,
        due_zone=family.time_zone,
        wishes=_wished(command),
        last_facilitator_id=await meetings.last_facilitator(unit, family.case_id, but=command.moving),
        step_minutes=STEP_MINUTES,
        limit=command.limit,
        per_day=OFFERS_A_DAY,
        apart_minutes=APART_MINUTES,
    )


def _wished(command: FindTimes) -> tuple[Span, ...]:
    spans = []
    for n, one in enumerate(command.hoped_for):
        start, end = (resolve(local, command.time_zone).instant for local in (one.starts_local, one.ends_local))
        if end <= start:
            raise Invalid([Fault("end_before_start", "The end has to come after the start.", pointer=f"#/wishes/{n}/ends_local")])
        spans.append(Span(start, end))
    return tuple(spans)


def _needs(command: FindTimes) -> tuple[Need, ...]:
    needs = []
    if command.facilitator is not None:
        needs.append(
            Need(
                kind=ResourceKind.FACILITATOR,
                resource_id=command.facilitator.resource_id,
                skills=command.facilitator.skills,
            )
        )
    if command.room is not None:
        coming = sum(one.mode is Mode.IN_PERSON for one in command.wishes)
        needs.append(Need(kind=ResourceKind.ROOM, resource_id=command.room.resource_id, capacity=coming, site=command.room.site))
    needs += [Need(kind=ResourceKind.INTERPRETER, language=language) for language in command.languages]
    return tuple(needs)


def _attendee(
    wish: Wish,
    among: Horizon,
    hours: dict[UUID, UsualHours],
    taken: dict[UUID, list[TakenCells]],
    staff: Collection[UUID],
) -> Attendee:
    return Attendee(
        person_id=wish.person_id,
        role=wish.role,
        required=wish.required,
        mode=wish.mode,
        availability=cells_of(among, hours.get(wish.person_id), taken[wish.person_id]),
        gap_minutes=GAP_MINUTES if wish.person_id in staff else 0,
        stretches=wish.stretches,
    )


def _availability_of(
    resource: Resource, among: Horizon, hours: dict[UUID, UsualHours], taken: dict[UUID, list[TakenCells]]
) -> Availability:
    """A resource that is a person has that person's times; hours of its own go before the person's."""
    own: Sequence[TakenCells] = taken[resource.resource_id]
    also = taken[resource.identity] if resource.identity != resource.resource_id else []
    return cells_of(among, hours.get(resource.resource_id) or hours.get(resource.identity), [*own, *also])
