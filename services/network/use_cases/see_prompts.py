"""The prompt list of a family: who is there, where somebody looked, and that somebody looked."""

from datetime import datetime

from services.network.domain.cases import Case
from services.network.domain.prompts import Answer, LookedInto, Prompt, prompts_of
from services.network.storage import children, members, prompts
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.sealed import KeyKind, KeyOf


async def see_prompts(unit: Unit, case: Case) -> tuple[Answer, ...]:
    """Return every prompt of a family that the caller sees."""
    present = await members.list_present(unit, case.id)
    icwa = [child.placement.icwa_status for child in await children.list_of(unit, case.id)]
    return prompts_of(present, icwa, await prompts.list_of(unit, case.id))


async def look_into_prompt(unit: Unit, case: Case, prompt: Prompt, note: str, *, caller: Caller, now: datetime) -> Answer:
    """Record for an open family whose row is held that somebody looked and found nobody; return the prompt as it stands."""
    after = LookedInto(prompt=prompt, note=note, looked_by=caller.staff_id, looked_at=now)
    await prompts.save(unit, case.id, after)
    # Each look is a record of its own, whole in the history; the newest stands in the list.
    unit.changed(KeyOf(KeyKind.CASE, case.id), "prompt", case.id, before=None, after=after)
    await unit.audit("prompt.looked_into", subject_kind="case", subject_id=case.id, details={"prompt": prompt.value})
    return next(answer for answer in await see_prompts(unit, case) if answer.prompt is prompt)
