"""Mark a number or address that does not work, and ask somebody to find a new one: never silence."""

from services.notify.domain.call_tasks import CallTask
from services.notify.domain.messages import Way
from services.notify.domain.points import KeptPoint
from services.notify.storage import call_tasks, contacts, entries
from shared.db.unit import Unit
from shared.events.network import Consent
from shared.events.notify import CallTaskOpened, ContactLost, SubjectKind

REASON = "find_new_contact"


async def lose_contact(unit: Unit, point: KeptPoint, *, reason: str) -> None:
    """Use a contact point no more, tell network, and open a task to find another way to reach the person."""
    if point.consent is Consent.INVALID_NUMBER:
        return
    if point.consent is not Consent.REVOKED:
        await contacts.save_consent(unit, point.id, Consent.INVALID_NUMBER, at=unit.now)
    unit.announce(
        ContactLost(person_id=point.person_id, contact_point_id=point.id, channel=point.channel, reason=reason, at=unit.now),
        subject=point.person_id,
    )
    upcoming = [entry for entry in await entries.list_by_person(unit, point.person_id, ending_after=unit.now) if entry.is_live]
    task = CallTask(
        id=unit.new_id(),
        person_id=point.person_id,
        contact_point_id=None,
        case_id=upcoming[0].case_id if upcoming else None,
        entry_id=None,
        message_id=None,
        subject_kind=SubjectKind.PERSON,
        subject_id=point.person_id,
        revision=0,
        kind=None,
        way=Way.CALL,
        reason=REASON,
        dedupe_key=f"lost|{point.id.hex}|{point.consent_at.isoformat()}",
        due_at=unit.now,
        opened_at=unit.now,
    )
    if await call_tasks.add(unit, task):
        unit.announce(
            CallTaskOpened(
                task_id=task.id,
                person_id=task.person_id,
                subject_kind=task.subject_kind,
                subject_id=task.subject_id,
                revision=0,
                kind="",
                reason=REASON,
                due_at=task.due_at,
                at=unit.now,
            ),
            subject=task.subject_id,
        )
