"""Personal links and feeds at notify: scanners, answers given twice, secrets that are over, or used for something else."""

from uuid import uuid4

from tests.hostile.rows import Row, tries
from tests.hostile.wire import Listening, Shelf
from tests.notify.office import Office
from tests.notify.web.conftest import Answer, Web
from tests.notify.web.test_links import with_link


def words(answer: Answer) -> dict[str, object]:
    """Return a problem without the id of its request."""
    return {name: value for name, value in answer.json.items() if name != "instance"}


@tries("tok-001")
async def test_a_scanner_that_looks_fifty_times_changes_nothing(office: Office, web: Web, row: Row, shelf: Shelf) -> None:
    _, _, secret = await with_link(office)
    before = shelf.of(office.county.id)
    for method in ("GET", "HEAD") * 25:
        assert (await web.link(method, "", secret)).status in row.statuses
    assert shelf.of(office.county.id) == before


@tries("tok-003")
async def test_an_answer_given_twice_is_told_once(office: Office, web: Web, row: Row) -> None:
    _, _, secret = await with_link(office)
    for _ in range(2):
        assert (await web.link("POST", "/answers", secret, {"answer": "accepted"})).status in row.statuses
    assert [r["partstat"] for r in await office.facts("reply_received")] == ["accepted"]


@tries("tok-005", "tok-007", "tok-009", "tok-011")
async def test_a_secret_that_is_over_or_for_something_else_opens_nothing(
    office: Office, web: Web, row: Row, shelf: Shelf, listening: Listening
) -> None:
    denise, booked, secret = await with_link(office)
    feed = (await office.feed(web, denise, booked)).rpartition("/")[2].removesuffix(".ics")
    await office.run(
        "UPDATE links SET expires_at = now() - interval '1 min' WHERE county_id = :county AND purpose = 'answer' AND :over",
        over=row.id == "tok-005",
    )
    before = shelf.of(office.county.id)
    answers = {
        "tok-005": [await web.link("GET", "", secret), await web.link("GET", "/entry.ics", secret)],
        "tok-007": [await web.link("GET", "", ""), await web.send("GET", "/f/.ics"), await web.send("GET", "/f/")],
        "tok-009": [await web.send("GET", f"/v1/messages?subject_id=mtg_{booked.id.hex}", Authorization=f"Bearer {secret}")],
        "tok-011": [await web.link("GET", "", feed), await web.send("GET", f"/f/{secret}.ics")],
    }[row.id]
    assert {answer.status for answer in answers} <= set(row.statuses)
    unknown = words(await web.link("GET", "", "a" * 26))
    assert row.id != "tok-005" or [words(answer) for answer in answers] == [unknown, unknown]
    assert shelf.of(office.county.id) == before
    heard = listening.heard() + "".join(answer.content.decode() for answer in answers)
    assert secret not in heard
    assert feed not in heard


@tries("tok-019")
async def test_what_another_county_has_is_as_if_it_were_not_there(office: Office, web: Web, row: Row, shelf: Shelf) -> None:
    _, booked, _ = await with_link(office)
    await office.held_by(booked, "amy")
    listed = await web.staff("GET", f"/v1/messages?subject_id=mtg_{booked.id.hex}")
    message: str = listed.json["items"][0]["id"]
    before = shelf.of(office.county.id)
    theirs = await web.staff("GET", f"/v1/messages/{message}", birch=True)
    nowhere = await web.staff("GET", f"/v1/messages/msg_{uuid4().hex}", birch=True)
    assert theirs.status in row.statuses
    assert words(theirs) == words(nowhere)
    assert shelf.of(office.county.id) == before
