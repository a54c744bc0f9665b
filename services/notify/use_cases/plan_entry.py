"""Take over a revision of a meeting: what each person concerned is told, which reminders follow, and what no longer leaves."""

from uuid import UUID

from services.notify.domain.entries import EntryStatus, KeptEntry, Revised, Step, revise
from services.notify.domain.links import Purpose, expires_at
from services.notify.domain.messages import Kind, kind_of
from services.notify.domain.planning import Planner
from services.notify.storage import call_tasks, contacts, entries, links, messages
from services.notify.use_cases.end_message import end_messages
from shared.db.unit import Unit
from shared.events.entries import Entry, PlaceWords
from shared.events.meetings import MeetingRevision, MeetingWords

_FIRST_WORD = frozenset({Kind.MOVED, Kind.CHANGED})
"""What somebody who was never told of the meeting gets as an invitation instead."""


async def plan_entry(unit: Unit, fact: MeetingRevision, words: MeetingWords | None, *, cause: UUID) -> None:
    """Apply each entry of a revision; one that is no news changes nothing. `cause` is the fact's id."""
    for told in sorted(fact.entries, key=lambda entry: (entry.participant_id, entry.part)):
        kept = await entries.find_for_update(unit, told.participant_id, told.part)
        revised = revise(kept, told, fact, new_id=unit.new_id())
        if revised is None:
            continue
        if revised.step is Step.REPEAT:
            planner = await _planner(unit, revised.entry)
            await messages.add(unit, planner.telling(revised.entry, Kind.AGAIN, again=cause.hex))
            continue
        await _apply(unit, revised, told, words)


async def _apply(unit: Unit, revised: Revised, told: Entry, words: MeetingWords | None) -> None:
    entry = revised.entry
    place = words.places.get(str(told.participant_id), PlaceWords()) if words else None
    await entries.save(unit, entry, place)
    was_told = await _withdraw(unit, revised)
    await _adjust_links(unit, entry)
    planner = await _planner(unit, entry)
    kind = kind_of(told.notice)
    if revised.step is Step.END:
        if was_told:
            await messages.add(unit, planner.telling(entry, kind))
        return
    if kind in _FIRST_WORD and not was_told:
        kind = Kind.INVITATION
    planned = planner.telling(entry, kind)
    if revised.step is Step.NEW_REMINDERS:
        planned += planner.reminding(entry)
    await messages.add(unit, planned)


async def _withdraw(unit: Unit, revised: Revised) -> bool:
    """Cancel what speaks of an older revision, and say whether the person has been told of the meeting at all.

    Reminders of an unchanged time stay, and now speak of the new revision. An invitation that was still to be phoned told nobody.
    """
    entry = revised.entry
    keeps = revised.step is Step.KEEP_REMINDERS
    await end_messages(unit, await messages.cancel_of_entry(unit, entry.id, but_reminders=keeps))
    if keeps:
        await messages.carry_reminders(unit, entry.id, revision=entry.revision, sequence=entry.sequence)
    not_phoned = await call_tasks.cancel_of_entry(unit, entry.id, but_reminders=keeps)
    return await messages.was_told(unit, entry.id) and Kind.INVITATION not in not_phoned


async def _adjust_links(unit: Unit, entry: KeptEntry) -> None:
    """A person taken off loses the link at once; after a cancellation it still opens, and says only that."""
    if entry.status is EntryStatus.REMOVED:
        await links.revoke_of_entry(unit, entry.id, [Purpose.ANSWER])
        await entries.forget_link(unit, entry.id)
    for purpose in (Purpose.ANSWER, Purpose.REPLY):
        await links.extend(unit, entry.id, purpose, sequence=entry.sequence, expires_at=expires_at(purpose, entry.ends_at))


async def _planner(unit: Unit, entry: KeptEntry) -> Planner:
    return Planner(
        county_id=unit.county_id,
        contact=await contacts.find(unit, entry.person_id),
        now=unit.now,
        new_id=unit.new_id,
    )
