"""See whom to phone, with the words to say; record what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notify.domain.call_tasks import CallTask, TaskOutcome, TaskState
from services.notify.domain.channels import Contact
from services.notify.domain.entries import KeptEntry
from services.notify.domain.errors import CallTaskDone
from services.notify.gateways.letters import Scene, script_of
from services.notify.storage import call_tasks, contacts, entries, messages
from services.notify.storage.messages import NO_TURN, MeantTurn
from shared.db.unit import Unit
from shared.events.entries import PlaceWords
from shared.kernel.access import Caller
from shared.settings import County


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTask:
    """One call to make. `script` is in the language that the person speaks, and empty where we have no words in it.

    With a `relay_person_id` language, safe words and number are theirs: they are phoned, and pass it on.
    """

    task: CallTask
    participant_id: UUID | None = None
    language: str = ""
    script: str = ""
    script_english: str = ""
    safe_words: str = ""
    voicemail_ok: bool | None = None
    number: str = ""
    relay_person_id: UUID | None = None


async def list_call_tasks(
    unit: Unit,
    *,
    caller: Caller,
    county: County,
    state: TaskState | None,
    limit: int,
    after: tuple[datetime, UUID] | None,
    with_contact: bool,
) -> list[SeenTask]:
    """Return a page of the calls to make for families that the caller holds; numbers and safe words only where they may be seen."""
    tasks = await call_tasks.list_visible(unit, caller, state=state, limit=limit, after=after)
    seen = await _seen(unit, tasks, county, with_contact=with_contact)
    for person_id in sorted({task.person_id for task in tasks}):
        await unit.audit("call_task.listed", subject_kind="person", subject_id=person_id)
    return seen


async def complete_call(unit: Unit, task_id: UUID, *, caller: Caller, county: County, outcome: TaskOutcome, note: str) -> SeenTask:
    """Record what came of a call. Raises CallTaskNotFound, or CallTaskDone when it was recorded before."""
    task = await call_tasks.get_visible_for_update(unit, caller, task_id)
    if task.state is not TaskState.OPEN:
        raise CallTaskDone
    await call_tasks.complete(unit, task, outcome, note=note, by=caller.staff_id)
    await unit.audit("call_task.completed", subject_kind="person", subject_id=task.person_id, details={"outcome": outcome.value})
    done = await call_tasks.get_visible_for_update(unit, caller, task_id)
    return (await _seen(unit, [done], county, with_contact=False))[0]


async def _seen(unit: Unit, tasks: Sequence[CallTask], county: County, *, with_contact: bool) -> list[SeenTask]:
    people = {task.person_id for task in tasks}
    known = await contacts.list_by_id(unit, people)
    relays = {contact.relay_person_id for contact in known.values() if contact.relay_person_id}
    known |= await contacts.list_by_id(unit, relays)
    turns = await messages.find_turns(unit, {task.message_id for task in tasks if task.message_id})
    about = await entries.list_by_id(unit, {task.entry_id for task in tasks if task.entry_id})
    places = await entries.open_places(unit, about.keys()) if about else {}
    words = await contacts.open_words(unit, people | relays) if with_contact else {}
    numbers = (
        await contacts.open_addresses(unit, {task.contact_point_id for task in tasks if task.contact_point_id})
        if with_contact
        else {}
    )
    seen = []
    for task in tasks:
        contact, entry = known.get(task.person_id), about.get(task.entry_id) if task.entry_id else None
        relay_id = contact.relay_person_id if contact else None
        phoned = known.get(relay_id) if relay_id else contact
        said = words.get(relay_id or task.person_id)
        language = phoned.spoken_language if phoned else ""
        turn = turns.get(task.message_id, NO_TURN) if task.message_id else NO_TURN
        place = places.get(entry.id) if entry else None
        seen.append(
            SeenTask(
                task=task,
                participant_id=entry.participant_id if entry else None,
                language=language,
                script=_script(task, contact, entry, place, county, language, turn=turn, at=unit.now),
                script_english=_script(task, contact, entry, place, county, "en", turn=turn, at=unit.now),
                safe_words=said.safe_words if said else "",
                voicemail_ok=phoned.voicemail_ok if phoned else None,
                relay_person_id=relay_id,
                number=numbers.get(task.contact_point_id, "") if task.contact_point_id else "",
            )
        )
    return seen


def _script(
    task: CallTask,
    contact: Contact | None,
    entry: KeptEntry | None,
    place: PlaceWords | None,
    county: County,
    language: str,
    *,
    turn: MeantTurn,
    at: datetime,
) -> str:
    if task.kind is None or contact is None or entry is None:
        return ""
    scene = Scene(
        county=county,
        contact=contact,
        words="",
        address="",
        entry=entry,
        place=place,
        link_token="",
        reply_token="",
        portal_url="",
    )
    return script_of(task.kind, scene, language, turn=turn, at=at)
