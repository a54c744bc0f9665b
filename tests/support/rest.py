"""Whether a county has come to rest, as its own databases say: what is under way here shows in no answer of an API."""

from typing import Any, LiteralString

import psycopg

from tests.support.stack import Stack

READS: dict[str, tuple[str, ...]] = {"notify": ("network", "meetings"), "meetings": ("network", "notify"), "network": ("notify",)}
"""Who reads whose facts. notify is looked at first: what the others then say they announced, it had read by that time."""

_LEFT_TO_DO: dict[str, LiteralString] = {
    # What keeps failing waits for a person, and what an operator holds back waits for them.
    "not understood": "SELECT count(*) FROM inbound WHERE processed_at IS NULL AND tries < 5",
    "due": "SELECT count(*) FROM messages m WHERE state IN ('claimed', 'sending')"
    " OR state = 'pending' AND (due_at <= surround_now() OR reason = 'contact_unknown')"
    " AND NOT EXISTS (SELECT FROM sending_holds h WHERE h.county_id = m.county_id)",
}


_TOLD: LiteralString = "SELECT coalesce(max(position), 0) + (SELECT count(*) FROM log WHERE position IS NULL) FROM log"
_READ: LiteralString = "SELECT coalesce(max(position), 0) FROM cursors WHERE producer = %s"


def unheard(stack: Stack) -> dict[str, int]:
    """Count the facts that somebody has not read yet, by producer and reader. What was set aside counts as read."""
    return _left(stack, {})


def unfinished(stack: Stack) -> dict[str, int]:
    """Count all that is under way: facts, what came back from people, and messages that are due."""
    return _left(stack, _LEFT_TO_DO)


def _left(stack: Stack, of_notify: dict[str, LiteralString]) -> dict[str, int]:
    found: dict[str, int] = {}
    told: dict[str, int] = {}
    read: dict[tuple[str, str], int] = {}
    for reader, producers in READS.items():
        with psycopg.connect(stack.owner_url(reader)) as connection:
            # One snapshot of each service: a fact that is read between two looks leaves its message in neither.
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            if reader == "notify":
                found |= {what: _number(connection, query) for what, query in of_notify.items()}
            read |= {(producer, reader): _number(connection, _READ, producer) for producer in producers}
            told[reader] = _number(connection, _TOLD)
    found |= {f"{producer} to {reader}": told[producer] - position for (producer, reader), position in read.items()}
    return {what: count for what, count in found.items() if count}


def _number(connection: "psycopg.Connection[Any]", query: LiteralString, *values: str) -> int:
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return int(row[0])
