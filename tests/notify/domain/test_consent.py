"""What people type back, in English and Spanish."""

import pytest

from services.notify.domain.consent import Meaning, Pending, Says, normalise, parse
from shared.events.entries import Answer

STOPS = [
    "STOP",
    "stop",
    "Stop.",
    "STOP!!",
    " stop ",
    "STOPALL",
    "Stop please",
    "please stop texting me",
    "stop it now",
    "QUIT",
    "End",
    "REVOKE",
    "OPT OUT",
    "opt-out",
    "optout",
    "cancel",
    "CANCEL",
    "Unsubscribe",
    "unsubscribe me please",
    "no more texts",
    "No more messages please",
    "leave me alone",
    "Please don't text me",
    "do not contact me",
    "Don’t send me any more messages",
    "I don't want these messages",
    "take me off this list",
    "Remove me",
    "Stop, thank you",
    "ALTO",
    "alto",
    "Alto por favor",
    "PARAR",
    "pare",
    "basta",
    "No más",
    "no mas mensajes",
    "ya no",
    "Cancelar",
    "ya no me manden mensajes",
    "Ya no me manden mensajes por favor",
    "por favor no me envíen más textos",
    "no quiero recibir mensajes",
    "No quiero más mensajes",
    "dejen de escribirme",
    "dejen de mandar mensajes",
    "denme de baja",
    "quiero darme de baja",
    "no me molesten",
    "no manden mas mensajes",
]

NOT_STOPS = [
    "I will stop by at 3",
    "the bus stop is far",
    "Where does the meeting end?",
    "ya no puedo",
    "No puedo este sabado",
    "no",
    "No puedo este sabado / can't this Saturday",
    "cancel the meeting on Thursday",
    "para el jueves",
    "please don't send the car",
    "SIMON",
    "stopwatch",
    "weekend",
    "I don't want to miss it",
]


@pytest.mark.parametrize("text", STOPS)
@pytest.mark.parametrize("pending", Pending)
def test_stop_in_any_reasonable_words_is_an_opt_out_whatever_was_asked(text: str, pending: Pending) -> None:
    assert parse(text, language="es-MX", pending=pending).says is Says.OPT_OUT
    assert parse(text, language="en", pending=pending).says is Says.OPT_OUT


@pytest.mark.parametrize("text", NOT_STOPS)
def test_words_that_only_look_like_stop_are_not(text: str) -> None:
    assert parse(text, language="en", pending=Pending.MEETING).says is not Says.OPT_OUT


def test_para_alone_stops_only_a_spanish_number() -> None:
    assert parse("Para", language="es").says is Says.OPT_OUT
    assert parse("para", language="en").says is Says.UNCLEAR


def test_cancel_is_an_opt_out_that_staff_hear_of_and_never_an_answer() -> None:
    assert parse("cancel", pending=Pending.MEETING) == Meaning(Says.OPT_OUT, may_mean_meeting=True)
    assert parse("STOP", pending=Pending.MEETING) == Meaning(Says.OPT_OUT)


@pytest.mark.parametrize(
    "text",
    ["SI", "si", "SÍ", "Sí", "si!", "Si gracias", "Sí, muchas gracias", "sí, claro", "Está bien", "S\u200bI", "YES", "1", "ok"],
)
def test_a_plain_yes_opts_in_when_that_was_asked(text: str) -> None:
    assert parse(text, language="es", pending=Pending.OPT_IN).says is Says.OPT_IN


@pytest.mark.parametrize("text", ["SIMON", "sin", "siempre", "si pero el jueves no", "yes but who is this", "11", ""])
def test_what_only_begins_like_yes_does_not(text: str) -> None:
    assert parse(text, language="es", pending=Pending.OPT_IN).says is Says.UNCLEAR


def test_no_to_the_opt_in_question_is_an_opt_out() -> None:
    assert parse("No gracias", language="es", pending=Pending.OPT_IN).says is Says.OPT_OUT


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1", Answer.ACCEPTED),
        ("1.", Answer.ACCEPTED),
        (" 1 gracias", Answer.ACCEPTED),
        ("Yes", Answer.ACCEPTED),
        ("yes please", Answer.ACCEPTED),
        ("SÍ", Answer.ACCEPTED),
        ("si señorita", Answer.ACCEPTED),
        ("Si voy", Answer.ACCEPTED),
        ("I'll be there", Answer.ACCEPTED),
        ("ahí estaré", Answer.ACCEPTED),
        ("2", Answer.DECLINED),
        ("NO", Answer.DECLINED),
        ("No, gracias", Answer.DECLINED),
        ("I can't come", Answer.DECLINED),
        ("no puedo ir", Answer.DECLINED),
        ("ya no puedo", Answer.DECLINED),
        ("3", Answer.TENTATIVE),
        ("not sure", Answer.TENTATIVE),
        ("no sé", Answer.TENTATIVE),
    ],
)
def test_an_answer_is_read_when_a_meeting_was_asked_about(text: str, answer: Answer) -> None:
    assert parse(text, language="es", pending=Pending.MEETING) == Meaning(Says.ANSWER, answer)


@pytest.mark.parametrize(
    "text", ["1 2", "12", "yes but I will be late", "no hay bus, si puedo", "Who?", "👍", "yes no", "1 pero tarde"]
)
def test_anything_less_plain_is_for_a_person_to_read(text: str) -> None:
    assert parse(text, language="es", pending=Pending.MEETING).says is Says.UNCLEAR


def test_an_answer_to_no_question_is_unclear() -> None:
    assert parse("1").says is Says.UNCLEAR


@pytest.mark.parametrize("text", ["HELP", "help!", "Ayuda", "AYUDA por favor", "info", "?"])
def test_help_is_help(text: str) -> None:
    assert parse(text, pending=Pending.MEETING).says is Says.HELP


@pytest.mark.parametrize("text", ["START", "unstop", "Empezar", "alta"])
def test_start_opts_in_again(text: str) -> None:
    assert parse(text).says is Says.OPT_IN


@pytest.mark.parametrize("text", ["\x00", "   ", "🙂" * 600, "a" * 100_000, "ไม่", "\ud800"])
def test_odd_texts_are_unclear_and_harmless(text: str) -> None:
    assert parse(text, pending=Pending.MEETING).says is Says.UNCLEAR


def test_words_alone_are_left() -> None:
    assert normalise("  ¡SÍ,   señora!  ") == "si senora"
