"""`python -m services.notify all | serve | relay | consume | tick | receive | worker | migrate | conservation | …`."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from services.notify.app import HEARS, LISTENERS, Notify, declare_sending, open_notify, run_worker
from services.notify.jobs.operators import conservation, oldest_due
from services.notify.settings import NAME, NotifySettings, read_settings
from shared import logs
from shared.jobs.operators import migrate, replay_parked, show_parked, verify_audit
from shared.jobs.process import Part, run_parts, run_process
from shared.settings import SettingsError


def main(words: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    options = parser().parse_args(words)
    logs.set_up(NAME)
    try:
        settings = read_settings(os.environ)
        match options.command:
            case "migrate":
                return _print(migrate(settings.service))
            case "worker":
                run_worker(settings)
                return 0
            case "audit-verify":
                return asyncio.run(_verify(settings))
            case "parked":
                return asyncio.run(_parked(settings, options.replay))
            case "conservation" | "oldest-due":
                return asyncio.run(_look(settings, options.command))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    return run_process(_run(settings, options.command))


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m services.notify", description=__doc__)
    commands = made.add_subparsers(dest="command", required=True)
    commands.add_parser("all", help="API, relay, consumers, ticker, reader and inbox in one process")
    commands.add_parser("serve", help="the API alone")
    commands.add_parser("relay", help="number and publish what is announced")
    commands.add_parser("consume", help="apply what network and meetings announce")
    commands.add_parser("tick", help="claim what is due, hand it over, send what nobody takes; let words fade")
    commands.add_parser("receive", help="the inbox, and the reading of what came back")
    commands.add_parser("worker", help="a Celery worker that sends")
    commands.add_parser("migrate", help="bring the database to this release")
    commands.add_parser("audit-verify", help="walk each county's audit chain")
    commands.add_parser("conservation", help="count every message by day, kind and state; name any that is in none")
    commands.add_parser("oldest-due", help="say since when the oldest due message waits")
    parked = commands.add_parser("parked", help="show events that were set aside")
    parked.add_argument("--replay", nargs=2, metavar=("PRODUCER", "POSITION"), help="apply one of them now")
    return made


async def _run(settings: NotifySettings, command: str) -> None:
    async with open_notify(settings) as notify:
        await declare_sending(notify)
        await run_parts(_parts(notify, command))


def _parts(notify: Notify, command: str) -> dict[str, Part]:
    """Return the parts of a process, by name; `all` has each of them."""
    parts: dict[str, dict[str, Part]] = {
        "serve": {"serve": notify.api()} if command in {"all", "serve"} else {},
        "relay": {"relay": notify.relay()},
        "consume": {f"consume-{producer}": notify.consumer(producer) for producer in HEARS},
        "tick": {"tick": notify.ticker(), "fade": notify.fader()},
        "receive": {"read": notify.reader()},
    }
    if notify.settings.inbox_url:
        parts["receive"]["inbox"] = notify.mailroom()
    return {name: part for group, found in parts.items() if command in {"all", group} for name, part in found.items()}


async def _verify(settings: NotifySettings) -> int:
    holds = True
    async with open_notify(settings) as notify:
        async for good, line in verify_audit(notify.units, settings.service.counties):
            holds = holds and good
            print(line)
    return 0 if holds else 1


async def _parked(settings: NotifySettings, chosen: Sequence[str] | None) -> int:
    async with open_notify(settings) as notify:
        if chosen is None:
            return _print(await show_parked(notify.units))
        producer, position = chosen
        return _print(await replay_parked(notify.units, LISTENERS, producer=producer, position=int(position)))


async def _look(settings: NotifySettings, command: str) -> int:
    async with open_notify(settings) as notify:
        ask = conservation if command == "conservation" else oldest_due
        good, lines = await ask(notify.units, settings.service.counties)
    _print(lines)
    return 0 if good else 1


def _print(lines: Sequence[str]) -> int:
    for line in lines:
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
