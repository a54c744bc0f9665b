"""Two people change the same thing in network at once: notify believes whoever had it last, whoever began first."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast
from uuid import uuid4

import pytest

from services.network.domain.cases import Case
from services.network.domain.commitments import AnswerSource
from services.network.domain.people import Person
from services.network.domain.separation import pair
from services.network.storage import cases, commitments, people, plans
from services.network.use_cases.answer_commitment import answer_commitment
from services.network.use_cases.change_person import change_person
from services.network.use_cases.commands import ChangePerson, ContactPointWish, OpenCase, ProfileChanges
from services.network.use_cases.open_case import open_case
from services.network.use_cases.plan_commands import GiveAnswer, Said
from services.network.use_cases.reassign_case import reassign_case
from services.network.use_cases.register_person import register_person
from services.network.use_cases.release_commands import WantedAccess
from services.network.use_cases.settle_relay import part_from_relay
from services.notify.app import LISTENERS
from services.notify.domain.points import KeptPoint, merged
from services.notify.storage import case_access, contacts
from shared.db.unit import Unit
from shared.events.network import Channel, Consent, ContactPoint, PersonChanged
from shared.kernel.access import CaseAccess, Role
from shared.kernel.wall import local_date, resolve
from tests.network.use_cases.promised import Promised, a_network_county, times
from tests.notify.office import WRAPPING_KEY, ZONE, Office
from tests.support.databases import DatabaseOf
from tests.support.factories import TODAY, a_caller, a_registration, a_wish
from tests.support.network_told import SUE, NetworkTold, Work

NOW = datetime(2027, 9, 1, 16, tzinfo=UTC)


@pytest.fixture
async def network(office: Office, fresh_database_of: DatabaseOf) -> AsyncIterator[NetworkTold]:
    """network, in the office's county."""
    told = NetworkTold(fresh_database_of("network"), office.county.id, wrapping_key=WRAPPING_KEY)
    yield told
    await told.engine.dispose()


async def registered(network: NetworkTold, *wishes: ContactPointWish, **profile: Any) -> Person:
    """Somebody of the county."""
    async with network.units.open(network.county_id, SUE) as unit:
        return await register_person(unit, a_registration(*wishes, **profile), caller=a_caller(), today=TODAY, now=unit.now)


def changing(person: Person, **profile: Any) -> Work:
    """A worker's change of somebody."""

    async def work(unit: Unit) -> None:
        held = await people.get_for_update(unit, person.id)
        change = ChangePerson(profile=cast(ProfileChanges, profile), contact_points=None)
        await change_person(unit, held, change, caller=a_caller(), today=TODAY, now=unit.now)

    return work


async def test_who_was_set_apart_is_no_relay_though_a_colleague_changed_the_person_meanwhile(
    office: Office, network: NetworkTold
) -> None:
    relay = await registered(network, a_wish(value="(916) 555-0199"))
    carmen = await registered(network, a_wish(), relay_person_id=relay.id)
    first, second = pair(carmen.id, relay.id)
    await network.overlap(
        begun_first=lambda unit: part_from_relay(unit, first, second, today=TODAY, now=unit.now),
        done_first=changing(carmen, voicemail_ok=True),
    )
    await network.tell(office.units, LISTENERS)
    async with office.unit() as unit:
        contact = await contacts.find(unit, carmen.id)
    assert contact is not None
    assert (contact.relay_person_id, contact.voicemail_ok) == (None, True)


def handing_to(case: Case, staff_id: str) -> Work:
    """The supervisor's word who holds a family."""

    async def work(unit: Unit) -> None:
        held = await cases.get_for_update(unit, case.id)
        wanted = WantedAccess(access=CaseAccess(unit="north", assigned=frozenset({staff_id})))
        await reassign_case(unit, held, wanted, caller=a_caller("sue", Role.SUPERVISOR), now=unit.now)

    return work


async def test_calls_are_shown_to_whom_the_family_was_given_last(office: Office, network: NetworkTold) -> None:
    async with network.units.open(network.county_id, SUE) as unit:
        order = OpenCase(title="The L. family", time_zone=None, unit="north", assigned=frozenset({"amy"}), external_id=None)
        case = await open_case(unit, order, caller=a_caller(), county_zone=ZONE, now=unit.now)
    await network.overlap(begun_first=handing_to(case, "bo"), done_first=handing_to(case, "cy"))
    await network.tell(office.units, LISTENERS)
    async with office.unit() as unit:
        held = await case_access.list_by_case(unit, {case.id})
    assert held[case.id].assigned == {"bo"}


@pytest.fixture
async def night(network: NetworkTold) -> Promised:
    """A plan with a night each week, for which Kim has promised to be there."""
    family = Promised(network.units, a_network_county(network.county_id), datetime.now(UTC))
    await family.begin(kim={})
    today = local_date(family.now, ZONE)
    weekly = times(f"{today + timedelta(days=3)} 20:00", f"{today + timedelta(days=4)} 08:00", "FREQ=WEEKLY")
    await family.plan(weekly, starts_on=today, ends_on=today + timedelta(days=30))
    await family.promise("kim", weekly)
    await family.activate()
    return family


def saying(night: Promised, said: Said, **facts: Any) -> Work:
    """A worker records what Kim says of her promise."""

    async def work(unit: Unit) -> None:
        case = await cases.get_for_update(unit, night.case_id)
        plan = await plans.get_for_update(unit, night.this_plan)
        commitment = await commitments.get(unit, night.commitments["kim"])
        answer = GiveAnswer(said=said, source=AnswerSource.RECORDED, witness="omar", **facts)
        await answer_commitment(unit, plan, case, commitment, answer, night.county)

    return work


async def test_whose_promise_rests_is_not_reminded_though_another_word_of_theirs_was_just_being_taken(
    office: Office, network: NetworkTold, night: Promised
) -> None:
    async with network.units.open(network.county_id, SUE) as unit:
        kim = await commitments.get(unit, night.commitments["kim"])
    next_night = resolve(kim.promise.pattern.starts_local, ZONE).instant
    await network.overlap(
        begun_first=saying(night, Said.PAUSED), done_first=saying(night, Said.TURN_EXCUSED, turn_starts_at=next_night)
    )
    await network.tell(office.units, LISTENERS)
    [entry] = await office.rows("SELECT standing FROM entries WHERE county_id = :county")
    assert entry.standing == "paused"
    reminders = await office.rows(
        "SELECT 1 FROM messages WHERE county_id = :county AND turn_starts_at IS NOT NULL AND state = 'pending'"
    )
    assert reminders == []


# What a person said to us, and what network says of it


KEPT = KeptPoint(
    id=uuid4(),
    person_id=uuid4(),
    channel=Channel.SMS,
    consent=Consent.GRANTED,
    consent_at=NOW,
    said_here=True,
    preferred=True,
    lookup="a-lookup",
)


def told_of(kept: KeptPoint, consent: Consent, *, at: datetime) -> KeptPoint:
    """What is kept after network told of a number; the work on it began then."""
    told = ContactPoint(contact_point_id=kept.id, channel=kept.channel, consent=consent, preferred=True, lookup=kept.lookup)
    facts = PersonChanged(
        person_id=kept.person_id,
        time_zone=ZONE,
        spoken_language="en",
        written_language="en",
        interpreter_needed=False,
        is_minor=False,
        contact_points=(told,),
        quiet_from=time(21),
        quiet_until=time(8),
        voicemail_ok=False,
        staff_id=None,
        at=at,
    )
    return merged(kept, told, facts)


def test_a_word_given_to_us_outweighs_what_network_began_to_tell_before_it() -> None:
    assert told_of(KEPT, Consent.INVALID_NUMBER, at=NOW - timedelta(seconds=1)) == KEPT
    later = told_of(KEPT, Consent.REVOKED, at=NOW + timedelta(seconds=1))
    assert (later.consent, later.said_here) == (Consent.REVOKED, False)


def test_of_two_words_of_network_the_later_one_stands_whenever_the_work_on_it_began() -> None:
    by_network = replace(KEPT, said_here=False)
    assert told_of(by_network, Consent.REVOKED, at=NOW - timedelta(seconds=1)).consent is Consent.REVOKED


def test_a_word_that_network_repeats_is_still_the_one_given_to_us() -> None:
    assert told_of(KEPT, Consent.GRANTED, at=NOW + timedelta(days=1)) == KEPT
