"""Handlers about people."""

from services.network.domain.people import PersonId
from services.network.use_cases.change_person import change_person as change
from services.network.use_cases.find_duplicates import find_duplicates, keep_both
from services.network.use_cases.register_person import register_person
from services.network.use_cases.search_people import search_people as search
from services.network.use_cases.see_access_log import see_person_access_log
from services.network.use_cases.see_person import hold_person, see_person
from services.network.use_cases.write_person import write_person
from services.network.web.county import today_of, zone_of
from services.network.web.schemas.people import (
    PersonIn,
    change_person_from,
    external_id_from,
    kept_both_out,
    match_out,
    person_etag,
    person_out,
    register_person_from,
    registered_out,
    search_from,
)
from shared.db.unit import Unit
from shared.kernel.errors import Fault, Invalid
from shared.kernel.ids import spell
from shared.web.batch import each_item
from shared.web.looks import look_out
from shared.web.routing import Call, Reply, created, ok, page


async def post_person(unit: Unit, call: Call) -> Reply:
    """Register a person."""
    today = today_of(unit, call)
    command = register_person_from(call.body, external_id=call.body.external_id, county_zone=zone_of(call))
    person = await register_person(unit, command, caller=call.staff, today=today, now=unit.now)
    duplicates = await find_duplicates(unit, person, caller=call.staff, may_decide=True)
    return created(
        registered_out(person, duplicates, call.staff, today),
        location=f"/v1/people/{spell('per', person.id)}",
        etag=person_etag(person, call.staff, today),
    )


async def get_person(unit: Unit, call: Call) -> Reply:
    """Read a person."""
    today = today_of(unit, call)
    person = await see_person(unit, PersonId(call.ids["person_id"]), caller=call.staff)
    return ok(person_out(person, call.staff, today), etag=person_etag(person, call.staff, today))


async def get_access_log(unit: Unit, call: Call) -> Reply:
    """See who has looked at a person or changed them, by way of any family; for those who see all families."""
    person = await see_person(unit, PersonId(call.ids["person_id"]), caller=call.staff)
    before = call.page_place[0] if call.page_place else None
    looks = await see_person_access_log(unit, person, caller=call.staff, before=before, limit=call.query.limit)
    return page([look_out(look) for look in looks], next=[looks[-1].seq] if len(looks) == call.query.limit else None)


async def patch_person(unit: Unit, call: Call) -> Reply:
    """Change a person."""
    today = today_of(unit, call)
    person = await hold_person(unit, PersonId(call.ids["person_id"]), caller=call.staff)
    call.require_match(person_etag(person, call.staff, today))
    after = await change(unit, person, change_person_from(call.body), caller=call.staff, today=today, now=unit.now)
    return ok(person_out(after, call.staff, today), etag=person_etag(after, call.staff, today))


async def get_duplicates(unit: Unit, call: Call) -> Reply:
    """List people who may be the same as this one."""
    today = today_of(unit, call)
    person = await see_person(unit, PersonId(call.ids["person_id"]), caller=call.staff)
    may_decide = "people.write" in call.staff.scopes
    matches = await find_duplicates(unit, person, caller=call.staff, may_decide=may_decide)
    return page([match_out(match, today) for match in matches])


async def put_kept_both(unit: Unit, call: Call) -> Reply:
    """Record that two people who are alike are not the same."""
    person = await see_person(unit, PersonId(call.ids["person_id"]), caller=call.staff)
    kept = await keep_both(unit, person, PersonId(call.ids["other_person_id"]), caller=call.staff, now=unit.now)
    return ok(kept_both_out(person.id, kept))


async def put_person(unit: Unit, call: Call) -> Reply:
    """Write a person under the county's own id."""
    today = today_of(unit, call)
    key = external_id_from(call.words["key"])
    command = register_person_from(call.body, external_id=key, county_zone=zone_of(call))
    person, is_new = await write_person(unit, key, command, caller=call.staff, today=today, now=unit.now)
    body, etag = person_out(person, call.staff, today), person_etag(person, call.staff, today)
    return created(body, location=f"/v1/people/{spell('per', person.id)}", etag=etag) if is_new else ok(body, etag=etag)


async def search_people(unit: Unit, call: Call) -> Reply:
    """Look for somebody who may already be registered."""
    if not call.body.model_dump(exclude_none=True):
        raise Invalid([Fault("needed_here", "Give a name, phone, email, external_id or staff_id.", pointer="#")])
    matches = await search(unit, search_from(call.body), caller=call.staff)
    today = today_of(unit, call)
    return page([match_out(match, today) for match in matches])


async def post_people_batch(unit: Unit, call: Call) -> Reply:
    """Register up to 500 people, each as POST /v1/people would; the answer says of each what became of it."""
    today = today_of(unit, call)

    async def make(body: PersonIn) -> str:
        command = register_person_from(body, external_id=body.external_id, county_zone=zone_of(call))
        return spell("per", (await register_person(unit, command, caller=call.staff, today=today, now=unit.now)).id)

    return await each_item(unit, call, PersonIn, make)
