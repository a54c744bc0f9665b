"""Say that a meeting stands: everyone who must be there is, in every language."""

from collections.abc import Mapping
from dataclasses import replace

from services.meetings.domain.revisions import confirm
from services.meetings.storage import families, meetings
from services.meetings.storage.meetings import Kept
from services.meetings.use_cases.keep_history import keep_history
from services.meetings.use_cases.see_meeting import table_of
from shared.db.unit import Unit


async def confirm_meeting(unit: Unit, kept: Kept, *, waivers: Mapping[str, str]) -> Kept:
    """Confirm a meeting whose row is held; `waivers` are written reasons, by seat, why nobody fills it. Tells nobody anything."""
    before, kept = kept, replace(kept, waivers={**kept.waivers, **waivers})
    meeting = kept.meeting
    children = [one for one in await families.list_children(unit, meeting.case_id) if one.child_id in meeting.children]
    table = await table_of(unit, kept, children)
    confirmed = confirm(meeting, missing_roles=table.missing_roles, unfilled_languages=table.unfilled_languages)
    after = await meetings.save(unit, replace(kept, meeting=confirmed))
    keep_history(unit, before, after)
    await unit.audit(
        "meeting.confirmed",
        subject_kind="meeting",
        subject_id=meeting.meeting_id,
        details={"waived": ",".join(sorted(waivers))},
    )
    return after
