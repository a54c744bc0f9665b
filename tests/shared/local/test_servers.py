"""The servers answer, on both drivers, and end when told."""

import signal
import time
from pathlib import Path

import asyncpg
import psycopg
import pytest
from redis import Redis
from redis.exceptions import AuthenticationError
from sqlalchemy.engine import make_url

from deploy.local import servers as local
from tests.support.servers import Servers


def test_postgres_answers_as_a_superuser(servers: Servers) -> None:
    url = make_url(servers.admin_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    assert row == (True,)


async def test_postgres_answers_the_asynchronous_driver(servers: Servers) -> None:
    url = make_url(servers.url("postgres")).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()


def test_valkey_answers(servers: Servers) -> None:
    with Redis.from_url(servers.redis_url) as redis:
        assert redis.ping()


def test_valkey_wants_its_password(servers: Servers) -> None:
    port = make_url(servers.redis_url).port
    with Redis(port=port or 0) as redis, pytest.raises(AuthenticationError):
        redis.ping()


def test_a_taken_port_is_seen_as_taken(servers: Servers) -> None:
    port = make_url(servers.redis_url).port
    assert port is not None
    assert not local.is_free(port)


def test_valkey_keeps_its_words_when_told_to(tmp_path: Path) -> None:
    for expected in (None, b"kept"):
        valkey = local.start_valkey(tmp_path / "data", tmp_path / "log", durable=True)
        with Redis.from_url(valkey.url()) as redis:
            assert redis.get("word") == expected
            redis.set("word", "kept")
        local.stop([valkey.pid], signal.SIGTERM)
        assert not local.is_alive(valkey.pid)


def test_a_server_that_cannot_start_says_why(tmp_path: Path, servers: Servers) -> None:
    port = make_url(servers.redis_url).port
    with pytest.raises(local.ServerError, match="Valkey did not start"):
        local.start_valkey(tmp_path / "data", tmp_path / "log", port=port)


def test_an_interrupted_start_leaves_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port, answers = local.free_port(), local._answers

    def interrupted(port: int, password: str) -> bool:
        give_up = time.monotonic() + 20
        while not answers(port, password):
            assert time.monotonic() < give_up
            time.sleep(0.02)
        raise KeyboardInterrupt

    monkeypatch.setattr(local, "_answers", interrupted)
    with pytest.raises(KeyboardInterrupt):
        local.start_valkey(tmp_path / "data", tmp_path / "log", port=port)
    assert local.is_free(port)


def test_what_valkey_keeps_is_its_owners_alone(tmp_path: Path) -> None:
    valkey = local.start_valkey(tmp_path / "data", tmp_path / "log", durable=True)
    local.stop([valkey.pid], signal.SIGTERM)
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_an_override_without_a_server_is_named() -> None:
    with pytest.raises(local.ServerError, match="SURROUND_PG_BIN"):
        local.find_postgres({"SURROUND_PG_BIN": "/nowhere"})


def test_valkey_may_be_named_by_its_path() -> None:
    binary = local.find_valkey({})
    assert local.find_valkey({"SURROUND_VALKEY_BIN": str(binary.folder)}).source == "SURROUND_VALKEY_BIN"
