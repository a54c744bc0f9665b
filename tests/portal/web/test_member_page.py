"""The page behind a personal link: small, private, without scripts, and the same refusal for every bad link."""

import re

import pytest
import structlog

from services.portal.web.member_words import ENGLISH, SPANISH, Say, base_of
from tests.portal.conftest import Site
from tests.portal.standins import SECRET

PAGE = f"/m/{SECRET}"
LARGEST = 50 * 1024


async def text_of(site: Site, path: str = PAGE, status: int = 200) -> str:
    async with site.browser.get(path) as answer:
        assert answer.status == status
        return await answer.text()


def visible(page: str) -> str:
    """Return what a page says."""
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)).strip()


async def test_it_says_who_invites_when_where_and_asks(site: Site) -> None:
    page = visible(await text_of(site))
    for words in (
        "Family Team Calendar invites you to a meeting.",
        "Thursday, March 4",
        "10:00 AM to 11:30 AM (Pacific Time)",
        "Oak Room, 100 Main St",
        "Can you come?",
        "Yes",
        "No",
        "I am not sure",
        "Ask for another time",
        "Add to my calendar",
        "Call (209) 555-0101",
        "711",
        "This is not me",
    ):
        assert words in page


async def test_it_is_one_small_request_without_scripts(site: Site) -> None:
    page = await text_of(site)
    assert len(page.encode()) < LARGEST
    assert "<script" not in page
    assert not re.search(r"\son[a-z]+=", page)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert '<link rel="stylesheet"' not in page


async def test_it_is_never_kept_found_or_passed_on(site: Site) -> None:
    async with site.browser.get(PAGE) as answer:
        headers = answer.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"].startswith("noindex")
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers


async def test_the_title_is_neutral(site: Site) -> None:
    assert "<title>Your meeting</title>" in await text_of(site)


async def test_languages_come_first_in_their_own_words(site: Site) -> None:
    page = await text_of(site)
    assert page.index("Español") < page.index("<h1")
    assert 'lang="es" hreflang="es">Español</a>' in page
    spanish = await text_of(site, f"{PAGE}?lang=es")
    assert '<html lang="es">' in spanish
    assert 'lang="en" hreflang="en">English</a>' in spanish


async def test_nothing_english_is_left_on_the_spanish_page(site: Site) -> None:
    page = visible(await text_of(site, f"{PAGE}?lang=es"))
    assert "Jueves 4 de marzo" in page
    assert "hora del Pacífico" in page
    assert "¿Puede venir?" in page
    said_in_english = [words for words in ENGLISH.values() if len(words) > 4 and "$" not in words and words in page]
    assert said_in_english == []


async def test_the_language_of_messages_is_the_language_of_the_page(site: Site) -> None:
    site.world.link["language"] = "es-MX"
    assert '<html lang="es">' in await text_of(site)


async def test_looking_changes_nothing_however_often(site: Site) -> None:
    for _ in range(50):
        await text_of(site)
    for path in (f"{PAGE}/other-time", f"{PAGE}/not-me", f"{PAGE}/entry.ics"):
        async with site.browser.get(path) as answer:
            assert answer.status == 200
    assert {one.method for one in site.world.asked} == {"GET"}


async def test_an_answer_leads_back_to_the_page_which_says_it(site: Site) -> None:
    async with site.browser.post(f"{PAGE}/answer", data={"answer": "accepted"}, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, PAGE)
    page = visible(await text_of(site))
    assert "You said: Yes." in page
    assert "You can change your answer here until the meeting starts." in page
    for second in ("declined", "declined"):
        await site.browser.post(f"{PAGE}/answer?lang=es", data={"answer": second})
    assert "Usted dijo: No." in visible(await text_of(site, f"{PAGE}?lang=es"))
    assert [one.body for one in site.world.calls("POST", "/v1/links/current/answers")] == [
        {"answer": "accepted"},
        {"answer": "declined"},
        {"answer": "declined"},
    ]


async def test_an_answer_that_is_none_is_not_passed_on(site: Site) -> None:
    for said in ("delegated", "needs_action", "", "x"):
        await site.browser.post(f"{PAGE}/answer", data={"answer": said}, allow_redirects=False)
    assert not site.world.calls("POST", "/v1/links/current/answers")


async def test_another_time_needs_words_and_keeps_the_meeting(site: Site) -> None:
    async with site.browser.post(f"{PAGE}/other-time?lang=es", data={"words": " "}) as answer:
        assert answer.status == 422
        assert "Por favor escriba" in await answer.text()
    async with site.browser.post(f"{PAGE}/other-time?lang=es", data={"words": "martes"}) as answer:
        assert "Recibimos su mensaje" in await answer.text()
    assert site.world.calls("POST", "/v1/links/current/other-time")[0].body == {"words": "martes"}


async def test_the_language_can_be_remembered_for_messages(site: Site) -> None:
    page = await text_of(site, f"{PAGE}?lang=es")
    assert "Mándenme mensajes en español" in page
    await site.browser.post(f"{PAGE}/language?lang=es", data={"language": "es"})
    assert site.world.calls("POST", "/v1/links/current/language")[0].body == {"language": "es"}


async def test_this_is_not_me_shows_nothing_more(site: Site) -> None:
    async with site.browser.post(f"{PAGE}/not-me?lang=en") as answer:
        text = await answer.text()
    assert answer.url.path == "/m/thank-you"
    assert "Oak Room" not in text


async def test_a_cancelled_meeting_says_only_that(site: Site) -> None:
    site.world.link |= {"cancelled": True, "can_answer": False}
    page = visible(await text_of(site))
    assert "This meeting is cancelled." in page
    assert "Oak Room" not in page
    assert "March 4" not in page


async def test_every_bad_link_gets_the_same_page(site: Site) -> None:
    bodies = set()
    for token in ("a" * 26, "short", "b" * 200, "%00", "a.b.c", "x/../y", "ñ" * 20):
        for lang in ("", "?lang=es"):
            async with site.browser.get(f"/m/{token}{lang}") as answer:
                assert answer.status == 404
                headers = {n: v for n, v in answer.headers.items() if n.lower() not in {"x-request-id", "date"}}
                bodies.add((await answer.read(), tuple(sorted(headers.items()))))
    async with site.browser.post(f"/m/{'a' * 26}/answer", data={"answer": "accepted"}) as answer:
        bodies.add(
            (
                await answer.read(),
                tuple(sorted((n, v) for n, v in answer.headers.items() if n.lower() not in {"x-request-id", "date"})),
            )
        )
    assert len(bodies) == 1


async def test_the_secret_is_in_a_header_and_nowhere_else(site: Site) -> None:
    with structlog.testing.capture_logs() as logged:
        await text_of(site)
        await site.browser.post(f"{PAGE}/answer", data={"answer": "accepted"})
    assert SECRET not in repr(logged)
    for one in site.world.asked:
        assert one.headers["X-Link-Secret"] == SECRET
        assert SECRET not in one.path
        assert "Authorization" not in one.headers


async def test_the_calendar_entry_is_a_file(site: Site) -> None:
    async with site.browser.get(f"{PAGE}/entry.ics") as answer:
        assert answer.headers["Content-Type"].startswith("text/calendar")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="calendar.ics"'
        assert (await answer.read()).startswith(b"BEGIN:VCALENDAR")


async def test_while_notify_is_away_the_page_says_so_kindly(site: Site) -> None:
    site.world.refuse["GET /v1/links/current"] = (503, {"code": "unavailable", "status": 503})
    page = visible(await text_of(site, status=503))
    assert "Please try again" in page
    assert "Intente otra vez" in page


def test_both_languages_say_everything() -> None:
    assert set(ENGLISH) == set(SPANISH)
    for name, words in ENGLISH.items():
        assert set(re.findall(r"\$\w+", words)) == set(re.findall(r"\$\w+", SPANISH[name])), name


@pytest.mark.parametrize("words", [*ENGLISH.values(), *SPANISH.values()])
def test_no_word_would_harm_on_a_screen_that_others_see(words: str) -> None:
    said = set(re.findall(r"\w+", words.lower()))
    assert not said & {
        "cps",
        "cft",
        "abuse",
        "court",
        "dependency",
        "safety",
        "child",
        "case",
        "welfare",
        "seguridad",
        "corte",
        "niño",
    }


def test_english_reads_at_sixth_grade_or_below() -> None:
    sentences = [one for words in ENGLISH.values() for one in re.split(r"(?<=[.?!:])\s+", words.replace("$", "")) if one]
    words = [word for one in sentences for word in re.findall(r"[A-Za-z']+", one)]
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"(?<=[^l])e\b", "", word.lower())))) for word in words)
    grade = 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
    assert grade <= 6, grade


def test_spanish_reads_easily() -> None:
    # Fernández Huerta's scale: 80 to 90 is easy, the level of grade 5.
    sentences = [one for words in SPANISH.values() for one in re.split(r"(?<=[.?!:])\s+", words.replace("$", "")) if one]
    words = [word for one in sentences for word in re.findall(r"[^\W\d_]+", one)]
    syllables = sum(max(1, len(re.findall(r"[aeiouáéíóúü]+", word.lower()))) for word in words)
    score = 206.84 - 60 * syllables / len(words) - 1.02 * len(words) / len(sentences)
    assert score >= 70, score


@pytest.mark.parametrize(("tag", "language"), [("es-MX", "es"), ("ES", "es"), ("en", "en"), ("vi", "en"), ("", "en")])
def test_the_language_of_a_page(tag: str, language: str) -> None:
    assert base_of(tag) == language
    assert Say(tag).language == language


async def test_who_left_in_haste_and_goes_back_meets_a_closed_page_until_they_open_it(site: Site) -> None:
    async with site.browser.get("/m/leave", allow_redirects=False) as answer:
        assert answer.headers["Location"] == "https://www.weather.gov/"
        assert re.fullmatch(r"left=1; HttpOnly; Max-Age=1800; Path=/m; SameSite=Lax", answer.headers["Set-Cookie"])
    for path in (PAGE, f"{PAGE}/other-time", f"{PAGE}/not-me", f"{PAGE}?note=other-time"):
        page = visible(await text_of(site, path))
        assert "You left this page." in page
        assert "Thursday, March 4" not in page
        assert "Family Team Calendar" not in page
    async with site.browser.post(f"{PAGE}/open", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, PAGE)
    assert "Thursday, March 4" in visible(await text_of(site))


async def test_a_closed_page_of_a_link_that_ended_is_the_page_of_every_bad_link(site: Site) -> None:
    before = await text_of(site, "/m/" + "b" * 26, status=404)
    await site.browser.get("/m/leave", allow_redirects=False)
    assert await text_of(site, "/m/" + "b" * 26, status=404) == before
