"""What a meeting must not break, whether it is booked or moved: due dates, the hours of the day, notice, people kept apart."""

from collections.abc import Collection, Sequence
from uuid import UUID

from services.meetings.domain.errors import NoticeTooShort, ResourceNotFound
from services.meetings.domain.mandates import refuse_after_due
from services.meetings.domain.meetings import Invitee, Meeting, Place, TeamRole, site_of
from services.meetings.domain.resources import Resource, ResourceKind
from services.meetings.domain.separation import kept_from, refuse_separated, refuse_too_near
from services.meetings.domain.slots import SEPARATION_GAP, refuse_odd_hours
from services.meetings.domain.times import Presence
from services.meetings.domain.working_days import after_working_days
from services.meetings.storage import availability, claims, families, people, resources
from services.meetings.storage.families import Family
from services.meetings.use_cases.commands import Excuses, Pools, Wish
from services.meetings.use_cases.county import CountyFacts
from services.meetings.use_cases.see_mandates import mandates_of
from services.meetings.use_cases.see_meeting import binding, starts_on
from shared.db.unit import Unit
from shared.events.entries import Mode, PlaceWords
from shared.kernel.access import Caller, Role
from shared.kernel.errors import Fault, Invalid
from shared.kernel.wall import local_date

_MAY_EXCUSE = frozenset({Role.SUPERVISOR, Role.COUNTY_ADMIN})


async def chosen(unit: Unit, pools: Pools) -> list[Resource]:
    """Return the resources that were chosen. Raises ResourceNotFound when one is of another kind than it was chosen for."""
    found = {one.resource_id: one for one in await resources.list_chosen(unit, pools.resource_ids)}
    wanted = [
        *([(pools.facilitator_id, ResourceKind.FACILITATOR)] if pools.facilitator_id else []),
        *([(pools.room_id, ResourceKind.ROOM)] if pools.room_id else []),
        *((one, ResourceKind.INTERPRETER) for one in pools.interpreter_ids),
    ]
    if any(found[resource_id].kind is not kind for resource_id, kind in wanted):
        raise ResourceNotFound
    return list(found.values())


async def claim(unit: Unit, meeting: Meeting, chosen_ones: Collection[Resource], *, hold_id: UUID | None = None) -> None:
    """Claim what was chosen for a meeting, and those invited who are in a pool themselves, in place of all it had.

    Raises SlotTaken, and then it keeps what it had.
    """
    invited = await resources.list_of_people(unit, [one.person_id for one in meeting.people])
    wanted = {one.identity: one for one in [*invited, *chosen_ones]}
    await claims.book(
        unit,
        meeting.meeting_id,
        wanted.values(),
        meeting.span,
        site=meeting.place.site,
        hold_id=hold_id,
        held_by=unit.actor.id,
    )


async def place_of(unit: Unit, words: PlaceWords | None, chosen_ones: Collection[Resource]) -> Place:
    """Return where a meeting is: what was written, or the room that was chosen."""
    room = next((one for one in chosen_ones if one.kind is ResourceKind.ROOM), None)
    if room is None:
        return Place(site_of(words), words) if words else Place()
    if words is None or not (words.place or words.address):
        written = words or PlaceWords()
        name = await resources.find_name(unit, room.resource_id)
        words = PlaceWords(place=name, join_url=written.join_url, dial_in=written.dial_in)
    return Place(room.site or site_of(words), words)


async def check_people(
    unit: Unit, family: Family, wishes: Sequence[Wish], *, children: Collection[UUID] = (), at: str = "#/participants"
) -> None:
    """Refuse people who are neither of the family nor staff nor in a pool, and children who are not of the family."""
    persons = [one.person_id for one in wishes]
    strangers = await _strangers(unit, family, persons)
    faults = [
        Fault("not_found", "This person is not around this family.", pointer=f"{at}/{n}/person_id")
        for n, one in enumerate(persons)
        if one in strangers
    ]
    faults += [
        Fault("duplicate", "This person is named twice.", pointer=f"{at}/{n}/person_id")
        for n, one in enumerate(persons)
        if one in persons[:n]
    ]
    own = {one.child_id for one in await families.list_children(unit, family.case_id)}
    faults += [
        Fault("not_found", "This child is not part of this family's work.", pointer=f"#/children/{n}")
        for n, one in enumerate(children)
        if one not in own
    ]
    if faults:
        raise Invalid(faults)


async def gone_from(unit: Unit, family: Family, meeting: Meeting) -> list[UUID]:
    """Return the participants who have left the family's network since they were invited: nobody may invite them anew."""
    strangers = await _strangers(unit, family, [one.person_id for one in meeting.people])
    return [one.participant_id for one in meeting.people if one.person_id in strangers]


async def _strangers(unit: Unit, family: Family, persons: Collection[UUID]) -> frozenset[UUID]:
    """Return those who are neither of the family nor staff nor in a pool."""
    around = await families.list_people(unit, family.case_id)
    staff = {one.person_id for one in (await people.list_of(unit, persons)).values() if one.staff_id is not None}
    pooled = {one.person_id for one in await resources.list_of_people(unit, persons)}
    return frozenset(persons) - around - staff - pooled


def invitees_of(unit: Unit, wishes: Sequence[Wish], chosen_ones: Collection[Resource]) -> list[Invitee]:
    """Return who is invited: those wished for, and the facilitator and interpreters who are people we can write to."""
    invited = [
        Invitee(
            participant_id=unit.new_id(),
            person_id=one.person_id,
            role=one.role,
            required=one.required,
            mode=one.mode,
            stretches=one.stretches,
        )
        for one in wishes
    ]
    there = {one.person_id for one in wishes}
    modes = {one.mode for one in wishes}
    for resource in sorted(chosen_ones, key=lambda one: one.resource_id):
        invitee = invitee_for(unit, resource, modes)
        if invitee is not None and invitee.person_id not in there:
            invited.append(invitee)
            there.add(invitee.person_id)
    return invited


def invitee_for(unit: Unit, resource: Resource, modes: Collection[Mode]) -> Invitee | None:
    """Return the invitation of a facilitator or interpreter; a room gets none, nor does a service without a person."""
    if resource.person_id is None or not resource.is_person:
        return None
    role = TeamRole.FACILITATOR if resource.kind is ResourceKind.FACILITATOR else TeamRole.INTERPRETER
    order = (Mode.IN_PERSON, Mode.VIDEO, Mode.PHONE)
    able = [mode for mode in order if not resource.modes or mode in resource.modes]
    mode = next((mode for mode in able if mode in modes), able[0])
    return Invitee(
        participant_id=unit.new_id(), person_id=resource.person_id, role=role, required=role is TeamRole.FACILITATOR, mode=mode
    )


async def check_time(
    unit: Unit,
    meeting: Meeting,
    family: Family,
    chosen_ones: Collection[Resource],
    *,
    excuses: Excuses,
    caller: Caller,
    county: CountyFacts,
) -> str:
    """Refuse a time that a rule forbids. Returns the written reason, if a supervisor's excuse was needed for a late date."""
    on = starts_on(meeting, family)
    if not excuses.family_asked:
        refuse_odd_hours(meeting.resolved.local, meeting.ends_local, holidays=county.holidays)
    today = local_date(unit.now, family.time_zone)
    for one in chosen_ones:
        earliest = after_working_days(today, one.notice_working_days, county.holidays)
        if one.notice_working_days and on < earliest:
            raise NoticeTooShort(resource_id=one.resource_id, earliest_on=earliest)
    children = await families.list_children(unit, family.case_id)
    due = await binding(unit, meeting, family, mandates_of(unit, family, children, county=county, only=meeting.children).dues)
    reason = excuses.after_due_reason if caller.roles & _MAY_EXCUSE else ""
    refuse_after_due(on, due, override=reason)
    return reason if due is not None and on > due.due_on else ""


async def check_apart(unit: Unit, meeting: Meeting, family: Family) -> None:
    """Refuse people who must never meet, or a place within two hours of somebody whom one of them must not come near."""
    persons = [one.person_id for one in meeting.people]
    on = starts_on(meeting, family)
    rules = await families.list_separations(unit, persons)
    refuse_separated(persons, rules, on=on)
    # Two who book at once for two people kept apart: the second waits, and sees where the first put theirs.
    await families.take_turns(unit, rules)
    near = [one.person_id for one in meeting.people if one.mode is Mode.IN_PERSON]
    others = kept_from(near, rules, on=on)
    wide = meeting.span.widened(SEPARATION_GAP, SEPARATION_GAP)
    there = await availability.list_presences(unit, others, wide)
    refuse_too_near(meeting.span, meeting.place.site, [Presence(site, (span,)) for site, span in there])
