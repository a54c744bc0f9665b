"""`python -m services.meetings all | serve | relay | consume | tick | migrate | audit-verify | parked`."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial

from services.meetings.app import HEARS, LISTENERS, Meetings, declare_sending, open_meetings
from services.meetings.settings import NAME, read_settings
from shared import logs
from shared.jobs.operators import migrate, replay_parked, show_parked, verify_audit
from shared.jobs.process import Part, run_parts, run_process
from shared.settings import ServiceSettings, SettingsError


def main(words: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    options = parser().parse_args(words)
    if options.command == "parked" and options.replay and not options.replay[1].isdecimal():
        parser().error("POSITION is a number")
    logs.set_up(NAME)
    try:
        settings = read_settings(os.environ)
        if options.command == "migrate":
            return _print(migrate(settings))
        if options.command == "audit-verify":
            return asyncio.run(_verify(settings))
        if options.command == "parked":
            return asyncio.run(_parked(settings, options.replay))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    return run_process(_run(settings, options.command))


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m services.meetings", description=__doc__)
    commands = made.add_subparsers(dest="command", required=True)
    commands.add_parser("all", help="API, relay, consumers and ticker in one process")
    commands.add_parser("serve", help="the API alone")
    commands.add_parser("relay", help="number and publish what is announced")
    commands.add_parser("consume", help="apply what network and notify announce")
    commands.add_parser("tick", help="release holds that ran out, read linked calendars again")
    commands.add_parser("migrate", help="bring the database to this release")
    commands.add_parser("audit-verify", help="walk each county's audit chain")
    parked = commands.add_parser("parked", help="show events that were set aside")
    parked.add_argument("--replay", nargs=2, metavar=("PRODUCER", "POSITION"), help="apply one of them now")
    return made


async def _run(settings: ServiceSettings, command: str) -> None:
    async with open_meetings(settings) as meetings:
        await declare_sending(meetings)
        await run_parts(_parts(meetings, command))


def _parts(meetings: Meetings, command: str) -> dict[str, Part]:
    parts: dict[str, Callable[[], Part]] = {
        "serve": meetings.api,
        "relay": meetings.relay,
        **{f"consume {producer}": partial(meetings.consumer, producer) for producer in HEARS},
        "tick": meetings.ticker,
    }
    return {name: part() for name, part in parts.items() if command in {"all", name.split()[0]}}


async def _verify(settings: ServiceSettings) -> int:
    holds = True
    async with open_meetings(settings) as meetings:
        async for good, line in verify_audit(meetings.units, settings.counties):
            holds = holds and good
            print(line)
    return 0 if holds else 1


async def _parked(settings: ServiceSettings, chosen: Sequence[str] | None) -> int:
    async with open_meetings(settings) as meetings:
        if chosen is None:
            return _print(await show_parked(meetings.units))
        producer, position = chosen
        return _print(await replay_parked(meetings.units, LISTENERS, producer=producer, position=int(position)))


def _print(lines: Sequence[str]) -> int:
    for line in lines:
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
