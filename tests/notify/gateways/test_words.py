"""The words: neutral, short, in the person's own language."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.notify.domain.errors import TranslationMissing
from services.notify.domain.messages import ENTRY_KINDS, OF_PROMISES, OF_TURNS, REMINDERS, Kind
from services.notify.domain.segments import Encoding, count
from services.notify.gateways.words import ANSWERABLE, WORDING, Facts, languages, render, render_entry
from shared.kernel.wall import resolve

LA = "America/Los_Angeles"
THURSDAY = resolve(datetime.fromisoformat("2027-03-18T17:00"), LA).instant
FACTS = Facts(
    programme="Family Team Calendar",
    call_number="(707) 555-0100",
    starts_at=THURSDAY,
    ends_at=THURSDAY + timedelta(hours=1),
    time_zone=LA,
    answer="accepted",
)
LINK = "https://calendar.alder.example.org/m/abcdefghijklmnopqrstuvwxyz"
FULL = replace(
    FACTS,
    place="Community room",
    address="12 Main St",
    join_url="https://video.example.org/a?b=1&c=2",
    dial_in="555-0199, code 12",
    link=LINK,
    greeting_name="Carmen",
    person_zone="America/Phoenix",
)
KINDS = list(Kind)
MAIL_KINDS = sorted(ENTRY_KINDS | REMINDERS)
FORBIDDEN = re.compile(
    r"child welfare|\bcps\b|\bcft\b|safety plan|\babuse|\bcourt\b|\bcase\b|\bagency\b|social worker|foster|removal"
    r"|custody|dependency"
    r"|bienestar infantil|maltrato|abuso|\bcorte\b|tribunal|plan de seguridad|\bcaso\b|agencia|trabajadora? social|custodia",
    re.IGNORECASE,
)


def test_a_spanish_text_for_carmen_is_what_the_vignette_says() -> None:
    facts = replace(FACTS, programme="Calendario Familiar")
    assert (
        render(Kind.DOUBLE_OPT_IN, "es-MX", facts).sms == "Calendario Familiar: responda SI para recibir avisos. ALTO para parar."
    )
    assert render(Kind.REMINDER_2D, "es-MX", facts).sms == (
        "Calendario Familiar: aviso, reunion jueves 18 mar, 5:00 PM. Responda 1 si viene, 2 si no puede, 3 si no sabe."
    )


def test_an_english_subject_is_weekday_date_and_time() -> None:
    assert render(Kind.INVITATION, "en-US", FACTS).subject == "Meeting Thu Mar 18, 5:00 PM"


def every_day_of_a_year() -> list[datetime]:
    return [resolve(datetime(2027, 1, 1, 10 + n % 12, 45) + timedelta(days=n), LA).instant for n in range(365)]  # noqa: DTZ001


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("language", "most"), [("en", 1), ("es", 2)])
def test_texts_stay_within_their_segments_on_every_day_with_and_without_a_link(kind: Kind, language: str, most: int) -> None:
    for starts_at in every_day_of_a_year():
        for facts in (FACTS, replace(FACTS, link=LINK), replace(FACTS, link=LINK, person_zone="America/Phoenix")):
            sms = render(kind, language, replace(facts, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))).sms
            cost = count(sms)
            assert sms
            assert cost.encoding is Encoding.GSM7
            assert cost.count <= most, (sms, cost)


@pytest.mark.parametrize("answer", ["accepted", "declined", "tentative"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_confirmation_repeats_the_time_and_the_answer(answer: str, language: str) -> None:
    sms = render(Kind.ANSWER_CONFIRMATION, language, replace(FACTS, answer=answer)).sms
    assert "18" in sms
    assert "5:00 PM" in sms


def test_the_link_is_there_when_it_fits_and_left_out_when_not() -> None:
    assert render(Kind.INVITATION, "en", replace(FACTS, link=LINK)).sms.endswith(LINK)
    far = render(Kind.INVITATION, "en", replace(FACTS, link=LINK, programme="The Long Name of a Family Team Calendar")).sms
    assert LINK not in far
    assert "Reply 1 yes" in far


@pytest.mark.parametrize("path", sorted(WORDING.glob("*/*.jinja")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_template_betrays_a_family(path: Path) -> None:
    assert not FORBIDDEN.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_rendered_word_betrays_a_family(kind: Kind, language: str) -> None:
    words = render(kind, language, FULL)
    entry = render_entry(language, FULL)
    everything = "\n".join([words.subject, words.text, words.html, words.sms, words.script, entry.summary, entry.description])
    assert not FORBIDDEN.search(everything)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_exists_in_every_language_and_in_the_forms_it_needs(kind: Kind, language: str) -> None:
    words = render(kind, language, FULL)
    needs_mail = kind in ENTRY_KINDS | REMINDERS | {Kind.STAFF_ALERT}
    assert bool(words.subject) == bool(words.text) == bool(words.html) == needs_mail
    assert bool(words.script) == (needs_mail and kind not in {Kind.STAFF_ALERT})
    assert words.sms


@pytest.mark.parametrize("language", ["vi", "hmn", "", "xx", "../en"])
def test_a_missing_language_is_said_and_never_english_instead(language: str) -> None:
    with pytest.raises(TranslationMissing):
        render(Kind.INVITATION, language, FACTS)


@pytest.mark.parametrize("kind", MAIL_KINDS)
@pytest.mark.parametrize(
    ("language", "zone", "own"), [("en", "Pacific Daylight Time", "your time"), ("es", "hora de verano del Pacífico", "su hora")]
)
def test_a_mail_names_date_time_zone_and_number(kind: Kind, language: str, zone: str, own: str) -> None:
    words = render(kind, language, FULL)
    for part in ("18", "2027", "5:00 PM", "6:00 PM", zone, "(707) 555-0100", "Carmen"):
        assert part in words.text
    assert own not in words.text.lower()


def test_who_lives_in_another_zone_sees_both_times_when_clocks_differ() -> None:
    winter = resolve(datetime.fromisoformat("2027-03-08T10:00"), LA).instant
    facts = replace(FACTS, starts_at=winter, ends_at=winter + timedelta(hours=1), person_zone="America/Phoenix")
    words = render(Kind.INVITATION, "en", facts)
    assert "In your time: Mon Mar 8, 11:00 AM (Mountain Standard Time)" in words.text
    assert "10:00 AM (11:00 AM your time)" in words.sms
    assert "your time" not in render(Kind.INVITATION, "en", FULL).text


def test_the_html_says_what_the_text_says_and_links_only_given_urls() -> None:
    words = render(Kind.INVITATION, "en", FULL)
    stripped = re.sub(r"<title>.*?</title>|<[^>]+>", "", words.html).replace("&amp;", "&").replace("&#x27;", "'")
    assert " ".join(words.text.split()) in " ".join(stripped.split())
    assert words.html.count("<a href=") == 2
    assert 'lang="en"' in words.html


def test_given_words_cannot_become_markup_paragraphs_or_links() -> None:
    nasty = replace(
        FULL, place="<script>x</script>\n\nCall 555-0666", address="a\u2028b", join_url="javascript:alert(1)", greeting_name="<b>"
    )
    words = render(Kind.INVITATION, "en", nasty)
    assert "<script>" not in words.html
    assert "Where: <script>x</script> Call 555-0666, a b" in words.text
    assert "javascript" not in words.html


def test_one_o_clock_is_singular_in_spanish() -> None:
    one = resolve(datetime.fromisoformat("2027-03-18T13:00"), LA).instant
    assert "a la 1:00 PM" in render(Kind.INVITATION, "es", replace(FACTS, starts_at=one)).script


SATURDAY = resolve(datetime.fromisoformat("2027-09-11T20:00"), LA).instant
NIGHT = replace(FACTS, starts_at=SATURDAY, ends_at=SATURDAY + timedelta(hours=12), is_promise=True)
OF_A_PROMISE = sorted(OF_PROMISES | OF_TURNS | {Kind.PROMISE_ANSWER, Kind.PROMISE_OLD_TIME, Kind.WHICH_TIME, Kind.STAFF_ALERT})
UNDERSTOOD = (
    "accepted", "partial", "declined", "withdrawn", "turn_excused", "kept", "help", "ready", "already_covered", "too_late",
    "not_possible", "asked", "changed",
)  # fmt: skip


def test_a_backup_is_asked_as_the_vignette_says() -> None:
    assert render(Kind.BACKUP_ASK, "en", NIGHT).sms == (
        "Family Team Calendar: can you help Sat Sep 11, 8:00 PM to Sun Sep 12, 8:00 AM? Reply 1 yes, 2 no."
    )
    assert render(Kind.BACKUP_ASK, "es", replace(NIGHT, programme="Calendario Familiar")).sms == (
        "Calendario Familiar: ¿puede ayudar el sabado 11 sept, 8:00 PM a domingo 12 sept, 8:00 AM? Responda 1 si, 2 no."
    )
    assert render(Kind.BACKUP_COVERED, "en", NIGHT).sms.endswith("is already covered, thank you.")


@pytest.mark.parametrize(
    ("written_at", "soon"),
    [("2027-09-11T18:00", "today at 8:00 PM"), ("2027-09-10T20:30", "tomorrow at 8:00 PM"), ("2027-09-12T08:00", "on Sat Sep 11")],
)
def test_a_turn_is_today_tomorrow_or_on_its_day(written_at: str, soon: str) -> None:
    written = resolve(datetime.fromisoformat(written_at), LA).instant
    assert soon in render(Kind.TURN_REMINDER, "en", replace(NIGHT, written_at=written)).sms


def test_a_reminder_says_what_the_field_asks_for() -> None:
    soon = replace(FACTS, written_at=THURSDAY - timedelta(hours=2), is_promise=True)
    assert render(Kind.TURN_REMINDER, "en", soon).sms == (
        "Family Team Calendar: you have something on your plan today at 5:00 PM. Reply 1 if OK, 2 if you need help."
    )
    assert "todo bien, 2 necesito ayuda" in render(Kind.CHECK_IN, "es", soon).sms


@pytest.mark.parametrize("kind", OF_A_PROMISE)
@pytest.mark.parametrize(("language", "most"), [("en", 1), ("es", 2)])
def test_texts_about_nights_and_many_times_stay_within_their_segments(kind: Kind, language: str, most: int) -> None:
    for starts_at in every_day_of_a_year():
        for answer in UNDERSTOOD:
            late = starts_at.replace(hour=5, minute=45)
            facts = replace(NIGHT, starts_at=late, ends_at=late + timedelta(hours=12), answer=answer, more=30, written_at=late)
            cost = count(render(kind, language, facts).sms)
            assert (cost.encoding, cost.count <= most) == (Encoding.GSM7, True), render(kind, language, facts).sms


@pytest.mark.parametrize(("language", "rests"), [("en", "rests for now"), ("es", "descansa por ahora")])
def test_a_promise_that_rests_names_no_next_time(language: str, rests: str) -> None:
    words = render(Kind.PROMISE_CHANGED, language, replace(NIGHT, rests=True))
    for form in (words.sms, words.text, words.script, words.subject):
        assert rests in form
        assert "8:00" not in form
    assert count(words.sms).count == 1


@pytest.mark.parametrize("kind", OF_A_PROMISE)
@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_about_a_promise_says_what_it_is_or_where(kind: Kind, language: str) -> None:
    words = render(kind, language, replace(FULL, is_promise=True, more=3, answer="asked"))
    everything = "\n".join([words.subject, words.text, words.html, words.sms, words.script])
    assert not FORBIDDEN.search(everything)
    for secret in ("Community room", "12 Main St", "video.example.org", "555-0199"):
        assert secret not in everything


def test_an_entry_says_no_more_than_it_must() -> None:
    entry = render_entry("es", FACTS)
    assert (entry.summary, entry.location, entry.calendar) == ("Reunión", "", "Calendario")
    assert render_entry("en", FULL).location == "Community room, 12 Main St"


def test_cancellations_give_no_place_and_ask_no_answer() -> None:
    for kind in (Kind.CANCELLED, Kind.REMOVED):
        words = render(kind, "en", FULL)
        assert "Community room" not in words.text + words.script
        assert LINK not in words.text + words.sms
    assert not {Kind.CANCELLED, Kind.REMOVED} & ANSWERABLE


def grade(text: str) -> float:
    """The Flesch-Kincaid grade, with syllables counted as runs of vowels."""
    sentences = max(1, len(re.findall(r"[.?!](?:\s|$)", text)))
    spoken = re.findall(r"[A-Za-z']+", text)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in spoken)
    return 0.39 * len(spoken) / sentences + 11.8 * syllables / len(spoken) - 15.59


@pytest.mark.parametrize("kind", MAIL_KINDS)
def test_english_reads_at_grade_six_or_below(kind: Kind) -> None:
    paragraphs = render(kind, "en", FACTS).text.split("\n\n")
    sentences = [p for p in paragraphs if p.endswith((".", "?")) and "555" not in p]
    assert grade(" ".join(sentences)) <= 6


def test_utc_is_a_zone_too() -> None:
    words = render(Kind.INVITATION, "en", replace(FACTS, starts_at=datetime(2027, 1, 1, 9, tzinfo=UTC), time_zone="UTC"))
    assert "Coordinated Universal Time" in words.text
