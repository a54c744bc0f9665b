"""Take what a member says on the page of their promises: yes, no, until when, not this time, how it went, or that it is over."""

from datetime import datetime
from uuid import UUID

from services.notify.domain.entries import KeptEntry, may_answer, saying
from services.notify.domain.errors import PromiseNotFound, PromiseOver, TurnNotFound, UntilOutside
from services.notify.storage import entries, messages
from services.notify.use_cases.announce_reply import Said, announce_reply, reply_name
from services.notify.use_cases.ask_for_help import ask_for_help
from services.notify.use_cases.open_link import Opened
from shared.db.unit import Unit
from shared.events.entries import Answer
from shared.events.notify import Proof, ReplyChannel, ReplyKind
from shared.settings import County

HELP = "help"


async def hold_promise(unit: Unit, opened: Opened, commitment_id: UUID) -> KeptEntry:
    """Return a promise of the person whose page it is, and hold its row. Raises PromiseNotFound for anybody else's."""
    entry = await entries.find_for_update(unit, commitment_id, 0)
    if entry is None or not entry.is_promise or entry.person_id != opened.found.link.person_id:
        raise PromiseNotFound
    return entry


async def answer_promise(
    unit: Unit, entry: KeptEntry, answer: Answer, *, until: datetime | None = None, sequence: int | None = None
) -> None:
    """Pass on a yes or a no; the same one twice is one fact.

    A backup's yes may reach only `until` an instant of the time asked, and whoever promised a single time may keep a part of it.
    """
    if not may_answer(entry, at=unit.now):
        raise PromiseOver
    if until is not None:
        turn = entry.next_turn(unit.now)
        if (
            answer is not Answer.ACCEPTED
            or not (entry.is_asked or entry.is_held_once)
            or not turn.starts_at < until <= turn.ends_at
        ):
            raise UntilOutside
    # A page opened before a change answers what it showed, whatever stands now.
    is_old = sequence is not None and sequence < entry.sequence
    reply_id = unit.new_id()
    if until is None and not is_old:
        said = saying(entry, answer, reply_id=reply_name(reply_id))
        if said is None:
            return
        await entries.save_answer(unit, said)
    _announce(unit, entry, reply_id, ReplyKind.ANSWER, answer.value, until=until, sequence=sequence if is_old else None)


async def say_of_turn(unit: Unit, entry: KeptEntry, starts_at: datetime, said: str, *, county: County) -> None:
    """Pass on what is said of one turn: not this time, how it went, or that help is needed, for which somebody phones."""
    turn = next((turn for turn in entry.turns if turn.starts_at == starts_at), None)
    if turn is None and not await messages.had_turn(unit, entry.id, starts_at):
        raise TurnNotFound
    is_ahead = turn is not None and turn.ends_at > unit.now
    if said == Answer.DECLINED.value and not (is_ahead and entry.is_live):
        raise PromiseOver
    _announce(unit, entry, unit.new_id(), ReplyKind.TURN, said, turn_at=starts_at)
    if said == HELP:
        await ask_for_help(unit, entry, county, cause=starts_at.isoformat())


async def withdraw(unit: Unit, entry: KeptEntry) -> None:
    """Pass on that a promise is taken back as a whole; nobody is asked why."""
    if not entry.is_live:
        raise PromiseOver
    _announce(unit, entry, unit.new_id(), ReplyKind.WITHDRAWAL, "")


def _announce(
    unit: Unit,
    entry: KeptEntry,
    reply_id: UUID,
    kind: ReplyKind,
    partstat: str,
    *,
    turn_at: datetime | None = None,
    until: datetime | None = None,
    sequence: int | None = None,
) -> None:
    announce_reply(
        unit,
        Said(
            reply_id=reply_id,
            received_at=unit.now,
            channel=ReplyChannel.LINK,
            kind=kind,
            proof=Proof.TOKEN,
            entry=entry,
            sequence=entry.sequence if sequence is None else sequence,
            recurrence_id=turn_at,
            partstat=partstat,
            proposed_ends_at=until,
        ),
    )
