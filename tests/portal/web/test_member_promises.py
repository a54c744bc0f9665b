"""What a member is asked for and has promised, on their own page: every form, every refusal, both languages."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from services.portal.domain.promises import OwnTurn, ends_to_choose
from services.portal.gateways.calling import read
from services.portal.web.member_words import Say
from tests.portal.conftest import MONDAY, Site
from tests.portal.standins import PROMISE, SATURDAY_NIGHT, SECRET, offer, promise, turn
from tests.portal.web.test_member_page import LARGEST, text_of, visible

PAGE = f"/m/{SECRET}"
API = "/v1/links/current"
OTHER = "com_" + "2" * 32
FRIDAY = turn("2027-02-27T04:00:00Z", "2027-02-27T16:00:00Z", "2027-02-26T20:00", "2027-02-27T08:00", is_over=True)
SPRING = turn("2027-03-14T10:30:00Z", "2027-03-14T15:00:00Z", "2027-03-14T03:30", "2027-03-14T08:00", is_shifted=True)
ASKED_BY = "2027-03-05T03:45:00Z"


async def sent(site: Site, path: str, **fields: str) -> str:
    """Send a form and return where it leads; nothing else is answered to a form that records something."""
    async with site.browser.post(f"{PAGE}{path}", data=fields, allow_redirects=False) as answer:
        assert answer.status == 303
        return answer.headers["Location"]


def bodies(site: Site, path: str) -> list[Any]:
    return [one.body for one in site.world.calls("POST", f"{API}{path}")]


async def test_an_offer_says_when_and_asks_yes_no_or_not_sure(site: Site) -> None:
    site.world.of_promises(offer())
    page = visible(await text_of(site))
    for words in ("Family Team Calendar asks:", "Saturday, March 6", "8:00 PM to 8:00 AM on Sunday (Pacific Time)", "Yes", "No",
                  "I am not sure", "See what this is about", "Add to my calendar", "Call (209) 555-0101", "711", "This is not me",
                  "Leave page"):  # fmt: skip
        assert words in page
    assert "only until" not in page


async def test_an_ask_takes_a_yes_until_an_hour_and_says_when_it_helps_most(site: Site) -> None:
    site.world.of_promises(offer(is_backup=True, answer_by=ASKED_BY))
    page = await text_of(site)
    assert "Yes, but only until" in visible(page)
    assert "answer by Thursday, 7:45 PM. A later yes is still welcome." in visible(page)
    assert '<option value="2027-03-07T08:00:00Z">12:00 AM on Sunday</option>' in page
    assert "not sure" not in page
    location = await sent(site, f"/promises/{PROMISE}/answer", answer="until", until="2027-03-07T08:00:00Z", sequence="1")
    assert location == f"{PAGE}?note=until"
    assert bodies(site, f"/promises/{PROMISE}/answers") == [{"answer": "accepted", "until": "2027-03-07T08:00:00Z", "sequence": 1}]


async def test_a_time_that_is_over_by_the_services_clock_takes_no_part_of_it(site: Site) -> None:
    site.world.date = "Sun, 07 Mar 2027 17:00:00 GMT"
    site.world.of_promises(offer(is_backup=True, answer_by=ASKED_BY))
    assert "only until" not in visible(await text_of(site))


async def test_a_single_time_that_was_promised_can_be_kept_in_part(site: Site) -> None:
    site.world.of_promises(promise(can_shorten=True))
    page = await text_of(site)
    assert "I can stay only until" in visible(page)
    location = await sent(site, f"/promises/{PROMISE}/answer", answer="until", until="2027-03-07T08:00:00Z", sequence="1")
    assert location == f"{PAGE}?note=until"
    assert bodies(site, f"/promises/{PROMISE}/answers") == [{"answer": "accepted", "until": "2027-03-07T08:00:00Z", "sequence": 1}]
    site.world.of_promises(promise())
    assert "only until" not in await text_of(site)


async def test_the_page_says_nothing_of_what_it_is(site: Site) -> None:
    site.world.of_promises(promise())
    page = await text_of(site)
    assert "Lila" not in page
    assert "<title>Your times</title>" in page
    assert not site.world.calls("POST", f"{API}/words")


@pytest.mark.parametrize("said", ["accepted", "declined"])
async def test_an_answer_is_recorded_and_can_be_changed(site: Site, said: str) -> None:
    site.world.of_promises(offer())
    assert await sent(site, f"/promises/{PROMISE}/answer?lang=es", answer=said, sequence="1") == f"{PAGE}?lang=es&note={said}"
    site.world.of_promises(offer() | {"answer": said, "asks": False})
    page = visible(await text_of(site, f"{PAGE}?note={said}"))
    assert f"You said: {Say('en')(said)}." in page
    assert "You can still change your answer here." in page


async def test_not_being_sure_records_nothing_and_offers_a_call(site: Site) -> None:
    site.world.of_promises(offer())
    location = await sent(site, f"/promises/{PROMISE}/answer", answer="unsure", sequence="1")
    page = visible(await text_of(site, location))
    assert "That is fine. Take your time." in page
    assert "Please call me" in page
    assert not bodies(site, f"/promises/{PROMISE}/answers")


async def test_a_promise_shows_each_time_with_what_can_be_said_before_and_after_it(site: Site) -> None:
    site.world.of_promises(promise(turns=[FRIDAY, SATURDAY_NIGHT]))
    page = await text_of(site)
    past, coming = page.split("March 6")
    for words in ("How did it go?", "All went well", "Partly", "It did not happen", "I need help"):
        assert words in past
    for words in ("All good", "Can’t this time", "I need help"):
        assert words in coming
    assert "Take this back for good" in coming


@pytest.mark.parametrize("said", ["accepted", "declined", "kept", "partly_kept", "missed", "help"])
async def test_what_was_said_of_a_time_is_thanked_for(site: Site, said: str) -> None:
    site.world.of_promises(promise())
    location = await sent(site, f"/promises/{PROMISE}/turn", said=said, turn="2027-03-07T04:00:00Z")
    assert bodies(site, f"/promises/{PROMISE}/turns") == [{"starts_at": "2027-03-07T04:00:00Z", "said": said}]
    page = visible(await text_of(site, location))
    assert "Saturday, March 6, 8:00 PM." in page
    assert "Thank you" in page
    assert page.count("March 6") == (1 if said == "declined" else 2)


async def test_who_cannot_this_time_can_take_that_back(site: Site) -> None:
    site.world.of_promises(promise(turns=[]))
    location = await sent(site, f"/promises/{PROMISE}/turn", said="declined", turn="2027-03-07T04:00:00Z")
    page = await text_of(site, location)
    assert "I can do it after all" in page
    assert 'name="turn" value="2027-03-07T04:00:00Z"' in page


async def test_who_needs_help_learns_whom_to_call(site: Site) -> None:
    site.world.of_promises(promise())
    location = await sent(site, f"/promises/{PROMISE}/turn", said="help", turn="2027-03-07T04:00:00Z")
    assert "Somebody will call you. If it cannot wait, call (209) 555-0101." in visible(await text_of(site, location))


async def test_a_promise_is_taken_back_after_one_question_and_no_reason(site: Site) -> None:
    site.world.of_promises(promise())
    asked = visible(await text_of(site, f"{PAGE}/promises/{PROMISE}/withdraw"))
    assert "You do not have to say why." in asked
    assert not bodies(site, f"/promises/{PROMISE}/withdrawal")
    location = await sent(site, f"/promises/{PROMISE}/withdraw")
    assert len(bodies(site, f"/promises/{PROMISE}/withdrawal")) == 1
    site.world.link |= {"cancelled": True, "can_answer": False}
    site.world.promises = []
    page = visible(await text_of(site, location))
    assert "Thank you for all you have done." in page
    assert "call (209) 555-0101" in page


async def test_what_cannot_be_taken_back_is_not_asked_about(site: Site) -> None:
    site.world.of_promises(offer())
    async with site.browser.get(f"{PAGE}/promises/{PROMISE}/withdraw", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, f"{PAGE}?note=over")


async def test_all_promises_of_a_person_stand_on_the_page_of_one_link(site: Site) -> None:
    site.world.of_promises(promise(), offer(turns=[SPRING]) | {"commitment_id": OTHER})
    page = await text_of(site)
    assert page.index("March 6") < page.index("March 14")
    assert f"/promises/{OTHER}/answer" in page
    assert "Can you help out at this time, too?" in page


async def test_a_clock_change_is_said_beside_the_hour(site: Site) -> None:
    site.world.of_promises(promise(turns=[SPRING]))
    assert "3:30 AM (clock change) to 8:00 AM" in visible(await text_of(site))
    assert "3:30 AM (cambio de hora)" in visible(await text_of(site, f"{PAGE}?lang=es"))


async def test_the_zone_of_the_promise_is_said_where_it_is_another(site: Site) -> None:
    site.world.of_promises(promise(promised_zone="America/New_York"))
    page = visible(await text_of(site))
    assert "8:00 PM to 8:00 AM on Sunday (Pacific Time)" in page
    assert "That is 11:00 PM to 11:00 AM on Sunday (Eastern Time)." in page


async def test_a_promise_that_rests_asks_for_nothing(site: Site) -> None:
    site.world.of_promises(promise(state="paused"))
    page = visible(await text_of(site))
    assert "This rests for now." in page
    assert "All good" not in page


async def test_what_is_over_says_only_that(site: Site) -> None:
    site.world.of_promises(promise())
    site.world.link |= {"cancelled": True, "can_answer": False}
    site.world.promises = []
    page = visible(await text_of(site))
    assert "This is done. You do not need to do anything." in page
    assert "March 6" not in page


REFUSED = {
    "promise_over": (409, "over", "That time is over"),
    "turn_not_found": (409, "over", "That time is over"),
    "promise_not_found": (404, "over", "That time is over"),
    "until_outside": (409, "until-wrong", "Please choose a time from the list."),
}


@pytest.mark.parametrize("code", REFUSED)
async def test_what_comes_too_late_is_explained_on_the_page(site: Site, code: str) -> None:
    status, note, words = REFUSED[code]
    site.world.of_promises(offer(is_backup=True))
    refusal = (status, {"code": code, "status": status})
    site.world.refuse = {f"POST {API}/promises/{PROMISE}/{verb}": refusal for verb in ("answers", "turns", "withdrawal")}
    for path, fields in {
        "answer": {"answer": "until", "until": "2027-03-07T08:00:00Z"},
        "turn": {"said": "declined", "turn": "2027-03-07T04:00:00Z"},
        "withdraw": {},
    }.items():
        location = await sent(site, f"/promises/{PROMISE}/{path}", **fields)
        assert location == f"{PAGE}?note={note}"
    assert words in visible(await text_of(site, f"{PAGE}?note={note}"))


async def test_a_page_opened_before_a_change_is_told_so(site: Site) -> None:
    site.world.of_promises(offer(sequence=2))
    assert await sent(site, f"/promises/{PROMISE}/answer", answer="accepted", sequence="1") == f"{PAGE}?note=moved"
    assert "Your times changed" in visible(await text_of(site, f"{PAGE}?note=moved"))


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("answer", {"answer": "delegated"}),
        ("answer", {}),
        ("answer", {"answer": "until", "until": "midnight"}),
        ("answer", {"answer": "until", "until": "2027-03-07T08:00:00+05:00"}),
        ("turn", {"said": "all", "turn": "2027-03-07T04:00:00Z"}),
        ("turn", {"said": "kept", "turn": "2027-03-07T04:00:00"}),
        ("turn", {"said": "kept"}),
    ],
)
async def test_what_is_no_answer_is_not_passed_on(site: Site, path: str, fields: dict[str, str]) -> None:
    site.world.of_promises(offer())
    await sent(site, f"/promises/{PROMISE}/{path}", **fields)
    assert not [one for one in site.world.asked if one.method == "POST"]


async def test_the_words_are_in_one_answer_alone(site: Site) -> None:
    site.world.of_promises(promise())
    form = await text_of(site, f"{PAGE}/words")
    assert 'inputmode="numeric"' in form
    assert "Lila" not in form
    with structlog.testing.capture_logs() as logged:
        async with site.browser.post(f"{PAGE}/words", data={"digits": "01 01"}, allow_redirects=False) as answer:
            assert answer.status == 200
            assert answer.headers["Cache-Control"] == "no-store"
            told = visible(await answer.text())
    assert "Sleep over with Lila" in told
    assert "Your home" in told
    assert "Lila" not in repr(logged)
    assert bodies(site, "/words") == [{"last_four": "0101"}]
    assert "Lila" not in await text_of(site)


@pytest.mark.parametrize("digits", ["", "12", "12345", "abcd"])
async def test_fewer_digits_or_more_are_not_passed_on(site: Site, digits: str) -> None:
    site.world.of_promises(promise())
    async with site.browser.post(f"{PAGE}/words", data={"digits": digits}) as answer:
        assert answer.status == 422
        assert "Please write 4 digits." in await answer.text()
    assert not bodies(site, "/words")


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("digits_wrong", 403, "These are not the last 4 digits of your number."),
        ("too_many_tries", 403, "Please wait one hour, or call (209) 555-0101."),
        ("no_number_known", 409, "Call (209) 555-0101 and we will tell you."),
    ],
)
async def test_a_wrong_try_is_explained_kindly(site: Site, code: str, status: int, said: str) -> None:
    site.world.of_promises(promise())
    site.world.refuse[f"POST {API}/words"] = (status, {"code": code, "status": status})
    async with site.browser.post(f"{PAGE}/words", data={"digits": "9999"}) as answer:
        assert answer.status == status
        page = await answer.text()
    assert said in visible(page)
    assert "9999" not in page


async def test_a_link_that_is_none_opens_nothing_of_promises(site: Site) -> None:
    gone = await text_of(site, "/m/short", 404)
    for method, path in (("GET", "/words"), ("POST", "/words"), ("GET", f"/promises/{PROMISE}/withdraw"),
                         ("POST", f"/promises/{PROMISE}/withdraw")):  # fmt: skip
        fields = {"digits": "0101"}
        async with site.browser.request(method, f"/m/{'a' * 26}{path}", data=fields, allow_redirects=False) as answer:
            assert answer.status == 404
            assert await answer.text() == gone


async def test_looking_at_promises_changes_nothing(site: Site) -> None:
    site.world.of_promises(promise())
    for path in ("", "/words", f"/promises/{PROMISE}/withdraw", "?note=turn-kept", "?note=withdrawn"):
        await text_of(site, f"{PAGE}{path}")
    assert {one.method for one in site.world.asked} == {"GET"}


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_the_longest_page_is_small_and_runs_nothing(site: Site, lang: str) -> None:
    turns = [
        turn(
            f"2027-03-{day:02}T{hour}:00:00Z",
            f"2027-03-{day:02}T{hour}:30:00Z",
            f"2027-03-{day:02}T10:00",
            f"2027-03-{day:02}T10:30",
        )
        for day in range(1, 15)
        for hour in (18, 19)
    ]
    site.world.of_promises(*(promise(turns=turns, more=300) | {"commitment_id": f"com_{number:032x}"} for number in range(2)))
    page = await text_of(site, f"{PAGE}?lang={lang}")
    assert len(page.encode()) < LARGEST
    assert "<script" not in page
    assert "Later times: 300." in visible(page) or "Más adelante: 300." in visible(page)


async def test_nothing_english_is_left_on_the_spanish_pages(site: Site) -> None:
    site.world.of_promises(offer(is_backup=True, answer_by=ASKED_BY), promise(turns=[FRIDAY, SPRING]) | {"commitment_id": OTHER})
    for path in ("", "/words", f"/promises/{OTHER}/withdraw"):
        page = visible(await text_of(site, f"{PAGE}{path}?lang=es"))
        english = re.findall(r"\b(?:yes|the|your|you|this|until|help|Saturday|Sunday|take|all|page)\b", page)
        assert english == [], path


async def test_leaving_leads_to_a_page_that_anybody_might_have_open(site: Site) -> None:
    async with site.browser.get("/m/leave", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "https://www.weather.gov/")
    assert site.world.asked == []


def a_turn(starts_at: str, ends_at: str) -> OwnTurn:
    return read(OwnTurn, turn(starts_at, ends_at, "2027-03-06T20:00", "2027-03-07T08:00"))


def test_an_end_is_chosen_among_half_hours_within_the_time() -> None:
    night = a_turn("2027-03-07T04:00:00Z", "2027-03-07T06:00:00Z")
    said = [f"{one:%H:%M}" for one in ends_to_choose(night, datetime.fromtimestamp(MONDAY, UTC))]
    assert said == ["04:30", "05:00", "05:30"]
    assert [f"{one:%H:%M}" for one in ends_to_choose(night, datetime(2027, 3, 7, 5, 10, tzinfo=UTC))] == ["05:30"]
    weekend = a_turn("2027-03-06T00:00:00Z", "2027-03-08T02:00:00Z")
    assert len(ends_to_choose(weekend, datetime.fromtimestamp(MONDAY, UTC))) == 49
