"""A batch was claimed: the Celery task that sends it. The task is a hint; the rows decide (DESIGN §6)."""

from collections.abc import Sequence
from uuid import UUID

from celery import Celery

from services.notify.jobs.sending import Batch, Dispatch
from services.notify.jobs.worker import carrier_app
from shared.jobs.factory import current_traceparent, hint
from shared.jobs.loop import WorkerLoop

TASK = "notify.send_batch"
SECONDS = 660.0
"""A server may take ten minutes over its final reply; until then the lease is kept."""


def arguments_of(batch: Batch) -> list[object]:
    """Return what travels: ids and a lease token, nothing personal."""
    return [str(batch.county_id), [str(each) for each in batch.ids], str(batch.lease)]


def worker_app(redis_url: str, loop: WorkerLoop[Dispatch]) -> Celery:
    """Return the application of a worker process, whose tasks run on one loop."""
    celery = carrier_app(redis_url)

    @hint(celery, TASK)
    def send_batch(county_id: str, message_ids: Sequence[str], lease: str) -> None:
        """Send those of these rows that are still due and still ours."""
        batch = Batch(UUID(county_id), tuple(UUID(each) for each in message_ids), UUID(lease), current_traceparent())
        loop.run(loop.parts.send_batch(batch), timeout=SECONDS)

    return celery
