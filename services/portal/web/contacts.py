"""The numbers and addresses of somebody, and their names and languages: seen and changed by those who may see numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from services.portal.domain.contacts import (
    KINDS,
    LETTER,
    MOBILE,
    REQUESTED,
    Contacts,
    Way,
    asked,
    marked,
    preferring,
    with_new,
    without,
    without_real_address,
)
from services.portal.domain.errors import ContactsHidden
from services.portal.domain.families import Family, Person
from services.portal.use_cases.find_person import find_person
from services.portal.web.families import LANGUAGES
from services.portal.web.forms import Form
from services.portal.web.pages import Visit, see_other
from shared.web.client import Problem

_ON_ONE: Mapping[str, Callable[[Contacts, Way], list[Mapping[str, Any]]]] = {
    "off": without,
    "prefer": preferring,
    "ask": asked,
    "mark": marked,
}
_FIELDS = {
    "#/contact_points": "value",
    "#/given_name": "given_name",
    "#/family_name": "family_name",
    "#/preferred_name": "preferred_name",
    "#/spoken_language": "spoken_language",
    "#/written_language": "written_language",
}


@dataclass(frozen=True, slots=True)
class _Place:
    """Somebody of a family, and what is on record about them."""

    family: Family
    person: Person
    contacts: Contacts


async def _place(visit: Visit) -> _Place:
    """Return who is asked about. Raises NotFound for somebody of another family, ContactsHidden without sight of numbers."""
    family, _, person = await find_person(visit.network, visit.path("case_id"), visit.path("person_id"))
    contacts = await visit.network.contacts(person.id)
    if contacts.safe_words is None:
        raise ContactsHidden
    return _Place(family, person, contacts)


async def get_contacts(visit: Visit) -> web.StreamResponse:
    """Show every number and address of somebody, and what they said about it."""
    return _page(visit, await _place(visit), visit.form)


def _page(visit: Visit, place: _Place, form: Form, *, status: int = 200, stale: bool = False) -> web.Response:
    spoken = {place.contacts.spoken_language, place.contacts.written_language}
    return visit.page(
        "contacts.html",
        status=status,
        family=place.family,
        person=place.person,
        contacts=place.contacts,
        kinds=KINDS,
        languages=[*LANGUAGES, *sorted(spoken - set(LANGUAGES))],
        form=form,
        action=form.text("action"),
        errors={} if stale else form.errors,
        stale=stale,
        saved="saved" in visit.request.query,
    )


async def post_contacts(visit: Visit) -> web.StreamResponse:
    """Change one thing about somebody. If somebody else did so meanwhile, both versions are shown and nothing typed is lost."""
    form, place = visit.form, await _place(visit)
    facts = _facts(form, place.contacts)
    if facts is None:
        return _page(visit, place, form, status=412, stale=True)
    if not form.errors:
        try:
            await visit.network.change_person(place.person.id, facts, etag=form.text("etag"))
        except Problem as problem:
            if problem.status not in {403, 409, 412, 422}:
                raise
            if problem.status == 412:
                return _page(visit, await _place(visit), form, status=412, stale=True)
            _take(form, problem)
        else:
            return see_other(f"/families/{place.family.id}/people/{place.person.id}/contacts?saved=1")
    return _page(visit, place, form, status=422)


def _take(form: Form, problem: Problem) -> None:
    """Keep a refusal where it belongs: a number that cannot be right, or that its holder stopped, at the number."""
    if problem.code == "forbidden":
        form.errors["form"] = "You may read this, but not change it. Ask the family's worker."
    elif form.text("action") == "add":
        form.take(problem, _FIELDS, default="value")
    else:
        form.take(problem, {} if form.text("action") in _ON_ONE else _FIELDS)


def _facts(form: Form, contacts: Contacts) -> Mapping[str, Any] | None:
    """Return what network is to change, or None when the number or address that is meant is there no more."""
    action = form.text("action")
    if action == "add":
        return {"contact_points": with_new(contacts, _new(form))}
    if action == "hide":
        return {"confidential_address": True, "contact_points": without_real_address(contacts)}
    if action == "unhide":
        return {"confidential_address": False}
    if action in _ON_ONE:
        way = contacts.way(form.text("way"))
        return None if way is None else {"contact_points": _ON_ONE[action](contacts, way)}
    return _who(form)


def _new(form: Form) -> Mapping[str, Any]:
    kind = form.one_of("kind", KINDS, "")
    if not kind:
        form.errors["kind"] = "Choose what it is."
    form.require("value", "Type the number or address.")
    point: dict[str, Any] = {
        "channel": kind,
        "value": form.text("value"),
        "preferred": form.flag("preferred"),
        "substitute": kind == LETTER and form.flag("substitute"),
    }
    return point | (REQUESTED if kind == MOBILE and form.flag("texts_asked") else {"consent": "none"})


def _who(form: Form) -> Mapping[str, Any]:
    form.require("given_name", "Type a first name.")
    spoken = form.text("spoken_language", "en")
    return {
        "given_name": form.text("given_name"),
        "family_name": form.text("family_name"),
        "preferred_name": form.text("preferred_name"),
        "spoken_language": spoken,
        "written_language": form.text("written_language") or spoken,
        "interpreter_needed": form.flag("interpreter_needed"),
    }
