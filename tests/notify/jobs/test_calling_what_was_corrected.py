"""A county system that was corrected while its old address was called is not disabled for what the old address said."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from services.notify.domain.webhooks import Answered, Delivery, DeliveryState, Endpoint
from services.notify.storage import webhooks
from services.notify.use_cases.manage_webhooks import add_endpoint, change_endpoint, end_endpoint
from services.notify.use_cases.record_call import record_call
from services.notify.use_cases.tell_systems import tell_systems
from shared.db.unit import Unit
from shared.events.network import CaseOpened
from tests.notify.office import Office
from tests.support.waiting import waits_for

GONE = Answered(status=410)


@dataclass(frozen=True, slots=True)
class Called:
    """A call that is under way."""

    delivery: Delivery
    endpoint: Endpoint
    lease: UUID


async def under_way(office: Office) -> Called:
    """Let a system's old address be called."""
    lease = uuid4()
    async with office.unit() as unit:
        await add_endpoint(unit, url="https://old.example.org/hook", types=["case.opened"])
        opened = CaseOpened(case_id=uuid4(), time_zone="America/Los_Angeles", at=unit.now)
        await tell_systems(unit, opened, fact_id=uuid4(), position=7, at=unit.now)
    async with office.unit() as unit:
        [(delivery, endpoint)] = await webhooks.claim(unit, lease=lease, most=1)
    return Called(delivery, endpoint, lease)


async def answer_gone(office: Office, called: Called) -> None:
    """Let the old address say that nobody listens there any more."""
    async with office.unit() as unit:
        await record_call(unit, called.delivery, called.endpoint, GONE, lease=called.lease, jitter=0.5)


async def correct(unit: Unit, called: Called) -> None:
    """Give the system its new address."""
    endpoint = await webhooks.get_endpoint(unit, called.endpoint.id, hold=True)
    await change_endpoint(unit, endpoint, url="https://new.example.org/hook", types=None)


async def states(office: Office) -> tuple[list[str], list[str]]:
    """How the county's systems stand, and the calls to them."""
    systems = await office.rows("SELECT state FROM webhook_endpoints WHERE county_id = :county")
    calls = await office.rows("SELECT state FROM webhook_deliveries WHERE county_id = :county")
    return [row.state for row in systems], [row.state for row in calls]


async def test_a_system_corrected_before_its_old_address_answers_is_called_at_the_new_one(office: Office) -> None:
    called = await under_way(office)
    async with office.unit() as unit:
        await correct(unit, called)
    await answer_gone(office, called)
    assert await states(office) == (["active"], ["waiting"])
    async with office.unit() as unit:
        [(again, endpoint)] = await webhooks.claim(unit, lease=uuid4(), most=1)
    assert (again.webhook_id, endpoint.url) == (called.delivery.webhook_id, "https://new.example.org/hook")


async def test_a_system_corrected_while_its_old_address_answers_stays_active(office: Office) -> None:
    called = await under_way(office)
    async with office.unit() as unit:
        await correct(unit, called)
        answering = await waits_for(office.owner, unit, answer_gone(office, called))
    await answering
    assert await states(office) == (["active"], ["waiting"])


async def test_a_system_that_was_ended_meanwhile_stays_ended_and_the_call_to_it_too(office: Office) -> None:
    called = await under_way(office)
    async with office.unit() as unit:
        await end_endpoint(unit, await webhooks.get_endpoint(unit, called.endpoint.id, hold=True))
    await answer_gone(office, called)
    assert await states(office) == (["ended"], [DeliveryState.FAILED.value])


async def test_a_system_that_is_as_it_was_called_is_disabled(office: Office) -> None:
    called = await under_way(office)
    await answer_gone(office, called)
    assert await states(office) == (["disabled"], ["failed"])
