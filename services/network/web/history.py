"""Handlers about what records were before they were changed."""

from services.network.domain.cases import CaseId
from services.network.domain.people import PersonId
from services.network.use_cases.see_case import see_case
from services.network.use_cases.see_history import see_history
from services.network.use_cases.see_person import see_person
from services.network.web.schemas import PREFIXES
from services.network.web.schemas.people import CONTACT_READ
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf
from shared.web.history import change_out, next_place, place_before
from shared.web.routing import Call, Reply, page

PEOPLE_READ = "people.read"
OF_PEOPLE = frozenset({"member", "child", "kin_notice", "prompt"})
"""What of a family's history only those see who see its people."""

PLANS_READ = "plans.read"
OF_WORDS = frozenset({"statement", "voice", "answer", "act", "case_step", "release", "override"})
OF_PLANS = OF_WORDS | {"threat", "plan", "step", "agreement", "review", "commitment", "gap"}
"""What of a family's history only those see who see the words that it shares, and its plans."""


async def get_person_history(unit: Unit, call: Call) -> Reply:
    """Read what was on record about a person before each change, and after it, newest first.

    Numbers, addresses and safe words are there for callers who may see them in the person too.
    """
    person = await see_person(unit, PersonId(call.ids["person_id"]), caller=call.staff)
    found = await see_history(unit, KeyOf(KeyKind.PERSON, person.id), before=place_before(call.page_place), limit=call.query.limit)
    may_reach = CONTACT_READ in call.staff.scopes

    def may_see(field: str) -> bool:
        return may_reach or not (field == "safe_words" or (field.startswith("contact_points.") and field.endswith(".value")))

    return page([change_out(one, PREFIXES, may_see=may_see) for one in found], next=next_place(found, call.query.limit))


async def get_case_history(unit: Unit, call: Call) -> Reply:
    """Read what was on record about a family before each change, with its children, members and separation rules."""
    case = await see_case(unit, CaseId(call.ids["case_id"]), caller=call.staff)
    found = await see_history(unit, KeyOf(KeyKind.CASE, case.id), before=place_before(call.page_place), limit=call.query.limit)
    unseen = OF_PEOPLE if PEOPLE_READ not in call.staff.scopes else frozenset()
    unseen |= OF_PLANS if PLANS_READ not in call.staff.scopes else frozenset()
    shown = [change_out(one, PREFIXES, with_words=one.kind not in unseen) for one in found]
    return page(shown, next=next_place(found, call.query.limit))
