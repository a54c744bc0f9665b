"""Judge every reply about a meeting together, so that neither the order of arrival nor of our own changes matters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.meetings.domain.meetings import Meeting
from services.meetings.domain.responses import Outcome, judge, match
from services.meetings.domain.revisions import hear
from services.meetings.storage.replies import Received

# A reply about several parts has the most hopeful of their ends.
_ORDER = (
    Outcome.APPLIED,
    Outcome.PROPOSAL,
    Outcome.SUPERSEDED,
    Outcome.ANSWERED_OLD_TIME,
    Outcome.AFTER_CANCEL,
    Outcome.QUARANTINED,
    Outcome.NOT_AN_ANSWER,
    Outcome.REFUSED,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A meeting with everybody's newest answer, and the ends of replies that are not what they were."""

    meeting: Meeting
    outcomes: Mapping[UUID, Outcome]


def judge_all(meeting: Meeting, received: Sequence[Received]) -> Judged:
    """Return what all replies about a meeting come to."""
    about: dict[tuple[UUID, int], list[Received]] = {}
    ends: dict[str, set[Outcome]] = {}
    for one in received:
        entries = match(meeting, uid=one.uid, participant_id=one.participant_id, person_id=one.person_id)
        for participant, part in entries:
            about.setdefault((participant.participant_id, part.part), []).append(one)
        if not entries:
            ends.setdefault(one.reply.reply_id, set()).update(judge(None, [one.reply]).outcomes.values())
    for participant in meeting.participants:
        for part in participant.parts:
            judgement = judge(part, [one.reply for one in about.get((participant.participant_id, part.part), ())])
            if judgement.heard is not None and judgement.heard != part.heard:
                meeting = hear(meeting, participant.participant_id, part.part, judgement.heard)
            for reply_id, outcome in judgement.outcomes.items():
                ends.setdefault(reply_id, set()).add(outcome)
    final = {one.id: next(end for end in _ORDER if end in ends[one.reply.reply_id]) for one in received}
    return Judged(meeting, {one.id: final[one.id] for one in received if final[one.id] is not one.outcome})
