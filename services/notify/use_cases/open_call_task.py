"""Open a task to phone a person, or to post a letter."""

from datetime import datetime
from uuid import UUID

from services.notify.domain.call_tasks import CallTask
from services.notify.domain.channels import Contact
from services.notify.domain.entries import KeptEntry
from services.notify.domain.messages import Message, Way
from services.notify.storage import call_tasks, contacts
from shared.db.unit import Unit
from shared.events.network import Channel
from shared.events.notify import CallTaskOpened, SubjectKind


async def open_call_task(unit: Unit, message: Message, entry: KeptEntry | None, *, reason: str, way: Way = Way.CALL) -> None:
    """Open the task that stands for a message, once; in the person's night it is due when the night ends."""
    contact = await contacts.find(unit, message.person_id)
    phoned = await _phoned(unit, contact)
    chosen = message.contact_point_id if message.way.is_task and message.contact_point_id else None
    task = CallTask(
        id=unit.new_id(),
        person_id=message.person_id,
        contact_point_id=chosen or _number_of(phoned),
        case_id=entry.case_id if entry else None,
        entry_id=message.entry_id,
        message_id=message.id,
        subject_kind=message.subject_kind,
        subject_id=message.subject_id,
        revision=message.revision,
        kind=message.kind,
        way=way,
        reason=reason,
        dedupe_key=f"{message.dedupe_key}|task|{way}",
        due_at=phoned.quiet.next_allowed(unit.now) if phoned else unit.now,
        opened_at=unit.now,
    )
    await _open(unit, task)


async def _phoned(unit: Unit, contact: Contact | None) -> Contact | None:
    """Return whose phone rings: that of whoever passes it on; nobody's where nothing may go directly: staff know whom."""
    if contact is not None and contact.relay_person_id is not None:
        return await contacts.find(unit, contact.relay_person_id)
    return contact if contact is None or contact.direct_messages_ok else None


def _number_of(phoned: Contact | None) -> UUID | None:
    """Return the number that is dialled: one for calls before one for texts."""
    points = phoned.points if phoned else ()
    return next((p.id for channel in (Channel.VOICE, Channel.SMS) for p in points if p.channel is channel), None)


async def open_person_task(
    unit: Unit,
    person_id: UUID,
    *,
    case_id: UUID | None,
    reason: str,
    dedupe_key: str,
    due_at: datetime | None = None,
    dial: bool = False,
) -> None:
    """Open a task about a person rather than a message, once: somebody has to find out how to reach them, or what they need.

    To `dial` is to phone them on the number that we know.
    """
    number = _number_of(await _phoned(unit, await contacts.find(unit, person_id))) if dial else None
    task = CallTask(
        id=unit.new_id(),
        person_id=person_id,
        contact_point_id=number,
        case_id=case_id,
        entry_id=None,
        message_id=None,
        subject_kind=SubjectKind.PERSON,
        subject_id=person_id,
        revision=0,
        kind=None,
        way=Way.CALL,
        reason=reason,
        dedupe_key=dedupe_key,
        due_at=due_at or unit.now,
        opened_at=unit.now,
    )
    await _open(unit, task)


async def _open(unit: Unit, task: CallTask) -> None:
    if await call_tasks.add(unit, task):
        unit.announce(
            CallTaskOpened(
                task_id=task.id,
                person_id=task.person_id,
                subject_kind=task.subject_kind,
                subject_id=task.subject_id,
                revision=task.revision,
                kind=task.kind.value if task.kind else "",
                reason=task.reason,
                due_at=task.due_at,
                at=unit.now,
            ),
            subject=task.subject_id,
        )
