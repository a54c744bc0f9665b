"""Minors by age band: what may go to them directly, when they enter another band, and who may pass on what is for them."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.network.domain.circle_errors import RelayIsMinor, RelayNotPossible
from services.network.domain.people import AgeBand, birthday, changed, check_relay, words_of
from shared.events.network import Channel
from shared.kernel.errors import Invalid
from tests.support.factories import NOW, TODAY, a_contact_point, a_person


@pytest.mark.parametrize(
    ("born_on", "band"),
    [
        (date(2017, 2, 23), "under_10"),
        (date(2017, 2, 22), "under_12"),
        (date(2015, 2, 23), "under_12"),
        (date(2015, 2, 22), "12_to_15"),
        (date(2011, 2, 23), "12_to_15"),
        (date(2011, 2, 22), "16_to_17"),
        (date(2009, 2, 23), "16_to_17"),
        (date(2009, 2, 22), "adult"),
        (None, "adult"),
    ],
)
def test_a_band_begins_on_the_birthday(born_on: date | None, band: str) -> None:
    assert a_person(born_on=born_on).age_band(TODAY).value == band


CHILD, PRETEEN, TEEN, YOUTH = date(2019, 1, 1), date(2016, 1, 1), date(2013, 1, 1), date(2010, 1, 1)
WANTS, APPROVED = {"wants_direct_messages": True}, {"direct_messages_approved": True}


@pytest.mark.parametrize(
    ("born_on", "said", "ok"),
    [
        (CHILD, WANTS | APPROVED, False),
        (PRETEEN, WANTS | APPROVED, False),
        (TEEN, {}, False),
        (TEEN, WANTS, False),
        (TEEN, APPROVED, False),
        (TEEN, WANTS | APPROVED, True),
        (YOUTH, {}, False),
        (YOUTH, APPROVED, False),
        (YOUTH, WANTS, True),
        (None, {}, True),
    ],
)
def test_what_goes_to_a_minor_directly_depends_on_age_wish_and_approval(
    born_on: date | None, said: dict[str, Any], ok: bool
) -> None:
    assert a_person(born_on=born_on, **said).direct_messages_ok(TODAY) is ok


def test_one_born_on_a_leap_day_enters_a_band_in_march() -> None:
    assert (birthday(date(2012, 2, 29), 10), birthday(date(2012, 2, 29), 16)) == (date(2022, 3, 1), date(2028, 2, 29))


@pytest.mark.parametrize("born_on", [date(2012, 2, 29), date(2013, 12, 31), date(2014, 1, 1)])
def test_the_band_changes_on_the_days_that_are_foretold_and_on_no_other(born_on: date) -> None:
    person = a_person(born_on=born_on)
    days = [born_on + timedelta(days=n) for n in range(1, 19 * 366)]
    entered = [day for day in days if person.age_band(day) is not person.age_band(day - timedelta(days=1))]
    assert tuple(entered) == person.band_days


def test_others_are_told_the_band_and_what_may_go_to_whom() -> None:
    relay = a_person()
    fact = changed(a_person(born_on=CHILD, relay_person_id=relay.id, urgent_at_night=True), today=TODAY, at=NOW)
    assert (fact.age_band, fact.is_minor, fact.direct_messages_ok) == ("under_10", True, False)
    assert (fact.relay_person_id, fact.urgent_at_night) == (relay.id, True)
    assert fact.age_band in {each.value for each in AgeBand}


def test_a_channel_that_is_not_safe_is_told_to_nobody_who_sends() -> None:
    phone, mail = a_contact_point(), a_contact_point(channel=Channel.EMAIL, value="carmen@example.org")
    person = a_person(phone, mail, safe_channels=frozenset({Channel.SMS}))
    assert [each.contact_point_id for each in changed(person, today=TODAY, at=NOW).contact_points] == [phone.id]
    assert list(words_of(person).addresses) == [str(phone.id)]


def test_nobody_is_their_own_relay() -> None:
    person = a_person()
    with pytest.raises(Invalid) as refused:
        check_relay(person.id, person, are_apart=False, today=TODAY)
    assert [(f.code, f.pointer) for f in refused.value.faults] == [("duplicate", "#/relay_person_id")]


def test_who_is_kept_apart_passes_nothing_on() -> None:
    with pytest.raises(RelayNotPossible):
        check_relay(a_person().id, a_person(), are_apart=True, today=TODAY)


def test_a_minor_passes_nothing_on() -> None:
    with pytest.raises(RelayIsMinor):
        check_relay(a_person().id, a_person(born_on=YOUTH), are_apart=False, today=TODAY)
