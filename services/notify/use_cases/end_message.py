"""Say that a message has ended; where it did not get through and somebody must know, open a call to make."""

from collections.abc import Sequence

from services.notify.domain.messages import Message, State, asks_for_call
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
        if entry is None or entry.over_at > unit.now:
            await open_call_task(unit, message, entry, reason=reason)


async def end_messages(unit: Unit, messages: Sequence[Message]) -> None:
    """Announce messages that an update has ended, each with the state and reason it now has."""
    for message in messages:
        await end_message(unit, message, message.state, reason=message.reason)
