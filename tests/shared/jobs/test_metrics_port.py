"""A process whose port for measures is taken works on, and says so."""

import asyncio
import socket

import pytest

from shared.jobs.measures import begin_metrics, serve_metrics


async def test_a_taken_port_stops_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        assert begin_metrics(listen) is None
        stop = asyncio.Event()
        serving = asyncio.create_task(serve_metrics(listen, stop))
        await asyncio.sleep(0)
        assert not serving.done()
        stop.set()
        await serving
    assert "metrics.not_served" in capsys.readouterr().out


def test_no_address_means_no_measures() -> None:
    assert begin_metrics("") is None
