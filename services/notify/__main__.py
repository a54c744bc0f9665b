"""`python -m services.notify all | serve | relay | consume | tick | receive | worker | migrate | hold | release | …`."""

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import datetime

from services.notify.app import Notify, open_notify, run_worker
from services.notify.jobs import operators
from services.notify.settings import NAME, read_settings
from shared.jobs.commands import Asks, Commands, Found, Runs
from shared.jobs.process import Part
from shared.settings import County, SettingsError


def _receive(notify: Notify) -> dict[str, Part]:
    return {"read": notify.reader(), **({"inbox": notify.mailroom()} if notify.settings.inbox_url else {})}


async def _conservation(notify: Notify, _: argparse.Namespace) -> Found:
    return await operators.conservation(notify.units, notify.service.counties)


async def _oldest_due(notify: Notify, _: argparse.Namespace) -> Found:
    return await operators.oldest_due(notify.units, notify.service.counties)


async def _sent(notify: Notify, options: argparse.Namespace) -> Found:
    return await operators.sent(notify.units, notify.service.counties, since=options.since)


async def _hold(notify: Notify, options: argparse.Namespace) -> Found:
    counties = _chosen(notify.service.counties, options.county)
    return await operators.hold(notify.units, counties, reason_code=options.reason_code, by=options.by)


async def _release(notify: Notify, options: argparse.Namespace) -> Found:
    return await operators.release(notify.units, _chosen(notify.service.counties, options.county), by=options.by)


def _hold_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason-code", required=True, type=a_code, help="why, in one word: restored, wrong_words, provider_asked")
    _whose_options(parser)


def _whose_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", required=True, type=an_account, help="your account, for the audit")
    parser.add_argument("--county", default="", help="the slug of one county (default: all)")


def _sent_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", required=True, type=an_instant, help="an instant with its offset: 2027-03-01T00:00Z")


def _chosen(counties: Sequence[County], slug: str) -> list[County]:
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


COMMANDS: Commands[Notify] = Commands(
    NAME,
    opening=lambda environment: open_notify(read_settings(environment)),
    runs={
        "serve": Runs("the API alone", lambda notify: {"serve": notify.api(), "measure": notify.measures_of_sending()}),
        "relay": Runs(
            "number and publish what is announced", lambda notify: {"relay": notify.relay(), "audit": notify.audit_walk()}
        ),
        "consume": Runs("apply what network and meetings announce", lambda notify: notify.consumers()),
        "tick": Runs(
            "claim what is due, hand it over, send what nobody takes; let words fade",
            lambda notify: {"tick": notify.ticker(), "call": notify.caller(), "fade": notify.fader()},
        ),
        "receive": Runs("the inbox, and the reading of what came back", _receive),
    },
    works={"worker": ("a Celery worker that sends", lambda environment: run_worker(read_settings(environment)))},
    asks={
        "conservation": Asks("count every message by day, kind and state; name any that is in none", _conservation),
        "oldest-due": Asks("say since when the oldest due message waits", _oldest_due),
        "sent": Asks("list what has left, or may have: ids, states and times", _sent, _sent_options),
        "hold": Asks("let nothing leave until it is released", _hold, _hold_options),
        "release": Asks("let messages leave again, the oldest due first", _release, _whose_options),
    },
)
main, parser = COMMANDS.main, COMMANDS.parser

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
