"""`python -m services.network all | serve | relay | consume | migrate | audit-verify | parked`."""

import sys

from services.network.app import Network, open_network
from services.network.settings import NAME, read_settings
from shared.jobs.commands import Commands, Runs

COMMANDS: Commands[Network] = Commands(
    NAME,
    opening=lambda environment: open_network(read_settings(environment)),
    runs={
        "serve": Runs("the API alone", lambda network: {"serve": network.api(), "measure": network.measures()}),
        "relay": Runs(
            "number and publish what is announced", lambda network: {"relay": network.relay(), "audit": network.audit_walk()}
        ),
        "consume": Runs("apply what notify announces", lambda network: network.consumers()),
    },
)
main, parser = COMMANDS.main, COMMANDS.parser

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
