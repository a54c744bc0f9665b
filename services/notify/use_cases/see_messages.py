"""See what was or will be sent about a meeting; read one message; send one that failed once more."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.notify.domain.entries import KeptEntry
from services.notify.domain.errors import MessageNotFound, MessageNotRetryable
from services.notify.domain.messages import OF_TURNS, Kind, Message, State, not_after
from services.notify.domain.reminders import CHECK_IN_WITHIN
from services.notify.storage import attempts, case_access, entries, messages
from services.notify.storage.messages import Listed
from shared.db.sealing import KeyDestroyed
from shared.db.unit import Unit
from shared.kernel.access import Caller, Role, may_see
from shared.kernel.errors import NotFound

_WHOLE_COUNTY = frozenset({Role.COUNTY_ADMIN, Role.SYSTEM, Role.AUDITOR})
_RETRYABLE = frozenset({State.FAILED, State.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Read:
    """One message, and what it said if the caller may read that."""

    listed: Listed
    language: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


async def list_messages(
    unit: Unit, subject_id: UUID, *, caller: Caller, limit: int, after: tuple[datetime, UUID] | None
) -> list[Listed]:
    """Return a page of the messages about a meeting or a promise of a family that the caller holds. Raises NotFound."""
    told = await entries.list_by_subject(unit, subject_id)
    if not told:
        raise NotFound
    if not await _sees(unit, {entry.case_id for entry in told}, caller):
        raise NotFound.hiding("commitment" if told[0].is_promise else "meeting", subject_id)
    found = await messages.list_by_subject(unit, subject_id, limit=limit, after=after)
    for person_id in sorted({each.message.person_id for each in found}):
        await unit.audit("messages.listed", subject_kind="person", subject_id=person_id)
    return found


async def read_message(unit: Unit, message_id: UUID, *, caller: Caller, with_words: bool) -> Read:
    """Return one message; its words only for those who may see how to reach people. Raises MessageNotFound."""
    listed = await messages.find_listed(unit, message_id)
    if listed is None:
        raise MessageNotFound
    await _require_message(unit, listed.message, caller)
    await unit.audit("message.read", subject_kind="person", subject_id=listed.message.person_id)
    if not with_words:
        return Read(listed)
    try:
        content = await attempts.find_content(unit, message_id)
    except KeyDestroyed:
        content = None
    return Read(listed, content[0], json.loads(content[1])) if content else Read(listed)


async def retry_message(unit: Unit, message_id: UUID, *, caller: Caller) -> Listed:
    """Send a message once more, because somebody chose to: one that failed, or whose fate is unknown."""
    message = await messages.find_for_update(unit, message_id)
    if message is None:
        raise MessageNotFound
    await _require_message(unit, message, caller)
    entry = await entries.find(unit, message.entry_id) if message.entry_id else None
    latest = _latest(message, entry, at=unit.now)
    left_behind = entry is not None and message.revision < entry.revision
    if message.state not in _RETRYABLE or latest <= unit.now or left_behind:
        raise MessageNotRetryable
    await messages.send_again(unit, message, due_at=unit.now, not_after=latest)
    await unit.audit("message.retried", subject_kind="person", subject_id=message.person_id)
    listed = await messages.find_listed(unit, message_id)
    if listed is None:
        raise MessageNotFound
    return listed


def _latest(message: Message, entry: KeptEntry | None, *, at: datetime) -> datetime:
    """Return until when it is worth sending: what is about one turn of a promise, by that turn."""
    if message.turn_starts_at is not None and message.turn_ends_at is not None and message.kind in OF_TURNS:
        return message.turn_starts_at if message.kind is Kind.TURN_REMINDER else message.turn_ends_at + CHECK_IN_WITHIN
    return not_after(message.kind, now=at, starts_at=entry.starts_at if entry else None, ends_at=entry.over_at if entry else None)


async def _require_message(unit: Unit, message: Message, caller: Caller) -> None:
    entry = await entries.find(unit, message.entry_id) if message.entry_id else None
    if not await _sees(unit, {entry.case_id} if entry else set(), caller):
        raise MessageNotFound.hiding("message", message.id)


async def _sees(unit: Unit, case_ids: set[UUID], caller: Caller) -> bool:
    """Say whether a caller holds one of these families."""
    if caller.roles & _WHOLE_COUNTY:
        return True
    access = await case_access.list_by_case(unit, case_ids)
    return any(may_see(each, caller) for each in access.values())
