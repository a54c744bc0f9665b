"""`python -m services.network all | serve | relay | consume | tick | migrate | audit-verify | parked | destroy-words`."""

import argparse
import sys

from services.network.app import Network, open_network
from services.network.jobs import operators
from services.network.settings import NAME, read_settings
from shared.jobs.commands import Asks, Commands, Found, Runs
from shared.kernel.sealed import KeyOf


async def _destroy_words(network: Network, options: argparse.Namespace) -> Found:
    county = next((each for each in network.service.counties if each.slug == options.county), None)
    if county is None:
        return Found(False, [f"--county is one of: {', '.join(each.slug for each in network.service.counties)}"])
    return await operators.destroy_words(network.units, county, options.whose, by=options.by, approved_by=options.approved_by)


def _destroy_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("whose", type=_whose, help="per_… or case_…")
    parser.add_argument("--county", required=True, help="the slug of its county")
    parser.add_argument("--by", required=True, help="your account, for the audit")
    parser.add_argument("--approved-by", required=True, help="the account of the second person")


def _whose(word: str) -> KeyOf:
    try:
        return operators.read_key(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


COMMANDS: Commands[Network] = Commands(
    NAME,
    opening=lambda environment: open_network(read_settings(environment)),
    runs={
        "serve": Runs("the API alone", lambda network: {"serve": network.api(), "measure": network.watched()}),
        "relay": Runs(
            "number and publish what is announced", lambda network: {"relay": network.relay(), "audit": network.audit_walk()}
        ),
        "consume": Runs("apply what notify announces", lambda network: network.consumers()),
        "tick": Runs("ask backups on, look ahead each night, take in files", lambda network: {"tick": network.ticker()}),
    },
    asks={"destroy-words": Asks("destroy what was written about a person or a family, for good", _destroy_words, _destroy_options)},
)
main, parser = COMMANDS.main, COMMANDS.parser

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
