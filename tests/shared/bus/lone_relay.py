"""A relay in a process of its own, to be frozen: `python -m tests.shared.bus.lone_relay <database> <redis> <hold>`."""

import asyncio
import sys

from shared.bus import stream
from shared.bus.relay import Relay
from shared.db.engine import make_engine


async def main(database: str, redis: str, hold: str) -> None:
    """Relay until killed."""
    await Relay(make_engine(database), stream.connect(redis), "network", hold=float(hold)).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
