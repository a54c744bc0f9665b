"""Calls to make and letters to post: what a person does where no machine can, or may."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.notify.domain.messages import Kind, Way
from shared.events.notify import SubjectKind


class TaskState(StrEnum):
    """Where a task stands; `cancelled` means that its cause is gone."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class TaskOutcome(StrEnum):
    """What came of a call."""

    REACHED = "reached"
    LEFT_VOICEMAIL = "left_voicemail"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTask:
    """One call to make. `kind` is that of the message it stands for; `reason` is why no machine did it."""

    id: UUID
    person_id: UUID
    contact_point_id: UUID | None
    case_id: UUID | None
    entry_id: UUID | None
    message_id: UUID | None
    subject_kind: SubjectKind
    subject_id: UUID
    revision: int
    kind: Kind | None
    way: Way
    reason: str
    dedupe_key: str
    due_at: datetime
    opened_at: datetime
    state: TaskState = TaskState.OPEN
    outcome: TaskOutcome | None = None
    done_at: datetime | None = None
    done_by: str = ""
