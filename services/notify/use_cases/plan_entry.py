"""Take over a revision of a meeting or a promise: what each person is told, which reminders follow, and what no longer leaves."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from services.notify.domain.entries import (
    OF_A_TURN,
    EntryStatus,
    KeptEntry,
    Revised,
    Revision,
    Step,
    only_excused,
    revise,
    settle,
    turn_difference,
)
from services.notify.domain.links import Purpose, expires_at
from services.notify.domain.messages import FIRST_KINDS, Kind, Message, Way, kind_of
from services.notify.domain.planning import Planner
from services.notify.storage import call_tasks, contacts, entries, links, messages
from services.notify.use_cases.end_message import end_messages
from services.notify.use_cases.end_promises import end_promise
from shared.db.unit import Unit
from shared.events.entries import Answer, Entry, Notice, PlaceWords, Turn
from shared.events.meetings import MeetingRevision, MeetingWords
from shared.events.network import BackupAsked, PromiseRevision, PromiseWords
from shared.events.notify import SubjectKind

_FIRST_WORD = frozenset({Kind.MOVED, Kind.CHANGED, Kind.PROMISE_CHANGED, Kind.TURN_EXCUSED})
"""What somebody who was never told is told as news instead."""

_FOLLOWS_FROM: Mapping[Kind, frozenset[str]] = {
    Kind.PROMISE_CONFIRMED: frozenset({Answer.ACCEPTED.value}),
    Kind.TURN_EXCUSED: frozenset({OF_A_TURN}),
    Kind.PROMISE_ENDED: frozenset({Answer.DECLINED.value, OF_A_TURN}),
}
_OWN_ENDS = frozenset({"declined", "withdrawn"})
_A_MOMENT = timedelta(minutes=10)
"""So long after a text of theirs what follows from it is said in the reply to it (`hear_promise_answer`), and in no second text."""


def of_meeting(fact: MeetingRevision, words: MeetingWords | None, *, position: int) -> Revision:
    """Return what entries need of a meeting's revision."""
    places = (
        {entry.participant_id: words.places.get(str(entry.participant_id), PlaceWords()) for entry in fact.entries}
        if words
        else None
    )
    return Revision(
        subject_kind=SubjectKind.MEETING,
        subject_id=fact.meeting_id,
        case_id=fact.case_id,
        revision=fact.revision,
        position=position,
        at=fact.at,
        entries=fact.entries,
        places=places,
    )


def of_promise(fact: PromiseRevision, words: PromiseWords | None, *, position: int) -> Revision:
    """Return what entries need of a promise's revision."""
    return Revision(
        subject_kind=SubjectKind.COMMITMENT,
        subject_id=fact.commitment_id,
        case_id=fact.case_id,
        revision=fact.revision,
        position=position,
        at=fact.at,
        entries=(fact.entry,) if fact.entry else (),
        standing=fact.state,
        is_ask=fact.gap_id is not None,
        answer_by=fact.answer_by if isinstance(fact, BackupAsked) else None,
        promise=words,
    )


async def plan_entry(unit: Unit, fact: Revision, *, cause: UUID) -> None:
    """Apply each entry of a revision; one that is no news changes nothing. `cause` is the fact's id.

    All entries are held first, in one order everywhere: whoever begins messages holds theirs before the messages too.
    """
    everybody = sorted(fact.entries, key=lambda entry: (entry.participant_id, entry.part))
    held = [await entries.find_for_update(unit, told.participant_id, told.part) for told in everybody]
    for told, kept in zip(everybody, held, strict=True):
        revised = revise(kept, told, fact, new_id=unit.new_id())
        if revised is None:
            continue
        if revised.step is Step.REPEAT:
            planner = await _planner(unit, revised.entry)
            kind = _news(revised.entry) if revised.entry.is_promise else Kind.AGAIN
            await messages.add(unit, planner.telling(revised.entry, kind, again=cause.hex))
            continue
        await _apply(unit, kept, revised, told, fact)
    if fact.subject_kind is SubjectKind.COMMITMENT and not fact.entries:
        await _settle(unit, fact)


async def _apply(unit: Unit, kept: KeptEntry | None, revised: Revised, told: Entry, fact: Revision) -> None:
    entry = revised.entry
    gone, new = turn_difference(kept, entry, at=fact.at)
    await entries.save(unit, entry, (fact.places or {}).get(told.participant_id), fact.promise)
    was_told = await _withdraw(unit, revised, gone)
    await _adjust_links(unit, entry)
    planner = await _planner(unit, entry)
    kind, turn = _kind(kept, entry, told)
    if revised.step is Step.END:
        if was_told:
            planned = planner.telling(entry, kind, turn=turn)
            await messages.add(unit, [message for message in planned if not _is_said_in_reply(message, entry, fact)])
        return
    if kind in _FIRST_WORD and not was_told:
        kind, turn = _news(entry), None
    planned = planner.telling(entry, kind, turn=turn)
    if revised.step is Step.NEW_REMINDERS:
        planned += planner.reminding(entry)
    planned += planner.turning(entry, new)
    await messages.add(unit, [message for message in planned if not _is_said_in_reply(message, entry, fact)])


async def _settle(unit: Unit, fact: Revision) -> None:
    """Take over how a promise stands where its member is told nothing: the state moved, or the offer was declined by them."""
    kept = await entries.find_for_update(unit, fact.subject_id, 0)
    revised = settle(kept, fact) if kept else None
    if kept is None or revised is None:
        return
    if revised.step is Step.END:
        await end_promise(unit, revised.entry)
        return
    gone, new = turn_difference(kept, revised.entry, at=fact.at)
    await entries.save(unit, revised.entry, promise=fact.promise)
    await _end_turns(unit, revised.entry, gone)
    await messages.add(unit, (await _planner(unit, revised.entry)).turning(revised.entry, new))


async def _withdraw(unit: Unit, revised: Revised, gone: list[Turn] | None = None) -> bool:
    """Cancel what speaks of an older revision, and say whether the person has been told of it at all.

    Reminders of an unchanged time stay, and now speak of the new revision. What was still to be phoned as news told nobody.
    """
    entry = revised.entry
    keeps = revised.step is Step.KEEP_REMINDERS
    await end_messages(unit, await messages.cancel_of_entry(unit, entry.id, but_reminders=keeps))
    if keeps:
        await _end_turns(unit, entry, gone or [])
        await messages.carry_reminders(unit, entry.id, revision=entry.revision, sequence=entry.sequence)
    not_phoned = await call_tasks.cancel_of_entry(unit, entry.id, but_reminders=keeps)
    return await messages.was_told(unit, entry.id) and not (FIRST_KINDS & not_phoned)


async def _end_turns(unit: Unit, entry: KeptEntry, gone: list[Turn]) -> None:
    if gone:
        await end_messages(unit, await messages.cancel_of_turns(unit, entry.id, gone))
        await call_tasks.cancel_of_turns(unit, entry.id, gone)


def _kind(kept: KeptEntry | None, entry: KeptEntry, told: Entry) -> tuple[Kind, Turn | None]:
    """Return how the person is told, and of which turn where it is about one alone."""
    if entry.is_promise and told.notice is Notice.AGAIN:
        return _news(entry), None
    kind = kind_of(told.notice, entry.subject_kind)
    turn = only_excused(kept, entry) if kind is Kind.PROMISE_CHANGED else None
    return (Kind.TURN_EXCUSED, turn) if turn else (kind, None)


def _news(entry: KeptEntry) -> Kind:
    """Return how somebody is told for the first time."""
    if not entry.is_promise:
        return Kind.INVITATION
    if entry.due_turns:
        return Kind.PROMISE_CONFIRMED
    return Kind.BACKUP_ASK if entry.is_asked else Kind.PROMISE_OFFER


def _is_said_in_reply(message: Message, entry: KeptEntry, fact: Revision) -> bool:
    """Whether this follows from a text of the person's own, and they are answered by text anyway."""
    if message.way is not Way.SMS or entry.texted_at is None or abs(fact.at - entry.texted_at) > _A_MOMENT:
        return False
    if message.kind is Kind.PROMISE_ENDED and fact.standing not in _OWN_ENDS:
        return False
    return entry.texted in _FOLLOWS_FROM.get(message.kind, frozenset())


async def _adjust_links(unit: Unit, entry: KeptEntry) -> None:
    """A person taken off loses the link at once; after a cancellation it still opens, and says only that."""
    if entry.status is EntryStatus.REMOVED:
        await links.revoke_of_entry(unit, entry.id, [Purpose.ANSWER])
        await entries.forget_links(unit, [entry.id])
    for purpose in (Purpose.ANSWER, Purpose.REPLY):
        await links.extend(unit, entry.id, purpose, sequence=entry.sequence, expires_at=expires_at(purpose, entry.over_at))


async def _planner(unit: Unit, entry: KeptEntry) -> Planner:
    return Planner(
        county_id=unit.county_id,
        contact=await contacts.find(unit, entry.person_id),
        now=unit.now,
        new_id=unit.new_id,
    )
