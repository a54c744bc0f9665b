"""Celery as a carrier of hints. A message may be lost, doubled or late; rows in the database decide (DESIGN §6).

So there is no due time in a message (rule A), no result, and no waiting for a broker: handing over takes at most a moment, and
its failure changes nothing (rules I and J).
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

import structlog
from celery import Celery, Task
from celery.signals import task_postrun, task_prerun

from shared import logs

HAND_OVER_SECONDS = 0.25
SOCKET_SECONDS = 1.0
VISIBILITY_SECONDS = 3600
"""After so long a message that nobody acknowledged is given out again; every task is far shorter, and safe to run twice."""

_THREADS = 2


class Hint(Task):  # type: ignore[misc]  # celery has no types
    """A task that is due when it is read. Anything later is a row with a `due_at`."""

    abstract = True

    def apply_async(self, *args: Any, **options: Any) -> Any:
        """Send it now. Raises ValueError for a due time: on Redis that would run again every hour, or never (RELIABILITY §1)."""
        if options.get("eta") is not None or options.get("countdown") is not None:
            raise ValueError("due times are rows in the database, never a broker's")
        return super().apply_async(*args, **options)

    def retry(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: the row says when it is tried again."""
        raise ValueError("retries are rows in the database, never a broker's")


def queue_name(service: str, lane: str) -> str:
    """Return the queue of one lane: `notify.urgent`."""
    return f"{service}.{lane}"


def make_celery(service: str, redis_url: str, lanes: Sequence[str]) -> Celery:
    """Return a service's Celery application; the first lane is the default, and a queue that is no lane is refused."""
    celery = Celery(service, broker=redis_url, task_cls=Hint, set_as_current=False)
    celery.conf.update(
        # What may travel: JSON, in to a named lane, nothing back.
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        result_backend=None,
        task_queues={queue_name(service, lane): {} for lane in lanes},
        task_default_queue=queue_name(service, lanes[0]),
        task_create_missing_queues=False,
        task_store_errors_even_if_ignored=False,
        # How it is taken: one at a time, acknowledged when done, given to another when its worker dies.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        # The broker may be away: workers come back by themselves, and no call waits long.
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_channel_error_retry=True,  # a full broker, or one with something else under our names, is as good as away
        worker_consumer="shared.jobs.tidy:TidyConsumer",
        broker_connection_timeout=SOCKET_SECONDS,
        broker_pool_limit=_THREADS,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_SECONDS,
            "socket_timeout": SOCKET_SECONDS,
            "socket_connect_timeout": SOCKET_SECONDS,
            "socket_keepalive": True,
            "retry_on_timeout": False,
        },
        # Whether all is well is the age of the oldest due row, not what workers say of themselves (rule H).
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        enable_utc=True,
        timezone="UTC",
    )
    return celery


class Carrier:
    """Hands ids to Celery from an event loop, which a broker that is away or frozen cannot hold up."""

    def __init__(self, celery: Celery, service: str) -> None:
        """Send for one service; a few threads wait for the broker so that the loop does not."""
        self._celery = celery
        self._service = service
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="carrier")
        self._waiting = 0

    async def hand_over(self, task: str, *, lane: str, arguments: Sequence[object], traceparent: str = "") -> bool:
        """Send ids to a lane; call it after the commit. False when the broker did not take them in time: a watchdog finds the rows.

        Arguments are ids, numbers and lease tokens: a message carries nothing personal.
        """
        if self._waiting >= _THREADS:
            return False
        self._waiting += 1
        sent = asyncio.get_running_loop().run_in_executor(self._threads, self._send, task, lane, list(arguments), traceparent)
        sent.add_done_callback(self._done)
        try:
            await asyncio.wait_for(asyncio.shield(sent), HAND_OVER_SECONDS)
        except Exception as error:  # whatever the broker's client raises, nothing depends on it
            logs.get().warning("carrier.not_taken", task=task, lane=lane, cause=type(error).__name__)
            return False
        return True

    def close(self) -> None:
        """Let go of the threads; what they still try to send is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _send(self, task: str, lane: str, arguments: list[object], traceparent: str) -> None:
        self._celery.send_task(
            task,
            args=arguments,
            queue=queue_name(self._service, lane),
            headers={"traceparent": traceparent},
            retry=False,
            ignore_result=True,
        )

    def _done(self, sent: "asyncio.Future[None]") -> None:
        self._waiting -= 1
        if not sent.cancelled():
            sent.exception()


def hint(celery: Celery, name: str) -> Callable[[Callable[..., None]], Task]:
    """Make a function the task called `name`, as in `@hint(celery_app, "notify.send_batch")`; safe to run twice, late, or never."""

    def register(work: Callable[..., None]) -> Task:
        return celery.task(name=name)(work)

    return register


def current_traceparent() -> str:
    """Return the trace that the running task was handed over with, also in coroutines that it runs; empty outside of tasks."""
    return str(structlog.contextvars.get_contextvars().get("traceparent") or "")


def _bind_trace(task: Task, **_: Any) -> None:
    structlog.contextvars.bind_contextvars(task=task.name, traceparent=task.request.get("traceparent") or "")


def _unbind_trace(**_: Any) -> None:
    structlog.contextvars.unbind_contextvars("task", "traceparent")


task_prerun.connect(_bind_trace, weak=False)
task_postrun.connect(_unbind_trace, weak=False)
