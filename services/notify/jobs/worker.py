"""The Celery application of notify and its lanes. A full lane never delays another."""

from celery import Celery

from services.notify.domain.messages import Lane
from shared.jobs.factory import make_celery

LANES: tuple[Lane, ...] = tuple(Lane)


def carrier_app(redis_url: str) -> Celery:
    """Return the application: enough to hand something over."""
    return make_celery("notify", redis_url, [lane.value for lane in LANES])
