"""Say that a message has ended; where it did not get through and somebody must know, open a call to make."""

from collections.abc import Sequence
from datetime import datetime

from services.notify.domain.entries import KeptEntry
from services.notify.domain.messages import ENDINGS, Message, State, asks_for_call
from services.notify.storage import entries
from services.notify.use_cases.open_call_task import open_call_task
from shared.db.unit import Unit
from shared.events.notify import MessageFinished

NO_CALL = frozenset({"sending_off", "superseded"})
"""Ends that nobody needs to phone about: nothing leaves this deployment at all, or something newer is said instead."""


async def end_message(unit: Unit, message: Message, state: State, *, reason: str) -> None:
    """Announce the final state that a message has just been given, and open a call where the message asks for one."""
    unit.announce(
        MessageFinished(
            message_id=message.id,
            person_id=message.person_id,
            subject_kind=message.subject_kind,
            subject_id=message.subject_id,
            revision=message.revision,
            kind=message.kind.value,
            channel=message.way.value,
            state=state.value,
            reason=reason,
            at=unit.now,
        ),
        subject=message.subject_id,
    )
    if asks_for_call(message.kind, state) and reason not in NO_CALL:
        entry = await entries.find(unit, message.entry_id) if message.entry_id else None
        if entry is None or _is_still_to_be_said(message, entry, at=unit.now):
            await open_call_task(unit, message, entry, reason=reason)


def _is_still_to_be_said(message: Message, entry: KeptEntry, *, at: datetime) -> bool:
    """Whether a meeting or a promise, and the turn of it that is meant, is still to come; that it has ended may be said after."""
    if entry.over_at <= at or not (entry.is_live or message.kind in ENDINGS):
        return False
    turn_at = message.turn_starts_at
    return turn_at is None or turn_at <= at or any(turn.starts_at == turn_at for turn in entry.due_turns)


async def hold_entry(unit: Unit, message: Message, state: State) -> None:
    """Hold what a message is about before the message, as everywhere here, where this state of it may open a call.

    Whoever ends the meeting or the promise meanwhile then finds that call, or we find that it has ended.
    """
    if message.entry_id and asks_for_call(message.kind, state):
        await entries.get_for_update(unit, message.entry_id)


async def end_messages(unit: Unit, messages: Sequence[Message]) -> None:
    """Announce messages that an update has ended, each with the state and reason it now has."""
    for message in messages:
        await end_message(unit, message, message.state, reason=message.reason)
