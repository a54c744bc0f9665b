"""`python -m services.portal serve`."""

import argparse
import os
import sys
from collections.abc import Sequence

from services.portal.app import open_portal, pages
from services.portal.settings import NAME, PortalSettings, read_settings
from services.portal.web.static_files import NotBuilt
from shared import logs
from shared.jobs.process import run_parts, run_process
from shared.settings import SettingsError


def main(words: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    parser().parse_args(words)
    logs.set_up(NAME)
    try:
        return run_process(_run(read_settings(os.environ)))
    except (SettingsError, NotBuilt) as error:
        print(error, file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m services.portal", description=__doc__)
    commands = made.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="the pages")
    return made


async def _run(settings: PortalSettings) -> None:
    async with open_portal(settings) as app:
        await run_parts({"serve": pages(app, settings)})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
