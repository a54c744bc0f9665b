"""`python -m services.meetings all | serve | relay | consume | tick | migrate | audit-verify | parked`."""

import sys

from services.meetings.app import Meetings, open_meetings
from services.meetings.settings import NAME, read_settings
from shared.jobs.commands import Commands, Runs

COMMANDS: Commands[Meetings] = Commands(
    NAME,
    opening=lambda environment: open_meetings(read_settings(environment)),
    runs={
        "serve": Runs("the API alone", lambda meetings: {"serve": meetings.api(), "measure": meetings.measures()}),
        "relay": Runs(
            "number and publish what is announced", lambda meetings: {"relay": meetings.relay(), "audit": meetings.audit_walk()}
        ),
        "consume": Runs("apply what network and notify announce", lambda meetings: meetings.consumers()),
        "tick": Runs("release holds that ran out, read linked calendars again", lambda meetings: {"tick": meetings.ticker()}),
    },
)
main, parser = COMMANDS.main, COMMANDS.parser

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
