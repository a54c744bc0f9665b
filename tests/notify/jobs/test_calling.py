"""County systems are told of what happened: signed, thin, again until they answer, and never of another county."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notify.domain.webhooks import Endpoint
from services.notify.jobs.every_second_calls import Caller
from services.notify.use_cases.hold_sending import hold_sending, release_sending
from services.notify.use_cases.manage_webhooks import add_endpoint, read_secret, rotate_secret
from services.notify.use_cases.tell_systems import tell_systems
from shared.events.network import CaseClosed, CaseOpened
from shared.settings import Sending
from tests.notify.office import Office
from tests.support.processes import until
from tests.support.sinks.webhooks import WebhookReceiver


@dataclass
class Systems:
    """A county's endpoint, and the part of notify that calls it."""

    office: Office
    receiver: WebhookReceiver
    endpoint: Endpoint
    caller: Caller

    async def happen(self, fact: Any = None, *, fact_id: UUID | None = None) -> UUID:
        """Let network announce something."""
        fact_id = fact_id or uuid4()
        async with self.office.unit() as unit:
            fact = fact or CaseOpened(case_id=uuid4(), time_zone="America/Los_Angeles", at=unit.now)
            await tell_systems(unit, fact, fact_id=fact_id, position=7, at=unit.now)
        return fact_id

    async def call(self) -> None:
        """Make what is due, and wait until it has ended."""
        await self.caller.round()
        await self.caller.drained()

    async def make_due(self) -> None:
        """Let a day go by."""
        await self.office.run("UPDATE webhook_deliveries SET due_at = surround_now() WHERE county_id = :county")

    async def rows(self) -> list[Any]:
        """The calls as they stand."""
        return await self.office.rows(
            "SELECT state, attempt, status, reason FROM webhook_deliveries WHERE county_id = :county ORDER BY made_at, id"
        )


@pytest.fixture
async def systems(office: Office) -> AsyncIterator[Systems]:
    """A county system that wants to hear of families."""
    receiver = WebhookReceiver()
    await receiver.start()
    async with office.unit() as unit:
        endpoint = await add_endpoint(unit, url=receiver.url, types=["case.opened", "case.closed"])
        receiver.secrets.append(await read_secret(unit, endpoint))
    yield Systems(office, receiver, endpoint, a_caller(office))
    await receiver.stop()


def a_caller(office: Office, sending: Sending = Sending.SANDBOX) -> Caller:
    return Caller(office.units, [office.county.id], sending, new_lease=uuid4)


async def test_a_fact_is_told_once_signed_with_the_facts_own_id(systems: Systems) -> None:
    fact_id = await systems.happen()
    await systems.happen(fact_id=fact_id)
    await systems.call()
    await systems.call()
    (heard,) = systems.receiver.calls
    assert (heard.webhook_id, heard.signed_by) == (f"evt_{fact_id.hex}", 1)
    assert heard.body["data"]["county_id"] == str(systems.office.county.id)
    assert [(row.state, row.attempt, row.status) for row in await systems.rows()] == [("delivered", 1, 204)]


async def test_what_nobody_asked_for_is_told_to_nobody(systems: Systems) -> None:
    async with systems.office.unit() as unit:
        await systems.office.run("UPDATE webhook_endpoints SET types = '{case.closed}' WHERE county_id = :county")
        closed = CaseClosed(case_id=uuid4(), at=unit.now)
    await systems.happen()
    await systems.happen(closed)
    await systems.call()
    assert systems.receiver.types() == ["case.closed"]


async def test_a_call_that_fails_is_made_again_with_the_same_id_and_a_new_time(systems: Systems) -> None:
    systems.receiver.answers = [500, 302, 503]
    await systems.happen()
    for _ in range(4):
        await systems.call()
        await systems.make_due()
    assert len({heard.webhook_id for heard in systems.receiver.calls}) == 1
    assert [heard.signed_by for heard in systems.receiver.calls] == [1, 1, 1, 1]
    assert [(row.state, row.attempt) for row in await systems.rows()] == [("delivered", 4)]


async def test_what_is_gone_is_called_no_more_and_says_so(systems: Systems) -> None:
    systems.receiver.answers = [410]
    await systems.happen()
    await systems.call()
    await systems.happen()
    await systems.call()
    assert len(systems.receiver.calls) == 1
    found = await systems.office.rows("SELECT state, reason FROM webhook_endpoints WHERE county_id = :county")
    assert [(row.state, row.reason) for row in found] == [("disabled", "gone")]


async def test_a_new_secret_signs_beside_the_old_one(systems: Systems) -> None:
    async with systems.office.unit() as unit:
        after = await rotate_secret(unit, systems.endpoint)
        systems.receiver.secrets.append(await read_secret(unit, after))
    await systems.happen()
    await systems.call()
    assert [heard.signed_by for heard in systems.receiver.calls] == [2]


async def test_any_number_of_callers_make_each_call_once(systems: Systems) -> None:
    for _ in range(20):
        await systems.happen()
    callers = [a_caller(systems.office) for _ in range(8)]
    while [row for row in await systems.rows() if row.state != "delivered"]:
        await asyncio.gather(*(each.round() for each in callers))
        await asyncio.gather(*(each.drained() for each in callers))
    assert len(systems.receiver.calls) == len({heard.webhook_id for heard in systems.receiver.calls}) == 20


async def test_a_caller_that_froze_past_its_lease_overwrites_nothing(systems: Systems) -> None:
    systems.receiver.answers = ["slow"]
    await systems.happen()
    await systems.caller.round()

    async def is_heard() -> bool:
        return len(systems.receiver.calls) == 1

    await until(is_heard)
    await systems.office.run(
        "UPDATE webhook_deliveries SET lease_until = surround_now() - interval '1 s' WHERE county_id = :county"
    )
    second = a_caller(systems.office)
    while len(systems.receiver.calls) < 2:
        await second.round()
        await second.drained()
    systems.receiver.let_go()
    await systems.caller.drained()
    assert [(row.state, row.attempt) for row in await systems.rows()] == [("delivered", 2)]


async def test_nothing_is_told_while_sending_is_held(systems: Systems) -> None:
    async with systems.office.unit() as unit:
        await hold_sending(unit, reason_code="restored")
    await systems.happen()
    await systems.call()
    assert systems.receiver.calls == []
    async with systems.office.unit() as unit:
        await release_sending(unit)
    await systems.call()
    assert systems.receiver.types() == ["case.opened"]


async def test_where_nothing_may_leave_a_call_ends_and_says_why(systems: Systems) -> None:
    await systems.happen()
    await a_caller(systems.office, Sending.OFF).round()
    assert systems.receiver.calls == []
    assert [(row.state, row.reason) for row in await systems.rows()] == [("suppressed", "sending_off")]


async def test_a_live_deployment_calls_no_machine_of_its_own(systems: Systems) -> None:
    await systems.happen()
    live = a_caller(systems.office, Sending.LIVE)
    await live.round()
    await live.drained()
    assert systems.receiver.calls == []
    assert [(row.state, row.reason) for row in await systems.rows()] == [("waiting", "refused")]
