"""What network destroyed is forgotten here too: no message can name or reach the person any more."""

from uuid import uuid4

from services.notify.storage import contacts
from services.notify.storage.contacts import ContactWords
from services.notify.use_cases.forget_words import forget_words
from services.notify.use_cases.keep_contact import keep_contact
from shared.events.network import Channel, PersonChanged
from shared.kernel.sealed import KeyKind, KeyOf
from tests.notify.office import ZONE, Office


async def test_a_person_whose_words_are_gone_is_neither_named_nor_reached(office: Office) -> None:
    denise, luis = await office.known(Channel.EMAIL), await office.known(Channel.EMAIL)
    await office.book(denise, luis)
    async with office.unit() as unit:
        await forget_words(unit, KeyOf(KeyKind.PERSON, denise.id))
    await office.send_due()
    assert office.mail.to(denise.mail) == []
    assert len(office.mail.to(luis.mail)) == 1
    reasons = await office.rows(
        "SELECT DISTINCT state, reason FROM messages WHERE county_id = :county AND person_id = :person", person=denise.id
    )
    assert [(row.state, row.reason) for row in reasons] == [("cancelled", "words_destroyed")]
    async with office.unit() as unit:
        words = await contacts.open_words(unit, {denise.id, luis.id})
    assert (words[denise.id], words[luis.id].greeting_name) == (ContactWords(), "Denise")


async def test_a_late_fact_brings_no_word_back(office: Office) -> None:
    denise = await office.known(Channel.EMAIL)
    async with office.unit() as unit:
        await forget_words(unit, KeyOf(KeyKind.PERSON, denise.id))
    async with office.unit() as unit:
        late = PersonChanged(
            person_id=denise.id,
            time_zone=ZONE,
            spoken_language="en",
            written_language="en",
            interpreter_needed=False,
            is_minor=False,
            contact_points=denise.points,
            quiet_from=denise.quiet[0],
            quiet_until=denise.quiet[1],
            voicemail_ok=False,
            staff_id=None,
            at=unit.now,
        )
        await keep_contact(
            unit, late, None, position=office.position()
        )  # its key came with it and was refused, so its words stay shut
    async with office.unit() as unit:
        assert await contacts.open_words(unit, {denise.id}) == {denise.id: ContactWords()}
        assert await contacts.open_addresses(unit, [point.contact_point_id for point in denise.points]) == {}


async def test_a_familys_meetings_are_forgotten_with_it(office: Office) -> None:
    denise = await office.known(Channel.EMAIL)
    booked = await office.book(denise)
    async with office.unit() as unit:
        await forget_words(unit, KeyOf(KeyKind.CASE, booked.case_id))
    gone = await office.rows("SELECT kind, subject_id FROM data_keys WHERE county_id = :county AND wrapped IS NULL ORDER BY kind")
    assert [(row.kind, row.subject_id) for row in gone] == [("case", booked.case_id), ("meeting", booked.id)]


async def test_a_family_nobody_was_told_of_is_forgotten_too(office: Office) -> None:
    async with office.unit() as unit:
        await forget_words(unit, KeyOf(KeyKind.CASE, uuid4()))
