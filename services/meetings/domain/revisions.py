"""What becomes of a meeting when somebody books, moves, changes or cancels it, and what each person must be told.

Every change makes a new revision, and goes through one function, `diff`, which compares what each person could see before with
what they can see now (their *view*). "One more" always means one more than that entry's last number.

    booked, added, revived   REQUEST   0; the meeting's present number; above the cancel's number
    time, length, far place  REQUEST   one more; the person's answer starts anew
    wording, near place      REQUEST   same number; answers stand
    removed, cancelled       CANCEL    one more; only to those whose last message was a REQUEST
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from services.meetings.domain.errors import (
    AlreadyInvited,
    InterpreterUnfilled,
    InThePast,
    MeetingIsCancelled,
    MeetingIsNotCancelled,
    MeetingIsOver,
    NobodyInvited,
    ParticipantNotFound,
    PartOutside,
    PlaceMissing,
    PurposeMissing,
    RequiredAnswerMissing,
    RequiredRoleMissing,
)
from services.meetings.domain.meetings import (
    OF_A_TEAM,
    OVER,
    Heard,
    Invitee,
    Issue,
    Meeting,
    MeetingKind,
    MeetingPurpose,
    MeetingState,
    Part,
    Participant,
    Place,
    TeamRole,
    uid_of,
)
from shared.events.entries import Answer, Entry, Method, Mode, Notice, PlaceWords
from shared.events.meetings import (
    MeetingCancelled,
    MeetingChanged,
    MeetingRescheduled,
    MeetingRevision,
    MeetingScheduled,
    MeetingWords,
    ParticipantInvited,
    ParticipantRemoved,
)
from shared.kernel.wall import at_wall


class Keep(Enum):
    """Stands for "as it is" where None would mean "none"."""

    AS_IS = "as_is"


@dataclass(frozen=True, slots=True)
class Revision:
    """A meeting after a change, who is told what, and the fact to announce (None when nothing changed at all)."""

    meeting: Meeting
    entries: tuple[Entry, ...]
    fact: MeetingRevision | None
    words: MeetingWords


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one person can see of a meeting: only this decides whether they are told of a change."""

    time_zone: str
    starts_local: datetime
    ends_local: datetime
    starts_at: datetime
    ends_at: datetime
    required: bool
    mode: Mode
    site: str
    words: PlaceWords

    def asks_anew(self, before: "View") -> bool:
        """Whether an answer given to `before` no longer holds: another time, length, way of taking part, or far place."""
        return (self.starts_at, self.ends_at, self.time_zone, self.mode, self.site) != (
            before.starts_at,
            before.ends_at,
            before.time_zone,
            before.mode,
            before.site,
        )


def cleared_words(place: Place, mode: Mode) -> PlaceWords:
    """Return what a person who takes part this way needs: an address, or a link and number, or a number."""
    words = place.words
    if mode is Mode.IN_PERSON:
        return PlaceWords(place=words.place, address=words.address)
    if mode is Mode.VIDEO:
        return PlaceWords(join_url=words.join_url, dial_in=words.dial_in)
    return PlaceWords(dial_in=words.dial_in)


def view_of(meeting: Meeting, participant: Participant, part: Part) -> View | None:
    """Return what a person sees of one part, or None when there is nothing to come to."""
    if not meeting.is_ahead or part.removed:
        return None
    begins = meeting.starts_at + timedelta(minutes=part.stretch.offset_minutes)
    length = part.stretch.minutes
    ends = meeting.ends_at if length is None else begins + timedelta(minutes=length)
    return View(
        time_zone=meeting.time_zone,
        starts_local=at_wall(begins, meeting.time_zone),
        ends_local=at_wall(ends, meeting.time_zone),
        starts_at=begins,
        ends_at=ends,
        required=participant.required,
        mode=participant.mode,
        site=meeting.place.site if participant.mode is Mode.IN_PERSON else "",
        words=cleared_words(meeting.place, participant.mode),
    )


def diff(old: Meeting | None, new: Meeting) -> tuple[Entry, ...]:
    """Return what each person must be told because `old` became `new`. This is the only place where a number is raised.

    A removed person's entry ended with their own CANCEL: a later cancellation of the meeting tells them nothing more.
    """
    before = {one.participant_id: one for one in old.participants} if old else {}
    entries: list[Entry] = []
    for participant in new.participants:
        known = before.get(participant.participant_id)
        for part in participant.parts:
            was = next((view_of(old, known, p) for p in known.parts if p.part == part.part), None) if old and known else None
            entry = _entry(new, participant, part, was)
            if entry is not None:
                entries.append(entry)
    return tuple(entries)


def _entry(new: Meeting, participant: Participant, part: Part, was: View | None) -> Entry | None:
    now = view_of(new, participant, part)
    following = 0 if part.sequence is None else part.sequence + 1
    if now is None:
        if not part.live or was is None:
            return None
        notice = Notice.REMOVED if part.removed else Notice.CANCELLED
        return _write(participant, part, was, following, Method.CANCEL, notice, part.answer)
    if not part.live or was is None:
        return _write(participant, part, now, max(new.sequence, following), Method.REQUEST, Notice.INVITATION, Answer.NEEDS_ACTION)
    if now.asks_anew(was):
        return _write(participant, part, now, following, Method.REQUEST, Notice.MOVED, Answer.NEEDS_ACTION)
    if now != was:
        return _write(participant, part, now, following - 1, Method.REQUEST, Notice.CHANGED, part.answer)
    return None


def _write(
    participant: Participant, part: Part, view: View, sequence: int, method: Method, notice: Notice, answer: Answer
) -> Entry:
    return Entry(
        participant_id=participant.participant_id,
        person_id=participant.person_id,
        part=part.part,
        uid=part.uid,
        sequence=sequence,
        method=method,
        notice=notice,
        required=view.required,
        mode=view.mode,
        answer=answer,
        time_zone=view.time_zone,
        starts_local=view.starts_local,
        ends_local=view.ends_local,
        starts_at=view.starts_at,
        ends_at=view.ends_at,
    )


def book(
    *,
    meeting_id: UUID,
    case_id: UUID,
    county_slug: str,
    kind: MeetingKind,
    purposes: Sequence[MeetingPurpose],
    children: Sequence[UUID],
    time_zone: str,
    starts_local: datetime,
    minutes: int,
    place: Place,
    invitees: Sequence[Invitee],
    now: datetime,
    facilitator_id: UUID | None = None,
    room_id: UUID | None = None,
    interpreter_ids: Sequence[UUID] = (),
    title_code: str = "",
    linked_to: UUID | None = None,
) -> Revision:
    """Make a meeting and invite everyone. Who must be there and who must not meet is checked before (table, separation)."""
    if kind in OF_A_TEAM and not purposes:
        raise PurposeMissing
    if not invitees:
        raise NobodyInvited
    meeting = Meeting(
        meeting_id=meeting_id,
        case_id=case_id,
        county_slug=county_slug,
        kind=kind,
        purposes=tuple(purposes),
        children=tuple(children),
        state=MeetingState.SCHEDULED,
        revision=0,
        sequence=0,
        time_zone=time_zone,
        starts_local=starts_local,
        minutes=minutes,
        place=place,
        participants=(),
        facilitator_id=facilitator_id,
        room_id=room_id,
        interpreter_ids=tuple(interpreter_ids),
        title_code=title_code,
        linked_to=linked_to,
    )
    _check_ahead(meeting, now)
    return _revise(None, _joined(meeting, invitees), MeetingScheduled, now)


def move(
    meeting: Meeting,
    *,
    starts_local: datetime,
    now: datetime,
    time_zone: str | None = None,
    minutes: int | None = None,
    place: Place | None = None,
    facilitator_id: UUID | Keep | None = Keep.AS_IS,
    room_id: UUID | Keep | None = Keep.AS_IS,
    interpreter_ids: Sequence[UUID] | None = None,
    joining: Sequence[Invitee] = (),
    leaving: Sequence[UUID] = (),
) -> Revision:
    """Put a meeting at another time, length or place. Who comes and goes with it (another facilitator) is one revision with it."""
    _check_open(meeting)
    wanted = replace(
        meeting,
        starts_local=starts_local,
        time_zone=time_zone or meeting.time_zone,
        minutes=minutes or meeting.minutes,
        place=place or meeting.place,
        facilitator_id=meeting.facilitator_id if facilitator_id is Keep.AS_IS else facilitator_id,
        room_id=meeting.room_id if room_id is Keep.AS_IS else room_id,
        interpreter_ids=meeting.interpreter_ids if interpreter_ids is None else tuple(interpreter_ids),
    )
    _check_ahead(wanted, now)
    return _revise(meeting, _joined(_left(wanted, leaving), joining), MeetingRescheduled, now)


def change(
    meeting: Meeting,
    *,
    now: datetime,
    place: Place | None = None,
    correction: bool = False,
    room_id: UUID | Keep | None = Keep.AS_IS,
    purposes: Sequence[MeetingPurpose] | None = None,
    modes: Mapping[UUID, Mode] | None = None,
    required: Mapping[UUID, bool] | None = None,
) -> Revision:
    """Change anything but the time; `modes` and `required` are by participant. Correcting the place's words is no far place."""
    _check_open(meeting)
    if purposes is not None and not purposes:
        raise PurposeMissing
    if place is not None and correction:
        place = replace(place, site=meeting.place.site)
    for participant_id in {*(modes or {}), *(required or {})}:
        meeting.participant(participant_id)
    people = tuple(
        replace(
            one,
            mode=(modes or {}).get(one.participant_id, one.mode),
            required=(required or {}).get(one.participant_id, one.required),
        )
        for one in meeting.participants
    )
    wanted = replace(
        meeting,
        place=place or meeting.place,
        room_id=meeting.room_id if room_id is Keep.AS_IS else room_id,
        purposes=meeting.purposes if purposes is None else tuple(purposes),
        participants=people,
    )
    return _revise(meeting, wanted, MeetingChanged, now)


def cancel(meeting: Meeting, *, reason_code: str, now: datetime) -> Revision:
    """Call a meeting off. Everyone whose calendar holds it is told, decliners too. The reason stays with staff."""
    _check_open(meeting)
    return _revise(meeting, replace(meeting, state=MeetingState.CANCELLED, cancel_reason=reason_code), MeetingCancelled, now)


def revive(
    meeting: Meeting,
    *,
    now: datetime,
    starts_local: datetime | None = None,
    minutes: int | None = None,
    leaving: Sequence[UUID] = (),
) -> Revision:
    """Take a cancellation back, perhaps at another time: all but those `leaving` are invited again, above the cancel's number."""
    if meeting.state is not MeetingState.CANCELLED:
        raise MeetingIsNotCancelled(meeting_id=meeting.meeting_id)
    wanted = replace(
        meeting,
        state=MeetingState.SCHEDULED,
        cancel_reason="",
        starts_local=starts_local or meeting.starts_local,
        minutes=minutes or meeting.minutes,
    )
    _check_ahead(wanted, now)
    return _revise(meeting, _left(wanted, leaving), MeetingScheduled, now)


def add_person(meeting: Meeting, invitee: Invitee, *, now: datetime) -> Revision:
    """Invite one more person; only they are told. Somebody who was removed before comes back to their old entry."""
    _check_open(meeting)
    return _revise(meeting, _joined(meeting, [invitee]), ParticipantInvited, now)


def remove_person(meeting: Meeting, participant_id: UUID, *, now: datetime) -> Revision:
    """Take one person off; only they are told."""
    _check_open(meeting)
    return _revise(meeting, _left(meeting, [participant_id]), ParticipantRemoved, now)


def again(meeting: Meeting, participant_id: UUID, *, now: datetime) -> Revision:
    """Send one person their entry once more: same number, answer as it stands. It is the same revision."""
    _check_open(meeting)
    participant = meeting.participant(participant_id)
    entries = []
    for part in participant.parts:
        view = view_of(meeting, participant, part)
        if view is not None and part.live:
            entries.append(_write(participant, part, view, part.asked or 0, Method.REQUEST, Notice.AGAIN, part.answer))
    return _result(meeting, tuple(entries), MeetingChanged if entries else None, now)


def confirm(meeting: Meeting, *, missing_roles: Iterable[str], unfilled_languages: Iterable[str]) -> Meeting:
    """Say that the meeting stands. Refused until seats, interpreters, answers and places are all there; tells nobody anything.

    `missing_roles` comes from `table.missing`, `unfilled_languages` from `table.unfilled_languages`.
    """
    _check_open(meeting)
    roles, languages = sorted(missing_roles), sorted(unfilled_languages)
    if roles:
        raise RequiredRoleMissing(meeting_id=meeting.meeting_id, roles=roles)
    if languages:
        raise InterpreterUnfilled(meeting_id=meeting.meeting_id, languages=languages)
    silent = [one.participant_id for one in meeting.people if one.required and one.answer is Answer.NEEDS_ACTION]
    if silent:
        raise RequiredAnswerMissing(meeting_id=meeting.meeting_id, participant_ids=silent)
    lost = sorted({one.mode.value for one in meeting.people if cleared_words(meeting.place, one.mode) == PlaceWords()})
    if lost:
        raise PlaceMissing(meeting_id=meeting.meeting_id, modes=lost)
    return replace(meeting, state=MeetingState.CONFIRMED)


def hear(meeting: Meeting, participant_id: UUID, part: int, heard: Heard | None) -> Meeting:
    """Keep a person's newest answer. If somebody who must come no longer does, a confirmed meeting is scheduled again."""
    participant = meeting.participant(participant_id)
    told = replace(participant, parts=tuple(replace(p, heard=heard) if p.part == part else p for p in participant.parts))
    people = tuple(told if one.participant_id == participant_id else one for one in meeting.participants)
    needed = told.required or told.role is TeamRole.INTERPRETER
    lost = needed and not told.removed and told.answer in (Answer.DECLINED, Answer.NEEDS_ACTION)
    falls = meeting.state is MeetingState.CONFIRMED and lost
    return replace(meeting, participants=people, state=MeetingState.SCHEDULED if falls else meeting.state)


def words_for(meeting: Meeting, entries: Iterable[Entry]) -> MeetingWords:
    """Return the places that go out with these entries; a cancellation carries none."""
    return MeetingWords(
        places={
            str(entry.participant_id): cleared_words(meeting.place, entry.mode)
            for entry in entries
            if entry.method is Method.REQUEST
        }
    )


def _check_open(meeting: Meeting) -> None:
    if meeting.state is MeetingState.CANCELLED:
        raise MeetingIsCancelled(meeting_id=meeting.meeting_id)
    if meeting.state in OVER:
        raise MeetingIsOver(meeting_id=meeting.meeting_id)


def _check_ahead(meeting: Meeting, now: datetime) -> None:
    if meeting.starts_at <= now:
        raise InThePast.at("#/starts_local")


def _check_parts(meeting: Meeting) -> None:
    """Refuse a part that is not wholly inside the meeting, or that overlaps another one of the same person."""
    for one in meeting.people:
        until = 0
        for stretch in sorted((part.stretch for part in one.parts if not part.removed), key=lambda each: each.offset_minutes):
            begins, length = stretch.offset_minutes, stretch.minutes
            ends = meeting.minutes if length is None else begins + length
            if not until <= begins < ends <= meeting.minutes:
                raise PartOutside(meeting_id=meeting.meeting_id, person_id=one.person_id)
            until = ends


def _left(meeting: Meeting, leaving: Sequence[UUID]) -> Meeting:
    for participant_id in leaving:
        if meeting.participant(participant_id).removed:
            raise ParticipantNotFound(meeting_id=meeting.meeting_id, participant_id=participant_id)
    people = tuple(
        replace(one, parts=tuple(replace(part, removed=True) for part in one.parts)) if one.participant_id in leaving else one
        for one in meeting.participants
    )
    return replace(meeting, participants=people)


def _joined(meeting: Meeting, joining: Sequence[Invitee]) -> Meeting:
    people = {one.person_id: one for one in meeting.participants}
    for invitee in joining:
        known = people.get(invitee.person_id)
        if known is not None and not known.removed:
            raise AlreadyInvited(meeting_id=meeting.meeting_id, participant_id=known.participant_id)
        people[invitee.person_id] = _seated(invitee, known, meeting.county_slug)
    return replace(meeting, participants=tuple(people.values()))


def _seated(invitee: Invitee, known: Participant | None, county_slug: str) -> Participant:
    participant_id = known.participant_id if known else invitee.participant_id
    old = {part.part: part for part in known.parts} if known else {}
    parts = {
        number: replace(
            old.get(number, Part(part=number, uid=uid_of(participant_id, number, county_slug))), stretch=stretch, removed=False
        )
        for number, stretch in enumerate(invitee.stretches)
    }
    return Participant(
        participant_id=participant_id,
        person_id=invitee.person_id,
        role=invitee.role,
        required=invitee.required,
        mode=invitee.mode,
        parts=tuple((old | parts)[number] for number in sorted(old | parts)),
    )


def _revise(old: Meeting | None, wanted: Meeting, fact: type[MeetingRevision], now: datetime) -> Revision:
    _check_parts(wanted)
    if wanted == old:
        return _result(wanted, (), None, now)
    if old is not None and _asks_anew(old, wanted):
        wanted = replace(
            wanted,
            sequence=old.sequence + 1,
            state=MeetingState.SCHEDULED if wanted.is_ahead else wanted.state,
        )
    entries = diff(old, wanted)
    if fact in (MeetingChanged, MeetingRescheduled):
        fact = MeetingRescheduled if any(entry.notice is Notice.MOVED for entry in entries) else MeetingChanged
    if wanted.state is MeetingState.CONFIRMED and any(e.required and e.answer is Answer.NEEDS_ACTION for e in entries):
        wanted = replace(wanted, state=MeetingState.SCHEDULED)
    meeting = replace(_numbered(wanted, entries, now), revision=wanted.revision + 1)
    return _result(meeting, entries, fact, now)


def _asks_anew(old: Meeting, new: Meeting) -> bool:
    return (old.is_ahead, old.span, old.time_zone, old.place.site) != (new.is_ahead, new.span, new.time_zone, new.place.site)


def _numbered(meeting: Meeting, entries: Iterable[Entry], now: datetime) -> Meeting:
    """Write the numbers that go out into the parts they are for."""
    sent = {(entry.participant_id, entry.part): entry for entry in entries}

    def issued(participant: Participant, part: Part) -> Part:
        entry = sent.get((participant.participant_id, part.part))
        if entry is None or entry.sequence == part.sequence:
            return part
        return replace(part, issues=(*part.issues, Issue(entry.sequence, entry.method, now)))

    people = tuple(replace(one, parts=tuple(issued(one, part) for part in one.parts)) for one in meeting.participants)
    return replace(meeting, participants=people)


def _result(meeting: Meeting, entries: tuple[Entry, ...], fact: type[MeetingRevision] | None, now: datetime) -> Revision:
    body = (
        None
        if fact is None
        else fact(
            meeting_id=meeting.meeting_id,
            case_id=meeting.case_id,
            revision=meeting.revision,
            time_zone=meeting.time_zone,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            entries=entries,
            at=now,
        )
    )
    return Revision(meeting, entries, body, words_for(meeting, entries))
