"""`python -m services.notify all | serve | relay | consume | tick | receive | worker | migrate | conservation | …`."""

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Sequence
from datetime import datetime

from services.notify.app import HEARS, LISTENERS, Notify, declare_sending, open_notify, run_worker
from services.notify.jobs.operators import conservation, hold, oldest_due, release, sent
from services.notify.settings import NAME, NotifySettings, read_settings
from shared import logs
from shared.jobs.operators import migrate, replay_parked, show_parked, verify_audit
from shared.jobs.process import Part, run_parts, run_process
from shared.settings import County, SettingsError


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
            case "conservation" | "oldest-due" | "hold" | "release" | "sent":
                return asyncio.run(_operate(settings, options))
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
    hold = commands.add_parser("hold", help="let nothing leave until it is released")
    hold.add_argument("--reason-code", required=True, type=a_code, help="why, in one word: restored, wrong_words, provider_asked")
    release = commands.add_parser("release", help="let messages leave again, the oldest due first")
    for each in (hold, release):
        each.add_argument("--by", required=True, type=an_account, help="your account, for the audit")
        each.add_argument("--county", default="", help="the slug of one county (default: all)")
    sent = commands.add_parser("sent", help="list what has left, or may have: ids, states and times")
    sent.add_argument("--since", required=True, type=an_instant, help="an instant with its offset: 2027-03-01T00:00Z")
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


async def _operate(settings: NotifySettings, options: argparse.Namespace) -> int:
    counties = settings.service.counties
    async with open_notify(settings) as notify:
        match options.command:
            case "conservation":
                found = await conservation(notify.units, counties)
            case "oldest-due":
                found = await oldest_due(notify.units, counties)
            case "hold":
                found = await hold(notify.units, chosen(counties, options.county), reason_code=options.reason_code, by=options.by)
            case "release":
                found = await release(notify.units, chosen(counties, options.county), by=options.by)
            case _:
                found = await sent(notify.units, counties, since=options.since)
    _print(found.lines)
    return 0 if found.good else 1


def chosen(counties: Sequence[County], slug: str) -> list[County]:
    """Return the county called so, or all of them; raises SettingsError for one that is not configured."""
    found = [county for county in counties if slug in {"", county.slug}]
    if not found:
        raise SettingsError(f"--county is one of: {', '.join(county.slug for county in counties)}")
    return found


def a_code(word: str) -> str:
    """Read a reason: a code, so that nobody's story gets into an audit."""
    return _matching(r"[a-z][a-z0-9_]{1,39}", word, "a code of small letters, digits and underscores")


def an_account(word: str) -> str:
    """Read an operator's account."""
    return _matching(r"[A-Za-z0-9._@-]{1,64}", word, "an account: letters, digits and . _ @ -")


def an_instant(word: str) -> datetime:
    """Read an instant with its offset."""
    try:
        at = datetime.fromisoformat(word)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise argparse.ArgumentTypeError("an instant with its offset, like 2027-03-01T00:00Z")
    return at


def _matching(pattern: str, word: str, what: str) -> str:
    if not re.fullmatch(pattern, word):
        raise argparse.ArgumentTypeError(what)
    return word


def _print(lines: Sequence[str]) -> int:
    for line in lines:
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
