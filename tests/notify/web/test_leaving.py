"""Whoever leaves a family's roster, and everybody at the family's end, loses what opens it; words fade after a week."""

from dataclasses import replace
from uuid import UUID, uuid4

from services.notify.jobs.every_hour import Fader
from services.notify.use_cases.keep_roster import close_case, join_roster, leave_roster
from shared.events.network import CaseClosed, Channel, MemberJoined, MemberLeft
from tests.notify.office import Booked, Office, Person
from tests.notify.web.conftest import Web
from tests.notify.web.test_links import secret_in


async def joins(office: Office, person: Person, booked: Booked) -> UUID:
    """Let network tell that somebody is around a meeting's family."""
    member_id = uuid4()
    async with office.unit() as unit:
        told = MemberJoined(
            case_id=booked.case_id,
            member_id=member_id,
            person_id=person.id,
            relationship="grandmother",
            side="mother",
            circle="inner",
            support_type="informal",
            caregiver_of_concern=False,
            at=unit.now,
        )
        await join_roster(unit, told, position=office.position())
    return member_id


async def leaves(office: Office, person: Person, booked: Booked, member_id: UUID, *, position: int | None = None) -> int:
    """Let network tell that somebody left; return where in its log."""
    place = office.position() if position is None else position
    async with office.unit() as unit:
        left = MemberLeft(case_id=booked.case_id, member_id=member_id, person_id=person.id, at=unit.now)
        await leave_roster(unit, left, position=place)
    return place


async def closes(office: Office, booked: Booked) -> None:
    """Let network tell that work with a family ended."""
    async with office.unit() as unit:
        await close_case(unit, CaseClosed(case_id=booked.case_id, at=unit.now))


async def around(office: Office, web: Web) -> tuple[Person, Booked, UUID, str, str]:
    """Somebody on a roster, with a link and a feed."""
    denise = await office.known(Channel.EMAIL)
    booked = await office.book(denise)
    member_id = await joins(office, denise, booked)
    await office.send_due()
    feed = await office.feed(web, denise, booked)
    return denise, booked, member_id, secret_in(office, denise), feed.partition("example.org")[2]


async def opens(web: Web, secret: str, feed: str) -> tuple[int, int]:
    """What a link and a feed answer."""
    return (await web.link("GET", "", secret)).status, (await web.send("GET", feed)).status


async def test_leaving_the_roster_ends_link_and_feed(office: Office, web: Web) -> None:
    denise, booked, member_id, secret, feed = await around(office, web)
    assert await opens(web, secret, feed) == (200, 200)
    await leaves(office, denise, booked, member_id)
    assert await opens(web, secret, feed) == (404, 404)
    await office.make_due("reminder_7d")
    await office.send_due()
    assert secret_in(office, denise) == secret


async def test_a_feed_outlives_one_family_while_there_is_another(office: Office, web: Web) -> None:
    denise, booked, member_id, secret, feed = await around(office, web)
    other = office.meeting(denise)
    elsewhere = await joins(office, denise, other)
    await leaves(office, denise, booked, member_id)
    assert await opens(web, secret, feed) == (404, 200)
    await leaves(office, denise, other, elsewhere)
    assert await opens(web, secret, feed) == (404, 404)


async def test_a_feed_outlives_one_family_while_another_expects_the_person(office: Office, web: Web) -> None:
    denise, booked, _, secret, feed = await around(office, web)
    other = await office.book(denise)
    await closes(office, booked)
    assert await opens(web, secret, feed) == (404, 200)
    await office.cancel(other)
    await closes(office, other)
    assert await opens(web, secret, feed) == (404, 404)


async def test_the_end_of_a_family_s_work_ends_the_links_of_all_and_the_feeds_of_those_around_no_other(
    office: Office, web: Web
) -> None:
    denise, booked, _, secret, feed = await around(office, web)
    _, _, _, her_secret, her_feed = await around(office, web)
    await closes(office, booked)
    await closes(office, booked)
    assert await opens(web, secret, feed) == (404, 404)
    assert await opens(web, her_secret, her_feed) == (200, 200)
    ended = await office.rows("SELECT subject_id FROM audit WHERE county_id = :county AND action = 'feed.ended'")
    assert [row.subject_id for row in ended] == [denise.id]


async def test_whoever_comes_back_gets_a_new_link_and_a_late_word_of_the_leaving_ends_nothing(office: Office, web: Web) -> None:
    denise, booked, member_id, secret, feed = await around(office, web)
    left = await leaves(office, denise, booked, member_id)
    await joins(office, denise, booked)
    await office.make_due("reminder_7d")
    await office.send_due()
    new = secret_in(office, denise)
    assert new != secret
    assert (await web.link("GET", "", new)).status == 200
    await leaves(office, denise, booked, member_id, position=left)
    assert (await web.link("GET", "", new)).status == 200
    assert (await web.send("GET", feed)).status == 404


async def test_words_fade_a_week_after_the_end_and_the_fact_stays(office: Office, web: Web) -> None:
    _, booked, *_ = await around(office, web)
    carmen = await office.known(Channel.SMS, name="Carmen")
    await office.book(carmen)
    await office.send_due()
    await web.text_from(carmen.phone, "1")
    fader = Fader(office.units, [replace(office.county, id=uuid4()).id, office.county.id])
    words = "SELECT octet_length(words) > 0 AS kept, sha256 FROM contents WHERE county_id = :county"
    raw = "SELECT octet_length(raw) > 0 AS kept, became FROM inbound WHERE county_id = :county"
    await fader.round()
    assert [row.kept for row in await office.rows(words)] == [True, True]
    assert [row.kept for row in await office.rows(raw)] == [True]
    for change in (
        "contents SET made_at = made_at",
        "messages SET finished_at = finished_at",
        "inbound SET processed_at = processed_at",
    ):
        await office.run(f"UPDATE {change} - interval '8 days' WHERE county_id = :county")
    await fader.round()
    assert [(row.kept, len(row.sha256)) for row in await office.rows(words)] == [(False, 64)] * 2
    assert [(row.kept, row.became) for row in await office.rows(raw)] == [(False, "answer")]
    listed = (await web.staff("GET", f"/v1/messages?subject_id=mtg_{booked.id.hex}")).json["items"]
    read = await web.staff("GET", f"/v1/messages/{listed[0]['id']}")
    assert (read.status, read.json["state"], read.json["text"]) == (200, "sent", None)
