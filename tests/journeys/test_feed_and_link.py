"""A person's calendar feed and personal link: quiet copies of what they were sent, which close when they are told to."""

from datetime import datetime, time

import pytest

from tests.support.icslint import events, lint, parse
from tests.support.journey import Family, Journey, Meeting, Person, seat
from tests.support.outside import ZONE

pytestmark = pytest.mark.stack


async def invited_by_mail(journey: Journey) -> tuple[Family, Person, Meeting]:
    """A family, an aunt with a mailbox, and a meeting to which she is invited."""
    family = await journey.family()
    kim = await family.member("Kim", "aunt_uncle", mail=True)
    day = family.county.workday((await journey.outside.now()).astimezone(ZONE).date(), days=9)
    meeting = await family.book(datetime.combine(day, time(10), ZONE), seat(kim))
    await journey.outside.mails(kim.mailbox, count=1)
    return family, kim, meeting


async def test_a_feed_holds_the_entry_of_the_mail_and_closes_when_revoked(journey: Journey) -> None:
    family, kim, meeting = await invited_by_mail(journey)
    url = (await family.county.post("notify", f"/v1/people/{kim.id}/feeds")).ok()["url"]
    async with journey.session.get(url) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        etag, first = answer.headers["ETag"], await answer.read()
    assert lint(first) == []
    async with journey.session.get(url, headers={"If-None-Match": etag}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    async with journey.session.get(url) as answer:
        assert await answer.read() == first

    await meeting.move((datetime.fromisoformat((await meeting.read())["starts_local"])).replace(hour=15))
    mail = (await journey.outside.mails(kim.mailbox, count=2))[1]
    async with journey.session.get(url, headers={"If-None-Match": etag}) as answer:
        assert answer.status == 200
        (entry,) = events(parse(await answer.read()))
    assert (entry.value("UID"), int(entry.value("SEQUENCE"))) == (mail["calendar"]["uid"], 1)
    assert mail["calendar"]["sequence"] == 1

    (await family.county.call("DELETE", "notify", f"/v1/people/{kim.id}/feeds")).ok()
    async with journey.session.get(url) as revoked, journey.session.get(url[:-10] + "aaaaaa.ics") as unknown:
        assert (revoked.status, unknown.status) == (404, 404)
        assert (await revoked.json(content_type=None))["code"] == (await unknown.json(content_type=None))["code"]


async def test_looking_at_a_link_changes_nothing_and_the_last_tap_stands(journey: Journey) -> None:
    family, kim, meeting = await invited_by_mail(journey)
    url = (await family.county.post("notify", f"/v1/people/{kim.id}/links", {"meeting_id": meeting.id})).ok()["url"]
    before = await meeting.read()
    for _ in range(10):
        async with journey.session.get(url) as answer:
            assert answer.status == 200
        async with journey.session.head(url) as answer:
            assert answer.status == 200
    assert await meeting.read() == before
    assert await meeting.replies() == []

    for tap in ("accepted", "declined", "declined"):
        async with journey.session.post(f"{url}/answer", data={"answer": tap}) as answer:
            assert answer.status == 200, await answer.text()
    await meeting.answer_of(kim, "declined")
    await journey.outside.caught_up()
    # Saying no a second time is nothing new.
    assert sorted(reply["outcome"] for reply in await meeting.replies()) == ["applied", "superseded"]
