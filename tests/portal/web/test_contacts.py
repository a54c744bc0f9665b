"""Numbers and addresses of somebody: what staff who may see numbers read and change, and what nobody can say for them."""

from typing import Any

import pytest

from tests.portal.conftest import Site
from tests.portal.standins import CASE, MEMBER, MOTHER, person
from tests.portal.web.test_plan_pages import at_nine, read

RECORD = f"/v1/people/{MOTHER}"
PAGE = f"/families/{CASE}/people/{MOTHER}/contacts"
MOBILE, LANDLINE, EMAIL, HOME = ("cp_" + one * 32 for one in "1234")
ETAG = '"7c"'
ADDED = {"action": "add", "kind": "sms", "value": "916 555 0199", "etag": ETAG}
NAMED = {
    "action": "who",
    "given_name": "Dee",
    "family_name": "Reyes",
    "preferred_name": "",
    "spoken_language": "es",
    "written_language": "en",
    "interpreter_needed": "yes",
    "etag": ETAG,
}


def point(point_id: str, channel: str, value: str | None, **more: Any) -> dict[str, Any]:
    """Return one number or address as network shows it."""
    return {
        "id": point_id,
        "channel": channel,
        "value": value,
        "preferred": False,
        "consent": "none",
        "substitute": False,
        **more,
    }


POINTS = (
    point(MOBILE, "sms", "+19165550111", preferred=True, consent="granted"),
    point(LANDLINE, "voice", "+19165550112"),
    point(EMAIL, "email", "denise@example.org", consent="invalid_number"),
    point(HOME, "letter", "12 Elm Street, Alder"),
)


def on_record(*points: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return Denise's record as network shows it to somebody who may see numbers."""
    return person(MOTHER, **{"safe_words": "", "contact_points": list(points or POINTS), "etag": ETAG} | more)


def kept(point_id: str, **more: Any) -> dict[str, Any]:
    """Return one that stays, as network is asked to keep it."""
    return {"id": point_id, "preferred": point_id == MOBILE, "substitute": False, **more}


@pytest.fixture
async def denise(amy: Site) -> Site:
    """A family around Denise, who can be reached in four ways."""
    amy.world.more |= {f"GET {RECORD}": on_record(), f"PATCH {RECORD}": on_record()}
    return await at_nine(amy)


async def test_every_way_to_reach_somebody_is_there_with_what_they_said_of_it(denise: Site) -> None:
    said = read(await denise.page(PAGE))
    for one in (
        "Numbers and addresses of Denise R.",
        "(916) 555-0111 Mobile phoneVerifiedPreferred",
        "(916) 555-0112 Landline: call onlyIn use",
        "denise@example.org EmailDoes not work",
        "12 Elm Street, Alder Postal addressIn use",
    ):
        assert one in said, said


@pytest.mark.parametrize(
    ("consent", "words"),
    [
        ("none", "Not asked yet: no text goes here"),
        ("requested", "Asked, waiting for their yes"),
        ("pending_double_opt_in", "Asked, waiting for their yes"),
        ("granted", "Verified"),
        ("revoked", "Opted out"),
        ("invalid_number", "Does not work"),
    ],
)
async def test_what_was_said_about_texts_stands_in_words_and_only_who_was_never_asked_can_be(
    denise: Site, consent: str, words: str
) -> None:
    denise.world.more[f"GET {RECORD}"] = on_record(point(MOBILE, "sms", "+19165550111", consent=consent))
    page = await denise.page(PAGE)
    assert words in read(page)
    assert ('value="ask"' in page) == (consent == "none")


async def test_a_way_that_is_not_safe_says_so_and_is_not_offered_to_be_preferred(denise: Site) -> None:
    denise.world.more[f"GET {RECORD}"] = on_record(safe_channels=["sms"], relay_person_id="per_" + "9" * 32)
    page = await denise.page(PAGE)
    said = read(page)
    assert "(916) 555-0112 Landline: call only Not a safe way: nothing goes here" in said
    assert "Somebody passes messages on, so nothing goes to these directly." in said
    assert 'value="prefer"' not in page


async def test_who_opted_out_allows_texts_alone(denise: Site) -> None:
    denise.world.more[f"GET {RECORD}"] = on_record(point(MOBILE, "sms", "+19165550111", consent="revoked"), POINTS[1])
    page = await denise.page(PAGE)
    assert "Only they can allow texts again, by texting START to our number." in read(page)
    assert page.count('value="prefer"') == 1
    refusal = {"code": "consent_withdrawn", "status": 409, "detail": "This person said stop on this number."}
    denise.world.refuse[f"PATCH {RECORD}"] = (409, refusal)
    answer = await denise.send(PAGE, **{**ADDED, "value": "916 555 0111"}, texts_asked="yes")
    page = await answer.text()
    assert answer.status == 422
    assert 'id="value-error">This person said stop on this number.' in page
    assert 'value="916 555 0111"' in page


@pytest.mark.parametrize(
    ("fields", "new"),
    [
        ({}, {"channel": "sms", "consent": "none"}),
        ({"texts_asked": "yes"}, {"channel": "sms", "consent": "requested", "consent_source": "asked_by_staff"}),
        ({"kind": "voice", "texts_asked": "yes"}, {"channel": "voice", "consent": "none"}),
        ({"kind": "email"}, {"channel": "email", "consent": "none"}),
        ({"kind": "letter", "substitute": "yes"}, {"channel": "letter", "consent": "none", "substitute": True}),
    ],
)
async def test_one_more_leaves_the_others_as_they_are(denise: Site, fields: dict[str, str], new: dict[str, Any]) -> None:
    answer = await denise.send(PAGE, **ADDED | fields)
    assert (answer.status, answer.headers["Location"]) == (303, f"{PAGE}?saved=1")
    (sent,) = denise.world.calls("PATCH", RECORD)
    assert sent.headers["If-Match"] == ETAG
    added = {"value": "916 555 0199", "preferred": False, "substitute": False, **new}
    assert sent.body == {"contact_points": [*map(kept, (MOBILE, LANDLINE, EMAIL, HOME)), added]}
    assert "It counts for everything that leaves from now on." in read(await denise.page(answer.headers["Location"]))


async def test_a_new_one_that_they_prefer_is_the_only_one(denise: Site) -> None:
    await denise.send(PAGE, **ADDED, preferred="yes")
    (sent,) = denise.world.calls("PATCH", RECORD)
    assert [one["preferred"] for one in sent.body["contact_points"]] == [False] * 4 + [True]


@pytest.mark.parametrize(
    ("action", "way", "points"),
    [
        ("off", MOBILE, [kept(LANDLINE), kept(EMAIL), kept(HOME)]),
        (
            "prefer",
            LANDLINE,
            [kept(MOBILE, preferred=False), kept(LANDLINE, preferred=True), kept(EMAIL), kept(HOME)],
        ),
        ("mark", HOME, [kept(MOBILE), kept(LANDLINE), kept(EMAIL), kept(HOME, substitute=True)]),
        (
            "ask",
            MOBILE,
            [kept(MOBILE, consent="requested", consent_source="asked_by_staff"), kept(LANDLINE), kept(EMAIL), kept(HOME)],
        ),
    ],
)
async def test_one_tap_changes_one(denise: Site, action: str, way: str, points: list[dict[str, Any]]) -> None:
    answer = await denise.send(PAGE, action=action, way=way, etag=ETAG)
    assert answer.status == 303
    (sent,) = denise.world.calls("PATCH", RECORD)
    assert sent.body == {"contact_points": points}


async def test_taking_a_number_off_says_first_what_follows(denise: Site) -> None:
    said = read(await denise.page(PAGE))
    assert "The links to their own page that we sent end, wherever they went; the next message brings a new one." in said


async def test_a_confidential_address_takes_the_real_one_off_and_says_so_first(denise: Site) -> None:
    assert "This is then taken off, and kept nowhere: 12 Elm Street, Alder." in read(await denise.page(PAGE))
    await denise.send(PAGE, action="hide", etag=ETAG)
    (sent,) = denise.world.calls("PATCH", RECORD)
    assert sent.body == {"confidential_address": True, "contact_points": [*map(kept, (MOBILE, LANDLINE, EMAIL))]}


async def test_a_substitute_stays_and_cannot_become_a_real_address_while_that_is_confidential(denise: Site) -> None:
    box = point(HOME, "letter", "PO Box 1, Sacramento", substitute=True)
    denise.world.more[f"GET {RECORD}"] = on_record(*POINTS[:3], box, confidential_address=True)
    page = await denise.page(PAGE)
    assert "Substitute address of a program" in read(page)
    assert "Their real address is confidential. Only a substitute address is kept." in read(page)
    assert 'value="mark"' not in page
    await denise.send(PAGE, action="unhide", etag=ETAG)
    (sent,) = denise.world.calls("PATCH", RECORD)
    assert sent.body == {"confidential_address": False}


async def test_names_and_languages_are_changed(denise: Site) -> None:
    assert (await denise.send(PAGE, **NAMED)).status == 303
    (sent,) = denise.world.calls("PATCH", RECORD)
    assert sent.body == {
        "given_name": "Dee",
        "family_name": "Reyes",
        "preferred_name": "",
        "spoken_language": "es",
        "written_language": "en",
        "interpreter_needed": True,
    }


async def test_a_language_that_is_not_offered_stays_chosen(denise: Site) -> None:
    denise.world.more[f"GET {RECORD}"] = on_record(spoken_language="trq")
    assert '<option value="trq" selected>' in await denise.page(PAGE)


async def test_names_that_are_stale_are_shown_beside_what_was_typed(denise: Site) -> None:
    denise.world.refuse[f"PATCH {RECORD}"] = (412, {"code": "precondition_failed", "status": 412})
    answer = await denise.send(PAGE, **{**NAMED, "etag": '"6c"'})
    page = await answer.text()
    assert answer.status == 412
    assert "It now says: Denise R.; speaks English." in read(page)
    assert 'name="given_name" type="text" value="Dee"' in page
    assert 'name="etag" value="&#34;7c&#34;"' in page


async def test_a_number_typed_into_a_stale_page_stays_typed(denise: Site) -> None:
    denise.world.refuse[f"PATCH {RECORD}"] = (412, {"code": "precondition_failed", "status": 412})
    answer = await denise.send(PAGE, **ADDED, texts_asked="yes")
    page = await answer.text()
    assert answer.status == 412
    assert "Below is what is on record now." in page
    assert "What you typed is still there." in page
    assert 'value="916 555 0199"' in page
    assert 'name="texts_asked" value="yes" checked' in page


async def test_a_number_that_somebody_else_took_off_is_not_touched(denise: Site) -> None:
    answer = await denise.send(PAGE, action="off", way="cp_" + "9" * 32, etag=ETAG)
    assert answer.status == 412
    assert "Nothing was changed." in read(await answer.text())
    assert denise.world.calls("PATCH", RECORD) == []


@pytest.mark.parametrize(
    ("sent", "refusal", "said"),
    [
        (
            ADDED,
            {"status": 422, "code": "invalid", "errors": [{"pointer": "#/contact_points/4/value", "detail": "Enter a number."}]},
            'id="value-error">Enter a number.',
        ),
        (
            NAMED,
            {"status": 422, "code": "invalid", "errors": [{"pointer": "#/given_name", "detail": "Type a name."}]},
            'id="given_name-error">Type a name.',
        ),
        (NAMED, {"status": 403, "code": "forbidden"}, "You may read this, but not change it. Ask the family&#39;s worker."),
    ],
)
async def test_a_refusal_stands_at_its_field(denise: Site, sent: dict[str, str], refusal: dict[str, Any], said: str) -> None:
    denise.world.refuse[f"PATCH {RECORD}"] = (refusal["status"], refusal)
    answer = await denise.send(PAGE, **sent)
    assert answer.status == 422
    assert said in await answer.text()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({**ADDED, "value": " "}, "Type the number or address."),
        ({**ADDED, "kind": "pigeon"}, "Choose what it is."),
        ({**NAMED, "given_name": ""}, "Type a first name."),
    ],
)
async def test_what_is_missing_is_asked_for_here(denise: Site, sent: dict[str, str], said: str) -> None:
    answer = await denise.send(PAGE, **sent)
    assert answer.status == 422
    assert said in await answer.text()
    assert denise.world.calls("PATCH", RECORD) == []


async def test_no_number_is_on_another_page_in_a_title_or_an_address(denise: Site) -> None:
    pages = [await denise.page(path) for path in ("/", f"/families/{CASE}", f"/families/{CASE}/members/{MEMBER}")]
    assert not [page for page in pages if "555-0111" in page or "+19165550111" in page]
    page = await denise.page(PAGE)
    assert "<title>Numbers and addresses · Surround</title>" in page
    assert not [link for link in page.split('href="')[1:] if "5550111" in link.partition('"')[0]]


async def test_whoever_may_not_see_numbers_sees_none_and_changes_none(denise: Site) -> None:
    denise.world.more[f"GET {RECORD}"] = on_record(*(one | {"value": None} for one in POINTS), safe_words=None)
    async with denise.browser.get(PAGE) as answer:
        page = await answer.text()
        assert answer.status == 403
    assert "shown only to staff who may see phone numbers" in page
    assert (await denise.send(PAGE, **ADDED)).status == 403
    assert denise.world.calls("PATCH", RECORD) == []


async def test_somebody_of_another_family_has_no_such_page(denise: Site) -> None:
    other = "per_" + "9" * 32
    denise.world.more[f"GET /v1/people/{other}"] = on_record(id=other)
    path = f"/families/{CASE}/people/{other}/contacts"
    async with denise.browser.get(path) as answer:
        assert answer.status == 404
    assert (await denise.send(path, **ADDED)).status == 404
    assert not [one for one in denise.world.asked if other in one.path]
