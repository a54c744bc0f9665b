"""Texts about a promise: until an hour, or not on a day; and never a guess."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.notify.domain.consent import Meaning, Pending, Says, parse
from services.notify.domain.promise_texts import NotOn, begins_on, read_not_on, read_until, turns_on
from shared.events.entries import Answer
from shared.events.notify import SubjectKind
from shared.kernel.wall import resolve
from tests.notify.domain.test_entries import LA, a_promise, a_turn

SATURDAY_NIGHT = a_turn("2027-09-11T20:00", hours=12)
THURSDAY = resolve(datetime.fromisoformat("2027-09-09T16:40"), LA).instant


def at(wall: str) -> datetime:
    return resolve(datetime.fromisoformat(wall), LA).instant


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("only until 11 pm", "2027-09-11T23:00"),
        ("Only until 11", "2027-09-11T23:00"),
        ("yes but only until 11:30 p.m.", "2027-09-11T23:30"),
        ("Until 11PM only, thanks", "2027-09-11T23:00"),
        ("I can until 1", "2027-09-12T01:00"),
        ("till 1:15 am", "2027-09-12T01:15"),
        ("until midnight", "2027-09-12T00:00"),
        ("until 12 am", "2027-09-12T00:00"),
        ("solo hasta las 11", "2027-09-11T23:00"),
        ("Sí, pero solo hasta las 11 de la noche", "2027-09-11T23:00"),
        ("hasta la 1 de la madrugada", "2027-09-12T01:00"),
        ("puedo hasta las 6 de la mañana", "2027-09-12T06:00"),
        ("hasta medianoche por favor", "2027-09-12T00:00"),
        ("until 23:00", "2027-09-11T23:00"),
        ("until 8 am", "2027-09-12T08:00"),
    ],
)
def test_a_yes_until_an_hour_is_read_by_the_time_that_was_asked_for(text: str, until: str) -> None:
    assert read_until(text, SATURDAY_NIGHT, LA) == at(until)


@pytest.mark.parametrize(
    "text",
    [
        "until 10 am",
        "until 7 pm",
        "until 25",
        "until 13 pm",
        "only until Luis comes",
        "maybe until 11",
        "from 9 until 11",
        "until 11 or 12",
        "11 pm",
        "only",
        "",
    ],
)
def test_an_hour_that_does_not_fit_or_more_than_an_hour_is_for_a_person(text: str) -> None:
    assert read_until(text, SATURDAY_NIGHT, LA) is None


def test_an_hour_that_fits_twice_is_for_a_person() -> None:
    day = a_turn("2027-09-11T06:00", hours=24)
    assert read_until("until 9", day, LA) is None
    assert read_until("until 9 pm", day, LA) == at("2027-09-11T21:00")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("can't this Saturday", NotOn(weekday=5)),
        ("Sorry, I can’t make it on Saturday night", NotOn(weekday=5)),
        ("No puedo este sabado", NotOn(weekday=5)),
        ("No puedo este sábado / can't this Saturday", NotOn(weekday=5)),
        ("este sábado no puedo", NotOn(weekday=5)),
        ("el viernes no", NotOn(weekday=4)),
        ("ya no puedo el domingo", NotOn(weekday=6)),
        ("not tonight", NotOn(days_ahead=0)),
        ("esta noche no puedo", NotOn(days_ahead=0)),
        ("hoy no", NotOn(days_ahead=0)),
        ("I won't be able to come tomorrow", NotOn(days_ahead=1)),
        ("no puedo ir mañana por la mañana", NotOn(days_ahead=1)),
        ("cannot do wednesday", NotOn(weekday=2)),
    ],
)
def test_a_day_on_which_somebody_cannot_is_read(text: str, said: NotOn) -> None:
    assert read_not_on(text) == said
    assert parse(text, pending=Pending.PROMISE).says is Says.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "yes but not Thursday",
        "can't Saturday or Sunday",
        "can't next Saturday",
        "el proximo sabado no puedo",
        "can't",
        "Saturday",
        "Zoe is not well on Saturday",
        "I can Saturday",
        "can't Saturday but can Sunday",
        "Rick says no sabado",
        "no puedo creer lo de hoy",
    ],
)
def test_anything_more_or_less_than_a_day_is_for_a_person(text: str) -> None:
    assert read_not_on(text) is None


def test_this_saturday_is_the_next_turn_on_a_saturday() -> None:
    weekly = a_promise(*(a_turn(f"2027-09-{day}T20:00", hours=12) for day in (11, 18, 25)))
    [found] = turns_on(NotOn(weekday=5), [weekly], at=THURSDAY)
    assert found.turn == weekly.turns[0]
    assert turns_on(NotOn(weekday=6), [weekly], at=THURSDAY) == []
    assert turns_on(NotOn(days_ahead=0), [weekly], at=THURSDAY + timedelta(days=2)) == [found]


def test_two_turns_on_one_day_are_two() -> None:
    both = [a_promise(SATURDAY_NIGHT), a_promise(a_turn("2027-09-11T09:00", hours=1), commitment=UUID(int=9))]
    assert len(turns_on(NotOn(weekday=5), both, at=THURSDAY)) == 2


def test_a_meeting_on_that_day_makes_it_unclear() -> None:
    promise = a_promise(SATURDAY_NIGHT)
    meeting = replace(promise, subject_kind=SubjectKind.MEETING)
    assert begins_on(NotOn(weekday=5), [promise, meeting], at=THURSDAY) == [meeting]
    assert begins_on(NotOn(weekday=4), [meeting], at=THURSDAY) == []


@pytest.mark.parametrize("pending", [Pending.PROMISE, Pending.TURN])
@pytest.mark.parametrize("text", ["SI", "SÍ", "si!", "Si gracias", "1", "yes", "1.", "Claro que si"])
def test_a_yes_is_a_yes_however_it_is_typed(pending: Pending, text: str) -> None:
    assert parse(text, language="es", pending=pending) == Meaning(Says.ANSWER, Answer.ACCEPTED)


@pytest.mark.parametrize("text", ["SIMON", "3", "not sure", "tal vez", "si puedo pero no el jueves"])
@pytest.mark.parametrize("pending", [Pending.PROMISE, Pending.TURN])
def test_what_is_no_yes_and_no_no_covers_nobody(pending: Pending, text: str) -> None:
    assert parse(text, language="es", pending=pending).says is Says.UNCLEAR


def test_i_can_not_and_a_bare_no_are_told_apart_about_a_turn() -> None:
    assert parse("no puedo", language="es", pending=Pending.TURN) == Meaning(Says.ANSWER, Answer.DECLINED, cannot=True)
    assert parse("2", pending=Pending.TURN) == Meaning(Says.ANSWER, Answer.DECLINED)


@pytest.mark.parametrize("pending", list(Pending))
def test_no_more_messages_is_said_whatever_was_asked(pending: Pending) -> None:
    assert parse("ya no me manden mensajes", language="es", pending=pending).says is Says.OPT_OUT


def test_the_end_of_a_time_is_all_of_it() -> None:
    assert read_until("until 8 am", SATURDAY_NIGHT, LA) == SATURDAY_NIGHT.ends_at.astimezone(UTC)
