"""Show a member what they are asked for and have promised; its words only once they proved who they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.notify.domain.channels import Contact
from services.notify.domain.entries import KeptEntry
from services.notify.domain.errors import NoNumberKnown
from services.notify.domain.step_up import is_theirs
from services.notify.storage import contacts, entries, step_ups
from services.notify.use_cases.open_link import Opened
from shared.db.unit import Unit
from shared.events.entries import Turn
from shared.events.network import Channel, PromiseWords

AHEAD = timedelta(days=14)
BEHIND = timedelta(days=1)
"""Which turns a page shows: those of two weeks, and those of a day ago, so that one can say how they went (our choice)."""

_NUMBERS = frozenset({Channel.SMS, Channel.VOICE})


@dataclass(frozen=True, slots=True)
class Shown:
    """A promise as its member's page shows it."""

    entry: KeptEntry
    contact: Contact
    turns: tuple[Turn, ...]
    at: datetime


def shown(entry: KeptEntry, contact: Contact, *, at: datetime) -> Shown:
    """Return a promise with its turns of these days."""
    turns = tuple(turn for turn in entry.turns if turn.ends_at > at - BEHIND and turn.starts_at < at + AHEAD)
    return Shown(entry, contact, turns, at)


async def show_promises(unit: Unit, opened: Opened) -> list[Shown]:
    """Return every promise of the person whose page it is that is not over, in whichever family of this county."""
    mine = await entries.list_by_person(unit, opened.found.link.person_id, ending_after=unit.now - BEHIND)
    return [shown(entry, opened.contact, at=unit.now) for entry in mine if entry.is_promise and entry.is_live]


@dataclass(frozen=True, slots=True)
class Proved:
    """What came of a try: the words by promise, or None for wrong digits, or for a try that was not taken."""

    words: Mapping[UUID, PromiseWords] | None
    is_locked: bool = False


async def show_words(unit: Unit, opened: Opened, digits: str) -> Proved:
    """Return the words of somebody's promises if the digits end a number of theirs. A wrong try counts, so the unit must commit.

    Raises NoNumberKnown where there is nothing to compare with.
    """
    person_id = opened.found.link.person_id
    tries = await step_ups.hold(unit, person_id)
    if tries.is_locked(unit.now):
        return Proved(None, is_locked=True)
    points = {point.id for point in await contacts.list_points(unit, [person_id]) if point.channel in _NUMBERS}
    numbers = await contacts.open_addresses(unit, points)
    if not numbers:
        raise NoNumberKnown
    if not is_theirs(digits, list(numbers.values())):
        await step_ups.save(unit, person_id, tries.one_more(unit.now))
        await unit.audit("step_up.refused", subject_kind="person", subject_id=person_id)
        return Proved(None)
    await step_ups.forget(unit, person_id)
    await unit.audit("promise_words.read", subject_kind="person", subject_id=person_id)
    mine = {each.entry.id: each.entry for each in await show_promises(unit, opened)}
    words = await entries.open_promises(unit, mine.keys())
    return Proved({mine[entry_id].subject_id: said for entry_id, said in words.items()})
