"""Reaching somebody safely: what to say, when, by which ways, and who passes messages on. For those who may see numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from services.portal.domain.errors import ContactsHidden
from services.portal.domain.families import Family, Person, Roster
from services.portal.domain.safe_contact import CHANNELS, DECIDED_BY_STAFF, OWN_CHOICE, SafeContact, may_relay
from services.portal.use_cases.find_person import find_person
from services.portal.web.forms import Form
from services.portal.web.pages import Visit, see_other
from shared.web.client import Problem

_FIELDS = {
    "#/safe_words": "safe_words",
    "#/safe_channels": "safe_channels",
    "#/quiet_from": "quiet_from",
    "#/quiet_until": "quiet_until",
    "#/relay_person_id": "relay",
}


@dataclass(frozen=True, slots=True)
class _Place:
    """Somebody of a family, and what is on record about reaching them."""

    family: Family
    roster: Roster
    person: Person
    contact: SafeContact


async def _place(visit: Visit) -> _Place:
    """Return who is asked about. Raises NotFound for somebody of another family, ContactsHidden without sight of numbers."""
    family, roster, person = await find_person(visit.network, visit.path("case_id"), visit.path("person_id"))
    contact = await visit.network.safe_contact(person.id)
    if contact.safe_words is None:
        raise ContactsHidden
    return _Place(family, roster, person, contact)


async def get_safe_contact(visit: Visit) -> web.StreamResponse:
    """Show how somebody is reached safely."""
    return await _page(visit, await _place(visit), None)


async def _page(visit: Visit, place: _Place, form: Form | None, *, status: int = 200, stale: bool = False) -> web.Response:
    rules = await visit.network.separations(place.family.id)
    relays = [(one.person.id, one.person.name) for one in may_relay(place.roster, place.person, rules)]
    chosen = place.contact.relay_person_id
    if chosen and chosen not in {person_id for person_id, _ in relays}:
        known = place.roster.person(chosen)
        relays.append((chosen, known.name if known else "Somebody outside this family"))
    return visit.page(
        "safe_contact.html",
        status=status,
        family=place.family,
        person=place.person,
        contact=place.contact,
        channels=CHANNELS,
        relays=relays,
        form=form,
        errors={} if form is None or stale else form.errors,
        stale=stale,
        saved="saved" in visit.request.query,
    )


async def post_safe_contact(visit: Visit) -> web.StreamResponse:
    """Change how somebody is reached. If somebody else did so meanwhile, both versions are shown and nothing typed is lost."""
    form, place = visit.form, await _place(visit)
    facts = _facts(form, place.contact)
    if not form.errors:
        try:
            await visit.network.change_person(place.person.id, facts, etag=form.text("etag"))
        except Problem as problem:
            if problem.status not in {403, 404, 409, 412, 422}:
                raise
            if problem.status == 412:
                return await _page(visit, await _place(visit), form, status=412, stale=True)
            _take(form, problem)
        else:
            return see_other(f"/families/{place.family.id}/people/{place.person.id}/safe-contact?saved=1")
    return await _page(visit, place, form, status=422)


def _take(form: Form, problem: Problem) -> None:
    """Keep a refusal where it belongs: a relay who cannot be one, or whom this person does not see, at the relay."""
    if problem.status == 403:
        form.errors["form"] = "You may read this, but not change it. Ask the family's worker."
    elif problem.status == 404:
        form.errors["relay"] = "This person cannot pass on messages for them. Choose somebody else."
    else:
        form.take(problem, _FIELDS, default="relay" if problem.code.startswith("relay") else "form")


def _facts(form: Form, contact: SafeContact) -> Mapping[str, object]:
    facts: dict[str, object] = {
        "safe_words": form.text("safe_words"),
        "voicemail_ok": form.flag("voicemail_ok"),
        "shared_device": form.flag("shared_device"),
        "safe_channels": [one for one in CHANNELS if one in form.all("safe_channels")],
        "urgent_at_night": form.flag("urgent_at_night"),
        "relay_person_id": form.text("relay") or None,
    }
    for name in ("quiet_from", "quiet_until"):
        at = form.clock(name)
        facts[name] = f"{at:%H:%M}" if at else ""
    if contact.age_band in {DECIDED_BY_STAFF, OWN_CHOICE}:
        facts["wants_direct_messages"] = form.flag("wants_direct_messages")
    if contact.age_band == DECIDED_BY_STAFF:
        facts["direct_messages_approved"] = form.flag("direct_messages_approved")
    return facts
