"""A worker that makes sure, whenever it connects, that it will be able to read its queues."""

from typing import Any

from celery.worker.consumer import Consumer


class TidyConsumer(Consumer):  # type: ignore[misc]  # celery has no types
    """Removes what is of the wrong type under the names of our queues: nothing could be read of it, and nobody else would."""

    def connect(self) -> Any:
        """Connect, and look at each key; a database of Celery's own holds few."""
        connection = super().connect()
        queues = tuple(self.app.conf.task_queues)
        with connection.channel() as channel:
            for key in channel.client.scan_iter():
                wanted = type_of(key.decode(), queues)
                if wanted and channel.client.type(key).decode() != wanted:
                    channel.client.delete(key)
        return connection


def type_of(key: str, queues: tuple[str, ...]) -> str:
    """Return the type that kombu gives a key; empty for a key that is nobody's."""
    if key.startswith("_kombu.binding"):
        return "set"
    if key.startswith(queues):
        return "list"
    return {"unacked": "hash", "unacked_index": "zset"}.get(key, "")
