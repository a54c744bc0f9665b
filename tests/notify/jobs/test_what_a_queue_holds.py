"""What lies in the broker while messages wait for a worker: ids and a lease, and nobody's words (API D4)."""

import base64
import json
from uuid import UUID

import pytest
from redis.asyncio import Redis

from services.notify.domain.messages import Lane
from services.notify.jobs.worker import carrier_app
from shared.events.network import Channel
from shared.jobs import factory
from shared.jobs.factory import Carrier
from tests.notify.office import Office


async def test_a_queue_holds_ids_and_no_word_of_anybody(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factory, "HAND_OVER_SECONDS", 30.0)  # the first message opens the connection
    mailed, texted = await office.known(Channel.EMAIL, name="Maebadi"), await office.known(Channel.SMS, name="Ofgako")
    booked = await office.book(mailed, texted)
    redis, app = Redis.from_url(office.settings.celery_redis_url), carrier_app(office.settings.celery_redis_url)
    carrier = Carrier(app, "notify")
    queues = [f"notify.{lane.value}" for lane in Lane]
    await redis.delete(*queues)
    await office.new_ticker(carrier=carrier).tick()
    raw = [each for queue in queues for each in await redis.lrange(queue, 0, -1)]
    await redis.delete(*queues)
    carrier.close()
    app.close()
    await redis.aclose()
    bodies = [base64.b64decode(json.loads(each)["body"]).decode() for each in raw]
    arguments = [json.loads(each)[0] for each in bodies]
    assert {(UUID(county), UUID(lease).version) for county, _, lease in arguments} == {(office.county.id, 4)}
    assert {one for _, ids, _ in arguments for one in ids} == await claimed_in(office)
    everything = f"{bodies} {raw}"
    words = ("Maebadi", "Ofgako", "Quesada", "Library", "Oak", mailed.mail, texted.phone, texted.phone[2:], str(booked.id))
    assert [word for word in words if word in everything] == []
    assert app.conf.result_backend is None
    assert app.conf.task_ignore_result


async def claimed_in(office: Office) -> set[str]:
    """Return the ids of the messages that were handed over."""
    return {str(row.id) for row in await office.rows("SELECT id FROM messages WHERE county_id = :county AND state = 'claimed'")}
