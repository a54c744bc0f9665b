"""What leaves with a change: the fact, its words sealed with the person's own key, and the audit entry."""

from uuid import UUID

from services.network.storage import people
from services.network.use_cases.register_person import register_person
from shared.db.log import place_of_words
from shared.db.unit import words_from
from shared.events import catalogue
from shared.events.network import Channel, Consent, PersonRegistered, PersonWords
from shared.kernel.sealed import KeyKind, KeyOf, Sealed
from tests.network.conftest import BehindTheWall, OpenUnit
from tests.support.factories import TODAY, a_caller, a_registration, a_wish


async def test_a_registration_tells_what_others_may_know(
    open_unit: OpenUnit, behind_the_wall: BehindTheWall, county_id: UUID
) -> None:
    async with open_unit() as unit:
        person = await register_person(unit, a_registration(a_wish()), caller=a_caller(), today=TODAY, now=unit.now)
        lookup = unit.lookup_of("+19165550131")
    (fact,) = behind_the_wall.facts()
    body = catalogue.from_plain(PersonRegistered, fact.data)
    (point,) = body.contact_points
    assert (fact.type, fact.subject, body.person_id) == ("network.person_registered.v1", person.id, person.id)
    assert (body.spoken_language, body.is_minor, body.time_zone) == ("es-MX", False, "America/Los_Angeles")
    assert (point.channel, point.consent, point.lookup) == (Channel.SMS, Consent.GRANTED, lookup)
    assert behind_the_wall.audit() == [("person.registered", "person", person.id)]


async def test_the_words_of_a_fact_open_with_the_persons_key_only(open_unit: OpenUnit, database: object, county_id: UUID) -> None:
    async with open_unit() as unit:
        person = await register_person(unit, a_registration(a_wish()), caller=a_caller(), today=TODAY, now=unit.now)
    async with open_unit() as unit:
        row = (await unit.session.connection()).exec_driver_sql
        found = (await row("SELECT id, key_id, words FROM log")).one()
        opened = await unit.keys.open(Sealed(found.key_id, found.words), place_of_words(found.id, county_id))
        words = words_from(catalogue.type_for(PersonRegistered), opened)
        assert words == PersonWords(
            given_name="Carmen", family_name="Luna", addresses={str(person.contact_points[0].id): "+19165550131"}
        )


async def test_nothing_of_a_refused_change_stays(open_unit: OpenUnit, behind_the_wall: BehindTheWall) -> None:
    try:
        async with open_unit() as unit:
            await register_person(unit, a_registration(), caller=a_caller(), today=TODAY, now=unit.now)
            raise InterruptedError
    except InterruptedError:
        pass
    assert (behind_the_wall.facts(), behind_the_wall.audit()) == ([], [])


async def test_a_destroyed_key_leaves_a_person_without_words(open_unit: OpenUnit) -> None:
    async with open_unit() as unit:
        person = await register_person(unit, a_registration(a_wish()), caller=a_caller(), today=TODAY, now=unit.now)
    async with open_unit() as unit:
        await unit.keys.destroy(KeyOf(KeyKind.PERSON, person.id))
    async with open_unit() as unit:
        (left,) = await people.list_by_id(unit, [person.id])
    assert (left.profile.given_name, left.contact_points, left.profile.spoken_language) == ("", (), "es-MX")
