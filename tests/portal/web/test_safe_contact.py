"""Reaching somebody safely: what staff who may see numbers read and change, and where its words never stand."""

from typing import Any

import pytest

from tests.portal.conftest import Site
from tests.portal.plan_answers import AUNT, FATHER, listed, member
from tests.portal.standins import CASE, CHILD, MEMBER, MOTHER, person
from tests.portal.web.test_plan_pages import at_nine, read

HERE = f"/v1/cases/{CASE}"
RECORD = f"/v1/people/{MOTHER}"
PAGE = f"/families/{CASE}/people/{MOTHER}/safe-contact"
KIM, RICK = f"per_{AUNT[4:]}", f"per_{FATHER[4:]}"
DENTIST = "It's the dentist about Tuesday."
KEPT = {
    "safe_words": "We call about the library book.",
    "voicemail_ok": "yes",
    "safe_channels": ["sms"],
    "quiet_from": "20:30",
    "quiet_until": "07:00",
    "relay": KIM,
    "etag": '"7c"',
}


def on_record(**more: Any) -> dict[str, Any]:
    """Return Denise's record as network shows it to somebody who may see numbers."""
    facts = {
        "age_band": "adult",
        "safe_words": DENTIST,
        "voicemail_ok": False,
        "shared_device": True,
        "safe_channels": ["voice"],
        "quiet_from": "21:00",
        "quiet_until": "08:00",
        "urgent_at_night": False,
        "relay_person_id": None,
        "etag": '"7c"',
    }
    return person(MOTHER, **facts | more)


@pytest.fixture
async def denise(amy: Site) -> Site:
    """A family around Denise, who is kept apart from Rick."""
    amy.world.more |= {
        f"GET {HERE}/members": listed(member(MEMBER), member(AUNT), member(FATHER)),
        f"GET {RECORD}": on_record(),
        f"PATCH {RECORD}": on_record(),
    }
    amy.world.separations = [{"id": "sep_" + "1" * 32, "person_a": MOTHER, "person_b": RICK, "reason": "dv_safety"}]
    return await at_nine(amy)


async def test_it_says_what_to_say_when_and_through_whom(denise: Site) -> None:
    page = await denise.page(PAGE)
    said = read(page)
    for one in ("Reaching Denise D. safely", "What to say if somebody else answers", "in Pacific Time"):
        assert one in said
    for one in ('value="It&#39;s the dentist about Tuesday."', 'value="21:00"', 'value="08:00"'):
        assert one in page
    assert 'value="voice" checked' in page
    assert 'value="sms" checked' not in page
    assert 'name="shared_device" value="yes" checked' in page
    assert 'name="voicemail_ok" value="yes" checked' not in page


async def test_only_an_adult_of_the_family_whom_they_may_meet_can_pass_messages_on(denise: Site) -> None:
    relays = (await denise.page(PAGE)).partition('name="relay"')[2].partition("</select>")[0]
    assert KIM in relays
    assert not [one for one in (MOTHER, RICK, CHILD) if one in relays]


async def test_somebody_outside_the_family_who_passes_messages_on_stays_chosen(denise: Site) -> None:
    outside = "per_" + "9" * 32
    denise.world.more[f"GET {RECORD}"] = on_record(relay_person_id=outside)
    assert f'<option value="{outside}" selected>Somebody outside this family</option>' in await denise.page(PAGE)


async def test_what_is_kept_goes_to_the_record_and_into_no_address(denise: Site) -> None:
    answer = await denise.send(PAGE, **KEPT)
    assert (answer.status, answer.headers["Location"]) == (303, f"{PAGE}?saved=1")
    (sent,) = denise.world.calls("PATCH", RECORD)
    assert sent.headers["If-Match"] == '"7c"'
    assert sent.body == {
        "safe_words": "We call about the library book.",
        "voicemail_ok": True,
        "shared_device": False,
        "safe_channels": ["sms"],
        "quiet_from": "20:30",
        "quiet_until": "07:00",
        "urgent_at_night": False,
        "relay_person_id": KIM,
    }
    assert "It counts for everything that leaves from now on." in read(await denise.page(answer.headers["Location"]))


async def test_its_words_stand_on_no_other_page_and_in_no_title(denise: Site) -> None:
    pages = [await denise.page(path) for path in ("/", f"/families/{CASE}", f"/families/{CASE}/members/{MEMBER}")]
    assert not [page for page in pages if "dentist" in page]
    assert "<title>Reaching somebody safely · Surround</title>" in await denise.page(PAGE)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"relay_person_id": KIM}, "Only through somebody else"),
        ({"safe_channels": ["voice"]}, "No safe way on record"),
        ({"safe_channels": ["voice"]}, "Texts: verified (not a safe way)"),
    ],
)
async def test_the_roster_promises_no_message_that_may_not_go(denise: Site, facts: dict[str, Any], said: str) -> None:
    known = member(MEMBER)
    known["person"] |= facts
    denise.world.more[f"GET {HERE}/members"] = listed(known)
    assert said in read(await denise.page(f"/families/{CASE}"))


async def test_whoever_may_not_see_numbers_sees_none_of_it(denise: Site) -> None:
    denise.world.more[f"GET {RECORD}"] = on_record(safe_words=None)
    async with denise.browser.get(PAGE) as answer:
        page = await answer.text()
        assert answer.status == 403
    assert "shown only to staff who may see phone numbers" in page
    assert "Hours of quiet" not in page
    assert (await denise.send(PAGE, **KEPT)).status == 403
    assert denise.world.calls("PATCH", RECORD) == []


async def test_a_stale_change_shows_both_and_loses_nothing_that_was_typed(denise: Site) -> None:
    denise.world.refuse[f"PATCH {RECORD}"] = (412, {"code": "precondition_failed", "status": 412})
    answer = await denise.send(PAGE, **{**KEPT, "etag": '"6c"'})
    page = await answer.text()
    assert answer.status == 412
    said = read(page)
    assert f"It now says: Say: “{DENTIST}” A voicemail is not safe Safe: phone calls Quiet from 9:00 PM to 8:00 AM" in said
    assert "Messages are passed on by: nobody" in said
    assert 'value="We call about the library book."' in page
    assert 'value="20:30"' in page
    assert f'<option value="{KIM}" selected>' in page
    assert 'name="etag" value="&#34;7c&#34;"' in page


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ((409, "relay_is_minor", "Only an adult passes on messages."), 'id="relay-error">Only an adult passes on messages.'),
        ((404, "not_found", ""), 'id="relay-error">This person cannot pass on messages for them. Choose somebody else.'),
        ((403, "forbidden", ""), "You may read this, but not change it. Ask the family&#39;s worker."),
    ],
)
async def test_a_refusal_says_what_to_do_next(denise: Site, refusal: tuple[int, str, str], said: str) -> None:
    status, code, detail = refusal
    denise.world.refuse[f"PATCH {RECORD}"] = (status, {"code": code, "status": status, "detail": detail})
    answer = await denise.send(PAGE, **KEPT)
    page = await answer.text()
    assert answer.status == 422
    assert said in page
    assert 'value="We call about the library book."' in page


async def test_an_hour_that_is_none_is_refused_here(denise: Site) -> None:
    answer = await denise.send(PAGE, **{**KEPT, "quiet_until": "late"})
    assert answer.status == 422
    assert "Choose a time of day, like 2:30 PM." in await answer.text()
    assert denise.world.calls("PATCH", RECORD) == []


@pytest.mark.parametrize(
    ("band", "asks"),
    [
        ("under_12", ()),
        ("12_to_15", ("wants_direct_messages", "direct_messages_approved")),
        ("16_to_17", ("wants_direct_messages",)),
    ],
)
async def test_a_young_persons_own_messages_are_asked_for_by_age(denise: Site, band: str, asks: tuple[str, ...]) -> None:
    denise.world.more |= {f"GET {RECORD}": on_record(age_band=band), f"PATCH {RECORD}": on_record()}
    page = await denise.page(PAGE)
    wishes = ("wants_direct_messages", "direct_messages_approved")
    assert tuple(one for one in wishes if f'name="{one}"' in page) == asks
    await denise.send(PAGE, **KEPT, wants_direct_messages="yes", direct_messages_approved="yes")
    (sent,) = denise.world.calls("PATCH", RECORD)
    assert {one: sent.body[one] for one in wishes if one in sent.body} == dict.fromkeys(asks, True)


async def test_somebody_of_another_family_has_no_such_page(denise: Site) -> None:
    other = "per_" + "9" * 32
    denise.world.more[f"GET /v1/people/{other}"] = on_record(id=other)
    path = f"/families/{CASE}/people/{other}/safe-contact"
    async with denise.browser.get(path) as answer:
        assert answer.status == 404
    assert (await denise.send(path, **KEPT)).status == 404
    assert not [one for one in denise.world.asked if other in one.path]
