"""Run the sandbox: `python -m deploy.local.sandbox --state FILE`. What the file holds is told in `settings.py`."""

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from deploy.local.sandbox.app import running
from deploy.local.sandbox.clock import ClockRefused
from deploy.local.sandbox.settings import Settings, StateError, read_state
from shared import logs


async def run(settings: Settings) -> None:
    """Keep the box open until the process is asked to stop."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with running(settings) as box:
        with contextlib.suppress(ClockRefused):  # the databases may not be migrated yet; the clock page reads again
            await box.clock.read()
        logs.get().info("sandbox.listening", http_port=settings.http_port, smtp_port=settings.smtp_port)
        await stop.wait()


def main() -> int:
    """Read the state file and run; a file or port that cannot be used ends the start with a sentence."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.sandbox", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="the JSON file with ports, counties and clients")
    logs.set_up("sandbox")
    try:
        asyncio.run(run(read_state(parser.parse_args().state)))
    except (StateError, OSError) as error:
        print(f"The sandbox cannot start: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
