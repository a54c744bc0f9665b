"""A child's safe word or object: how the child says "I am in danger", and who may know it. It stands on this page alone."""

import asyncio
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from services.portal.domain.families import Child, Family, Member, Roster
from services.portal.domain.shared_words import SIGNAL, Voice
from services.portal.domain.table import PARENTS
from services.portal.gateways.calling import public_id
from services.portal.use_cases.name_staff import name_staff
from services.portal.web.forms import Form
from services.portal.web.pages import Visit, see_other
from shared.kernel.errors import NotFound
from shared.web.client import Problem

_FIELDS = {"#/sayings": "signal", "#/said_on": "said_on", "#/member_ids": "knows", "#/staff_ids": "knows"}


@dataclass(frozen=True, slots=True)
class _Place:
    """A child of a family, and what of the child's signals whoever asks may know."""

    family: Family
    roster: Roster
    child: Child
    signals: tuple[Voice, ...]


async def _place(visit: Visit) -> _Place:
    """Return the child. Raises NotFound for anybody who is no child of this family."""
    case_id, person_id = visit.path("case_id"), visit.path("person_id")
    family, roster = await asyncio.gather(visit.network.family(case_id), visit.network.roster(case_id))
    child = next((one for one in roster.children if one.person.id == person_id), None)
    if child is None:
        raise NotFound
    voices = await visit.shared_words.voices(case_id)
    return _Place(family, roster, child, tuple(one for one in voices if one.kind == SIGNAL and one.child_id == person_id))


def _is_parent(member: Member) -> bool:
    return member.caregiver_of_concern or member.relationship in PARENTS


async def get_safe_word(visit: Visit) -> web.StreamResponse:
    """Show a child's safe word or object to those who may know it."""
    return await _page(visit, await _place(visit), visit.form)


async def _page(visit: Visit, place: _Place, form: Form, *, status: int = 200) -> web.Response:
    family, me = place.family, visit.staff.staff_id
    known = {staff_id for one in place.signals for staff_id in (*one.staff_ids, one.recorded_by)}
    colleagues = sorted({*family.assigned, *family.shared_with} - {me})
    staff = {**await name_staff(visit.network, sorted({*known, *colleagues} - {me})), me: visit.staff.name}
    return visit.page(
        "safe_word.html",
        status=status,
        family=family,
        roster=place.roster,
        person=place.child.person,
        signals=place.signals,
        offered=[one for one in place.roster.members if not one.caregiver_of_concern and one.person.id != place.child.id],
        is_parent=_is_parent,
        colleagues=colleagues,
        staff_name=lambda staff_id: staff.get(staff_id, staff_id),
        form=form,
        errors=form.errors,
    )


async def post_safe_word(visit: Visit) -> web.StreamResponse:
    """Keep a child's signal, let a parent know it after a second look, or keep that it is used no longer."""
    form, place = visit.form, await _place(visit)
    try:
        if form.text("action") in {"let", "end"}:
            await _change(visit, place)
        else:
            facts = _facts(visit, place)
            if not form.errors:
                await visit.shared_words.record_voice(place.family.id, facts, key=form.text("key"))
    except Problem as problem:
        if problem.status not in {403, 409, 412, 422}:
            raise
        if problem.code == "forbidden":
            form.errors["form"] = "You may read this, but not change it. Ask the family's worker."
        elif problem.status == 412:
            form.errors["form"] = (
                "Somebody changed this in the meantime. Look at it again, and do it once more if it is still right."
            )
        else:
            form.take(problem, _FIELDS)
    if form.errors:
        return await _page(visit, place, form, status=422)
    return see_other(visit.request.path)


async def _change(visit: Visit, place: _Place) -> None:
    form, family_id = visit.form, place.family.id
    signal = next((one for one in place.signals if one.id == form.text("signal_id")), None)
    if signal is None:
        raise NotFound
    if form.text("action") == "end":
        await visit.shared_words.end_voice(family_id, signal.id, etag=form.text("etag"))
    else:
        await visit.shared_words.release_voice(family_id, signal.id, public_id(form.text("member")))


def _facts(visit: Visit, place: _Place) -> dict[str, Any]:
    form = visit.form
    words = form.require("signal", "Write the word, or what the object is and where it stands.")
    said_on = form.day("said_on", "Day") or visit.today
    colleagues = {*place.family.assigned, *place.family.shared_with}
    return {
        "child_id": place.child.id,
        "kind": SIGNAL,
        "sayings": [{"room": "signal", "words": words}],
        "language": place.child.person.spoken_language,
        "said_on": said_on.isoformat(),
        "visibility": "restricted_persons",
        "member_ids": list(form.all("knows")),
        "staff_ids": sorted({visit.staff.staff_id, *(one for one in form.all("colleagues") if one in colleagues)}),
    }
