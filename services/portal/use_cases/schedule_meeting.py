"""Plan a meeting step by step: who comes, when, and what each person will get; then book it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from services.portal.domain import draft as drafts
from services.portal.domain.draft import Chosen, Draft, Seat
from services.portal.domain.families import Family, Person, Roster, Separation, kept_apart
from services.portal.domain.meetings import Due, Found, LinkedPair, Mandates
from services.portal.domain.reach import Reach, Way, reach
from services.portal.domain.table import is_required, role_of_child, suggested_role, teller
from services.portal.gateways.calling import if_allowed, unless_away
from services.portal.gateways.meetings import Changed, Hold, Meetings
from services.portal.gateways.network import Network
from services.portal.use_cases.show_family import NO_DATES, Names, names_of
from shared.kernel.wall import at_wall, resolve

DEFAULT_SPAN = timedelta(days=21)
MOST_TIMES = 12


@dataclass(frozen=True, slots=True)
class Invitable:
    """Somebody who could come: the seat we suggest, and whether they are suggested at all."""

    person: Person
    seat: Seat
    what: str
    comes: bool
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Planning:
    """What every step of planning needs to know of a family."""

    family: Family
    roster: Roster
    separations: tuple[Separation, ...]
    mandates: Mandates
    names: Names
    staff: tuple[Person, ...]

    @property
    def due(self) -> Due | None:
        """The family's next due date."""
        return self.mandates.combined

    def speaks(self) -> Mapping[str, str]:
        """Return the language of each person who needs an interpreter."""
        return {one.id: one.spoken_language for one in self.roster.people if one.interpreter_needed}

    def apart(self) -> frozenset[frozenset[str]]:
        """Return the pairs of people who must never meet."""
        return frozenset(frozenset({one.person_a, one.person_b}) for one in self.separations if one.active)


@dataclass(frozen=True, slots=True)
class Telling:
    """What one person will get when the meeting is booked; of staff out of the caller's sight only that they are asked.

    `through` names whoever tells a young child.
    """

    person_id: str
    name: str
    seat: Seat
    reach: Reach | None
    language: str
    through: str = ""


async def open_planning(network: Network, meetings: Meetings, case_id: str, *, me: str) -> Planning:
    """Return what planning needs: the family, its due dates, the county's pools, and the staff who hold the family."""
    family, roster, separations = await asyncio.gather(
        network.family(case_id), network.roster(case_id), network.separations(case_id)
    )
    mandates, _ = await unless_away(if_allowed(meetings.mandates(case_id), NO_DATES), NO_DATES)
    names = await names_of(network, meetings, roster)
    wanted = dict.fromkeys((*sorted(set(family.assigned)), *((me,) if me not in family.assigned else ())))
    found = await asyncio.gather(*(if_allowed(network.staff_person(staff_id), None) for staff_id in wanted))
    staff = tuple(one for one in found if one is not None and roster.person(one.id) is None)
    names.people |= {one.id: one for one in staff}
    return Planning(family, roster, separations, mandates, names, staff)


def first_draft(planning: Planning, *, today: date) -> Draft:
    """Return a plan to begin with: everybody the table needs, an interpreter where one is needed, by the due date."""
    due = planning.due
    purposes = ("initial_cft",) if due is not None and due.rule_id.startswith("cft.initial") else ()
    latest = due.due_on if due is not None and due.due_on > today else today + DEFAULT_SPAN
    return Draft(
        purposes=purposes,
        children=tuple(child.id for child in planning.roster.children),
        seats=tuple(one.seat for one in invitables(planning, None) if one.comes),
        minutes=drafts.usual_length(purposes),
        latest_on=latest,
    )


def invitables(planning: Planning, draft: Draft | None) -> tuple[Invitable, ...]:
    """Return everybody who could come, in the order of a roster, with the seat chosen so far or suggested."""
    roster = planning.roster
    chosen = {} if draft is None else {one.person_id: one for one in draft.seats}
    children = {one.person.id for one in roster.children}
    held = set(planning.family.assigned)
    suggested = [(one.person, role_of_child(one), "child") for one in roster.children]
    suggested += [
        (one.person, suggested_role(one, roster.children), one.relationship)
        for one in sorted(roster.members, key=lambda one: ("inner", "middle", "outer", "none").index(one.circle))
        if one.person.id not in children
    ]
    suggested += [(one, "placing_agency_worker", "staff") for one in planning.staff]
    outer = {one.person.id for one in roster.members if one.circle == "outer"}
    result = []
    for person, role, what in suggested:
        seat = Seat(person_id=person.id, role=role, required=is_required(role))
        by_default = person.id not in outer and (what != "staff" or person.staff_id in held)
        result.append(
            Invitable(
                person=person,
                seat=chosen.get(person.id, seat),
                what=what,
                comes=by_default if draft is None else person.id in chosen,
            )
        )
    return tuple(result)


async def find_times(meetings: Meetings, planning: Planning, draft: Draft) -> Found:
    """Return the best times for a plan, or the linked pair that is proposed when these people cannot be in one meeting."""
    return await meetings.find_times(question(planning, draft))


def question(planning: Planning, draft: Draft) -> dict[str, Any]:
    """Return a plan as the question that meetings answers."""
    asked: dict[str, Any] = {
        "case_id": planning.family.id,
        "children": list(draft.children),
        "participants": people_of(draft),
        "minutes": draft.minutes,
        "time_zone": planning.family.time_zone,
        "room": room_of(draft),
        "interpreters": list(draft.interpreters(planning.speaks())),
        "limit": MOST_TIMES,
    }
    if draft.earliest_on:
        asked["earliest_on"] = draft.earliest_on.isoformat()
    if draft.latest_on:
        asked["latest_on"] = draft.latest_on.isoformat()
    if draft.facilitator != drafts.NONE:
        asked["facilitator"] = {} if draft.facilitator == drafts.ANY else {"resource_id": draft.facilitator}
    return asked


def people_of(draft: Draft) -> list[dict[str, Any]]:
    """Return the people of a plan as the API takes them."""
    return [{"person_id": one.person_id, "role": one.role, "required": one.required, "mode": one.mode} for one in draft.seats]


def room_of(draft: Draft) -> dict[str, Any]:
    """Return the room of a plan as the API takes it."""
    if draft.room == drafts.NONE:
        return {"needed": False}
    return {"needed": True} if draft.room == drafts.ANY else {"needed": True, "resource_id": draft.room}


async def hold_time(meetings: Meetings, planning: Planning, draft: Draft, chosen: Chosen, *, key: str) -> Draft:
    """Keep a chosen time for a few minutes, and give back one that was kept before."""
    if draft.chosen is not None and draft.chosen.hold_id:
        await if_allowed(meetings.release(draft.chosen.hold_id), None)
    resources = [one for one in (chosen.facilitator_id, chosen.room_id, *chosen.interpreter_ids) if one]
    held: Hold | None = None
    if resources:
        held = await meetings.hold(
            {
                "starts_local": _local(chosen),
                "time_zone": planning.family.time_zone,
                "minutes": draft.minutes,
                "resource_ids": resources,
            },
            key=key,
        )
    kept = replace(chosen, hold_id=held.id, held_until=held.hold_until) if held else chosen
    return replace(draft, chosen=kept)


def tellings(planning: Planning, draft: Draft) -> tuple[Telling, ...]:
    """Return who will get what, in the order of the plan; facilitator and interpreters hear of it too."""
    names, told = planning.names, []
    tellers = through(planning, draft.seats)
    for seat in draft.seats:
        person = names.people.get(seat.person_id)
        if person is not None:
            by = tellers.get(person.id, "")
            told.append(Telling(person.id, person.name, seat, reach(person), person.written_language, by))
    if draft.chosen is not None:
        for resource_id in (draft.chosen.facilitator_id, *draft.chosen.interpreter_ids):
            resource = names.resources.get(resource_id or "")
            if resource is None or resource.person_id is None or resource.person_id in {one.person_id for one in told}:
                continue
            person = names.people.get(resource.person_id)
            seat = Seat(person_id=resource.person_id, role=resource.kind)
            language = person.written_language if person else ""
            told.append(Telling(resource.person_id, resource.name, seat, reach(person) if person else None, language))
    return tuple(told)


def through(planning: Planning, seats: Sequence[Seat]) -> Mapping[str, str]:
    """Return, by young child, the name of who tells the child: nobody whom the child must never meet."""
    found = {}
    for child in (planning.roster.person(one.person_id) for one in seats if one.role == "child"):
        if child is not None and reach(child).way is Way.CALL:
            by = teller(((one.role, one.person_id) for one in seats), kept_apart(child.id, planning.separations))
            found[child.id] = planning.names.name(by) if by else ""
    return {child_id: name for child_id, name in found.items() if name}


def left_out(planning: Planning, draft: Draft) -> tuple[Person, ...]:
    """Return who of the family is not invited."""
    invited = {one.person_id for one in draft.seats}
    return tuple(one for one in planning.roster.people if one.id not in invited)


async def learn_resources(planning: Planning, draft: Draft) -> None:
    """Learn how the chosen facilitator and interpreters are reached."""
    if draft.chosen is None:
        return
    ids = (draft.chosen.facilitator_id, *draft.chosen.interpreter_ids)
    found = [planning.names.resources.get(one or "") for one in ids]
    for one in found:
        if one is not None and one.person_id and one.person_id not in planning.names.people:
            person = await planning.names.network.person(one.person_id)
            if person is not None:
                planning.names.people[person.id] = person


def ends_local(planning: Planning, draft: Draft) -> datetime:
    """Return what clocks show when the planned meeting ends; its length is elapsed time."""
    if draft.chosen is None:
        raise ValueError("no time was chosen")
    zone_name = planning.family.time_zone
    return at_wall(resolve(draft.chosen.starts_local, zone_name).instant + timedelta(minutes=draft.minutes), zone_name)


async def book(
    meetings: Meetings, planning: Planning, draft: Draft, *, key: str, override: str = "", family_asked: bool = False
) -> Changed:
    """Book the plan; everybody invited is told. The chosen time must be set. `override` is why it may be after the due date."""
    chosen = draft.chosen
    if chosen is None:
        raise ValueError("no time was chosen")
    facts: dict[str, Any] = {
        "case_id": planning.family.id,
        "kind": "cft",
        "purposes": list(draft.purposes),
        "children": list(draft.children),
        "starts_local": _local(chosen),
        "time_zone": planning.family.time_zone,
        "minutes": draft.minutes,
        "participants": people_of(draft),
        "interpreter_ids": list(chosen.interpreter_ids),
    }
    optional = {
        "facilitator_id": chosen.facilitator_id,
        "room_id": chosen.room_id,
        "place": draft.place,
        "hold_id": chosen.hold_id,
        "linked_to": draft.linked_to,
        "after_due_reason": override,
        "family_asked": family_asked,
    }
    return await meetings.book(facts | {name: value for name, value in optional.items() if value}, key=key)


def after_booking(draft: Draft, meeting_id: str) -> Draft | None:
    """Return the plan of the linked second meeting, or None when nothing is left to plan."""
    if not draft.following:
        return None
    return replace(draft, seats=draft.following, following=(), linked_to=meeting_id, chosen=None)


def tables_of(draft: Draft, proposed: LinkedPair | None, planning: Planning) -> tuple[tuple[Seat, ...], ...]:
    """Return the meetings instead of one, as meetings proposes them, else as the family's own rules ask."""
    if proposed is None:
        return drafts.split(draft.seats, planning.apart())
    return tuple(tuple(one for one in draft.seats if one.person_id in table) for table in proposed.tables)


def _local(chosen: Chosen) -> str:
    return chosen.starts_local.isoformat(timespec="minutes")
