"""Keep an answer on the scale, take one back, and see each person's line."""

from datetime import date, datetime
from uuid import UUID

from services.network.domain.cases import Case
from services.network.domain.scaling import AnswerId, ScalingAnswer, check_question, check_said_on
from services.network.domain.statements import StatementKind
from services.network.storage import children, members, scaling_answers, statements
from services.network.use_cases.word_commands import RecordAnswer
from shared.db.unit import Unit
from shared.kernel.errors import Fault, Invalid
from shared.kernel.sealed import KeyKind, KeyOf


async def record_scaling(unit: Unit, case: Case, command: RecordAnswer, *, today: date, now: datetime) -> ScalingAnswer:
    """Keep the answer of a member or a child of an open family whose row is held. Raises Invalid."""
    check_question(command.danger_id, command.question)
    check_said_on(command.said_on, today=today)
    await _check_of_family(unit, case, command)
    answer = ScalingAnswer(
        id=AnswerId(unit.new_id()),
        case_id=case.id,
        person_id=command.person_id,
        danger_id=command.danger_id,
        question=command.question,
        score=command.score,
        said_on=command.said_on,
        recorded_by=unit.actor.id,
        version=1,
        updated_at=now,
    )
    await scaling_answers.add(unit, answer)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "answer", answer.id, before=None, after=answer)
    await _audit(unit, "scaling.recorded", answer)
    return answer


async def hold_answer(unit: Unit, case: Case, answer_id: AnswerId) -> ScalingAnswer:
    """Return an answer of this family, and hold the row for a change."""
    return await scaling_answers.get_for_update(unit, case.id, answer_id)


async def remove_scaling(unit: Unit, answer: ScalingAnswer) -> None:
    """Take back an answer whose row is held: typed wrongly, it is typed anew."""
    await scaling_answers.end(unit, answer)
    unit.changed(KeyOf(KeyKind.CASE, answer.case_id), "answer", answer.id, before=answer, after=None)
    await _audit(unit, "scaling.removed", answer)


async def see_scaling(unit: Unit, case: Case, *, after: tuple[date, UUID] | None, limit: int) -> list[ScalingAnswer]:
    """Return a page of the answers in a family that the caller sees, oldest first; whoever gave one is on record as seen."""
    found = await scaling_answers.list_said(unit, case.id, after=after, limit=limit)
    for person_id in sorted({answer.person_id for answer in found}):
        await unit.audit("scaling.read", subject_kind="person", subject_id=person_id, details={"case_id": str(case.id)})
    return found


async def _check_of_family(unit: Unit, case: Case, command: RecordAnswer) -> None:
    faults = []
    people = {child.person_id for child in await children.list_of(unit, case.id)}
    if command.person_id not in people and not await members.is_member(unit, case.id, command.person_id):
        faults.append(Fault("not_of_this_family", "Choose a member or a child of this family.", pointer="#/person_id"))
    if command.danger_id is not None:
        kinds = await statements.kinds_of(unit, case.id, [command.danger_id])
        if kinds.get(command.danger_id) is not StatementKind.DANGER:
            faults.append(Fault("danger_needed", "Choose a danger statement of this family.", pointer="#/danger_id"))
    if faults:
        raise Invalid(faults)


async def _audit(unit: Unit, deed: str, answer: ScalingAnswer) -> None:
    details = {"case_id": str(answer.case_id), "answer_id": str(answer.id)}
    await unit.audit(deed, subject_kind="person", subject_id=answer.person_id, details=details)
