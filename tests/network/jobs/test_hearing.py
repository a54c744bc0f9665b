"""What network does when notify says that a person allowed or refused messages, or that a number does not work."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.network.app import LISTENERS
from services.network.domain.people import ContactPoint, Person
from services.network.storage import people
from services.network.use_cases.register_person import register_person
from shared.bus.consumer import Handlers
from shared.db.unit import Actor, Units
from shared.events import catalogue
from shared.events.envelope import Envelope
from shared.events.network import Channel, Consent
from shared.events.notify import ConsentChanged, ContactLost
from tests.network.conftest import BehindTheWall, OpenUnit
from tests.support.factories import TODAY, a_caller, a_registration, a_wish

LATER = timedelta(seconds=5)


@pytest.fixture
async def carmen(open_unit: OpenUnit) -> Person:
    """A person who allowed texts."""
    async with open_unit() as unit:
        return await register_person(unit, a_registration(a_wish()), caller=a_caller(), today=TODAY, now=unit.now)


async def hear(units: Units, county_id: UUID, *bodies: object) -> None:
    """Apply facts as the consumer does."""
    handlers = Handlers("notify", LISTENERS)
    for position, body in enumerate(bodies, start=1):
        async with units.open(county_id, Actor("service", "network")) as unit:
            envelope = Envelope(
                id=uuid4(),
                producer="notify",
                type=catalogue.type_of(body).name,
                subject=uuid4(),
                time=unit.now,
                county_id=county_id,
                position=position,
                data=catalogue.to_plain(body),
            )
            await handlers.apply(unit, envelope, body)


def said(person: Person, consent: Consent, at: datetime) -> ConsentChanged:
    """What notify announces after a text."""
    return ConsentChanged(
        person_id=person.id,
        contact_point_id=person.contact_points[0].id,
        channel=Channel.SMS,
        consent=consent,
        source="stop",
        at=at,
    )


async def point_of(open_unit: OpenUnit, person: Person) -> tuple[ContactPoint, int]:
    async with open_unit() as unit:
        now = await people.get(unit, person.id)
    return now.contact_points[0], now.version


async def test_a_stop_is_kept_and_not_echoed(
    open_unit: OpenUnit, units: Units, county_id: UUID, carmen: Person, behind_the_wall: BehindTheWall
) -> None:
    await hear(units, county_id, said(carmen, Consent.REVOKED, carmen.updated_at + LATER))
    point, version = await point_of(open_unit, carmen)
    assert (point.consent, point.consent_source, version) == (Consent.REVOKED, "stop", 2)
    assert behind_the_wall.types() == ["person_registered"]
    assert behind_the_wall.audit()[-1] == ("person.consent_changed", "person", carmen.id)


async def test_the_later_word_stands_in_whatever_order_they_come(
    open_unit: OpenUnit, units: Units, county_id: UUID, carmen: Person
) -> None:
    start = said(carmen, Consent.GRANTED, carmen.updated_at + 2 * LATER)
    stop = said(carmen, Consent.REVOKED, carmen.updated_at + 3 * LATER)
    await hear(units, county_id, stop, start)
    assert (await point_of(open_unit, carmen))[0].consent is Consent.REVOKED


async def test_hearing_it_twice_changes_nothing(
    open_unit: OpenUnit, units: Units, county_id: UUID, carmen: Person, behind_the_wall: BehindTheWall
) -> None:
    stop = said(carmen, Consent.REVOKED, carmen.updated_at + LATER)
    await hear(units, county_id, stop, stop)
    assert (await point_of(open_unit, carmen))[1] == 2


async def test_a_number_that_does_not_work_is_marked(open_unit: OpenUnit, units: Units, county_id: UUID, carmen: Person) -> None:
    lost = ContactLost(
        person_id=carmen.id,
        contact_point_id=carmen.contact_points[0].id,
        channel=Channel.SMS,
        reason="unknown_number",
        at=carmen.updated_at + LATER,
    )
    await hear(units, county_id, lost)
    assert (await point_of(open_unit, carmen))[0].consent is Consent.INVALID_NUMBER


async def test_a_contact_point_that_is_gone_is_passed_over(
    units: Units, county_id: UUID, carmen: Person, behind_the_wall: BehindTheWall
) -> None:
    unknown = ConsentChanged(
        person_id=carmen.id,
        contact_point_id=uuid4(),
        channel=Channel.SMS,
        consent=Consent.REVOKED,
        source="stop",
        at=carmen.updated_at + LATER,
    )
    nobody = ConsentChanged(
        person_id=uuid4(),
        contact_point_id=uuid4(),
        channel=Channel.SMS,
        consent=Consent.REVOKED,
        source="stop",
        at=carmen.updated_at + LATER,
    )
    await hear(units, county_id, unknown, nobody)
    assert len(behind_the_wall.audit()) == 1
