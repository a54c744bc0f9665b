"""A process dies while it tells a county system of something: another tells it, and the receiver can see that it is the same."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from services.notify.use_cases.manage_webhooks import add_endpoint, read_secret
from services.notify.use_cases.tell_systems import tell_systems
from shared.events.network import CaseOpened
from tests.faults.send.post import Post
from tests.support.processes import until
from tests.support.sinks.webhooks import WebhookReceiver


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    """A county system."""
    made = WebhookReceiver()
    await made.start()
    yield made
    await made.stop()


@pytest.mark.parametrize("place", ["webhook.after_post_before_reply", "webhook.after_reply_before_mark"])
async def test_a_call_whose_process_died_is_made_again_with_the_same_id(post: Post, receiver: WebhookReceiver, place: str) -> None:
    office = post.county()
    async with office.unit() as unit:
        endpoint = await add_endpoint(unit, url=receiver.url, types=["case.opened"])
        receiver.secrets.append(await read_secret(unit, endpoint))
    async with office.unit() as unit:
        opened = CaseOpened(case_id=uuid4(), time_zone="America/Los_Angeles", at=unit.now)
        await tell_systems(unit, opened, fact_id=uuid4(), position=1, at=unit.now)
    victim = await post.start("tick", office, fault=place)
    await victim.died()
    await office.run("UPDATE clock SET clock_offset = '30 s'")  # its lease is over at once, and no test has to wait
    await post.start("tick", office)

    async def is_told() -> bool:
        return bool(await office.rows("SELECT 1 FROM webhook_deliveries WHERE county_id = :county AND state = 'delivered'"))

    await until(is_told)
    assert [call.signed_by for call in receiver.calls] == [1, 1]
    assert len({call.webhook_id for call in receiver.calls}) == 1
    await office.run("UPDATE clock SET clock_offset = '0'")
