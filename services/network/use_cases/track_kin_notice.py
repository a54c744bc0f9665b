"""Track the notices that relatives are owed when a child enters care."""

from dataclasses import replace
from datetime import date, datetime

from services.network.domain.cases import Case
from services.network.domain.children import Child
from services.network.domain.kin_notices import (
    KinNotice,
    KinNoticeId,
    KinNoticeState,
    NoticeChanges,
    changed_notice,
    check_relative,
    due_on,
)
from services.network.storage import children, kin_notices
from services.network.use_cases.commands import TrackKinNotice
from services.network.use_cases.see_person import check_may_be_added
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.sealed import KeyKind, KeyOf


async def track_kin_notice(
    unit: Unit, case: Case, command: TrackKinNotice, *, caller: Caller, today: date, now: datetime
) -> KinNotice:
    """Track the notice to a relative of a child of an open family whose row is held. Raises KinNoticeExists, NotFound, Invalid."""
    child = await children.get_for_update(unit, case.id, command.child_id)
    check_relative(child.person_id, command.person_id)
    await check_may_be_added(unit, command.person_id, caller=caller)
    entered_care_on = child.placement.entered_care_on
    notice = KinNotice(
        id=KinNoticeId(unit.new_id()),
        case_id=case.id,
        child_id=child.person_id,
        person_id=command.person_id,
        relationship=command.relationship,
        relationship_words=command.relationship_words,
        state=KinNoticeState.IDENTIFIED,
        due_on=due_on(entered_care_on),
        note=command.note,
        version=1,
        updated_at=now,
    )
    if command.located_on is not None:
        located: NoticeChanges = {"state": KinNoticeState.LOCATED, "located_on": command.located_on}
        notice = changed_notice(notice, located, entered_care_on=entered_care_on, today=today)
    await kin_notices.add(unit, notice)
    unit.changed(KeyOf(KeyKind.CASE, case.id), "kin_notice", notice.id, before=None, after=notice)
    await _audit(unit, "kin_notice.tracked", notice)
    return notice


async def hold_kin_notice(unit: Unit, case: Case, notice_id: KinNoticeId) -> KinNotice:
    """Return a notice of this family, and hold the row for a change."""
    return await kin_notices.get_for_update(unit, case.id, notice_id)


async def change_kin_notice(unit: Unit, notice: KinNotice, wanted: NoticeChanges, *, today: date, now: datetime) -> KinNotice:
    """Change a notice whose row is held. Raises KinNoticeStep, and Invalid for days that cannot be."""
    child = await children.get_for_update(unit, notice.case_id, notice.child_id)
    after = changed_notice(notice, wanted, entered_care_on=child.placement.entered_care_on, today=today)
    return await _keep(unit, notice, after, "kin_notice.changed", now=now)


async def follow_entry_into_care(unit: Unit, child: Child, *, now: datetime) -> None:
    """Let the due dates of a child's notices follow when the day of entry has changed."""
    due = due_on(child.placement.entered_care_on)
    for notice in await kin_notices.list_of_child_for_update(unit, child.case_id, child.person_id):
        await _keep(unit, notice, replace(notice, due_on=due), "kin_notice.due_anew", now=now)


async def _keep(unit: Unit, before: KinNotice, after: KinNotice, action: str, *, now: datetime) -> KinNotice:
    if after == before:
        return before
    after = replace(after, version=before.version + 1, updated_at=now)
    await kin_notices.save(unit, after)
    unit.changed(KeyOf(KeyKind.CASE, after.case_id), "kin_notice", after.id, before=before, after=after)
    await _audit(unit, action, after)
    return after


async def _audit(unit: Unit, action: str, notice: KinNotice) -> None:
    details = {"case_id": str(notice.case_id), "child_id": str(notice.child_id), "state": notice.state.value}
    await unit.audit(action, subject_kind="person", subject_id=notice.person_id, details=details)
