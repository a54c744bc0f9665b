"""Look at a meeting: who answered what, who must still be at the table, what waits for staff. Every look is on record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.meetings.domain.errors import MeetingNotFound
from services.meetings.domain.mandates import Due, MandateStatus, combined
from services.meetings.domain.meetings import OF_A_TEAM, Meeting, TeamRole
from services.meetings.domain.responses import Outcome
from services.meetings.domain.separation import breaches
from services.meetings.domain.table import ChildAtTable, Seated, SeatVerdict, judge_table, missing, unfilled_languages
from services.meetings.storage import families, meetings, people, replies, resources
from services.meetings.storage.families import Family, PlacedChild
from services.meetings.storage.meetings import Kept
from services.meetings.storage.replies import WAITING, Received
from services.meetings.use_cases.county import CountyFacts
from services.meetings.use_cases.see_mandates import Mandates, mandates_of
from shared.db.unit import Unit
from shared.events.entries import Answer
from shared.kernel.access import Caller, may_see
from shared.kernel.wall import local_date

AT_HOME = frozenset({"", "home"})


@dataclass(frozen=True, slots=True)
class Table:
    """Who must be at the table of a meeting, and which languages still have nobody who said yes."""

    verdicts: tuple[SeatVerdict, ...]
    missing_roles: tuple[str, ...]
    unfilled_languages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMeeting:
    """A meeting as staff see it. `flags` are codes of what needs somebody's attention."""

    kept: Kept
    table: Table
    due: Due | None
    flags: tuple[str, ...]
    waiting: tuple[Received, ...]


async def see_meeting(unit: Unit, meeting_id: UUID, *, caller: Caller, county: CountyFacts) -> SeenMeeting:
    """Return a meeting of a family that the caller may see, or that the caller facilitates. Raises MeetingNotFound."""
    kept = await meetings.get(unit, meeting_id)
    await check_visible(unit, kept.meeting, caller)
    await unit.audit("meeting.read", subject_kind="meeting", subject_id=meeting_id)
    return await look(unit, kept, county=county)


async def hold_meeting(unit: Unit, meeting_id: UUID, *, caller: Caller) -> Kept:
    """Return the same and hold its row, and its family, until the transaction ends, for a change."""
    case_id = await meetings.find_family(unit, meeting_id)
    # The family before its meeting, as those do who close a family or let a member go: in one order nobody waits for ever.
    family = await families.find(unit, case_id, hold=True) if case_id else None
    kept = await meetings.find(unit, meeting_id, hold=True) if family else None
    if kept is None:
        raise MeetingNotFound
    await check_visible(unit, kept.meeting, caller)
    return kept


async def check_visible(unit: Unit, meeting: Meeting, caller: Caller) -> None:
    """Refuse a meeting that the caller may not see, as if it were not there."""
    family = await families.find(unit, meeting.case_id)
    if family is not None and may_see(family.access, caller):
        return
    if not await meetings.facilitates(unit, meeting, caller.staff_id):
        raise MeetingNotFound.hiding("meeting", meeting.meeting_id)


async def look(unit: Unit, kept: Kept, *, county: CountyFacts) -> SeenMeeting:
    """Return all that staff see of a meeting they may see."""
    meeting = kept.meeting
    family = await families.find(unit, meeting.case_id)
    children = [one for one in await families.list_children(unit, meeting.case_id) if one.child_id in meeting.children]
    mandates = mandates_of(unit, family, children, county=county) if family else Mandates((), None)
    waiting = [one for one in await replies.list_of(unit, meeting.meeting_id) if one.outcome in WAITING]
    table = await table_of(unit, kept, children)
    return SeenMeeting(
        kept=kept,
        table=table,
        due=mandates.combined,
        flags=await _flags(unit, meeting, family, mandates, table, waiting),
        waiting=tuple(waiting),
    )


async def table_of(unit: Unit, kept: Kept, children: Sequence[PlacedChild]) -> Table:
    """Judge the seats of a meeting's children, and its interpreters."""
    meeting = kept.meeting
    known = await people.list_of(unit, [*(one.person_id for one in meeting.people), *meeting.children])
    chosen = {one.resource_id: one for one in await resources.list_known(unit, [*_served(meeting)])}
    answers = {one.person_id: one.answer for one in meeting.people}
    seated = [Seated(one.person_id, one.role, one.answer) for one in meeting.people]
    facilitator = chosen.get(meeting.facilitator_id) if meeting.facilitator_id else None
    if facilitator is not None and facilitator.person_id is None:
        seated.append(Seated(facilitator.resource_id, TeamRole.FACILITATOR, Answer.ACCEPTED))
    verdicts: tuple[SeatVerdict, ...] = ()
    if meeting.kind in OF_A_TEAM:
        at_table = [_at_table(child, is_grown=child.child_id in known and not known[child.child_id].is_minor) for child in children]
        verdicts = judge_table(at_table, seated, kept.waivers)
    needed = [
        known[one.person_id].spoken_language
        for one in meeting.people
        if one.person_id in known and known[one.person_id].interpreter_needed
    ]
    interpreters = [
        # A service on demand is nobody's diary: it is there when it is called.
        (chosen[one].languages, answers.get(person_id, Answer.NEEDS_ACTION) if (person_id := chosen[one].person_id) else _READY)
        for one in meeting.interpreter_ids
        if one in chosen
    ]
    return Table(verdicts, missing(verdicts), unfilled_languages(needed, interpreters))


_READY = Answer.ACCEPTED


def _served(meeting: Meeting) -> list[UUID]:
    return [one for one in (meeting.facilitator_id, *meeting.interpreter_ids) if one is not None]


def _at_table(child: PlacedChild, *, is_grown: bool) -> ChildAtTable:
    return ChildAtTable(
        child_id=child.child_id,
        in_placement=child.entered_care_on is not None and child.placement_kind not in AT_HOME,
        icwa_status=child.icwa_status,
        placement_kind=child.placement_kind,
        intensive_services=child.intensive_services,
        is_grown=is_grown,
    )


async def _flags(
    unit: Unit, meeting: Meeting, family: Family | None, mandates: Mandates, table: Table, waiting: Sequence[Received]
) -> tuple[str, ...]:
    if not meeting.is_ahead:
        return ()
    persons = [one.person_id for one in meeting.people]
    on = starts_on(meeting, family)
    rules = await families.list_separations(unit, persons)
    due = await binding(unit, meeting, family, mandates.dues) if family else None
    flags = {
        "separated": bool(breaches(persons, rules, on=on)),
        "after_due_date": due is not None and due.status is not MandateStatus.OVERDUE and on > due.due_on,
        "required_declined": any(one.required and one.answer is Answer.DECLINED for one in meeting.people),
        "required_role_missing": bool(table.missing_roles),
        "interpreter_unfilled": bool(table.unfilled_languages),
        "replies_waiting": any(one.outcome is Outcome.QUARANTINED for one in waiting),
        "proposals_waiting": any(one.outcome is Outcome.PROPOSAL for one in waiting),
    }
    return tuple(name for name, true in flags.items() if true)


async def binding(unit: Unit, meeting: Meeting, family: Family, dues: Iterable[Due]) -> Due | None:
    """Return the due date by which this very meeting must be: the earliest that no other one to come is in time for.

    Whoever has planned the first meeting in time may plan the one after it.
    """
    if meeting.kind not in OF_A_TEAM:
        return None
    others = await meetings.list_other_teams(unit, meeting)
    planned = [(local_date(starts_at, family.time_zone), children) for starts_at, children in others]
    return combined(due for due in dues if not any(due.child_id in children and on <= due.due_on for on, children in planned))


def starts_on(meeting: Meeting, family: Family | None) -> date:
    """The day of a meeting where the family's due dates are reckoned."""
    return local_date(meeting.starts_at, family.time_zone if family else meeting.time_zone)
