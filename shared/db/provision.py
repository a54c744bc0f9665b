"""Make a service's roles and its empty database, before its `migrate`: `python -m shared.db.provision network`. Safe to repeat.

It reads two settings of the service: SURROUND_OWNER_DATABASE_URL says who makes them, SURROUND_DATABASE_URL what is to be made; a
new password in the second becomes the password of the running role.
"""

import os
import sys
from collections.abc import Mapping

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from shared.db.migrations_kit import app_of, provision
from shared.settings import SettingsError, required


def provision_for(service: str, environment: Mapping[str, str]) -> None:
    """Make what a service's settings name; raises SettingsError where they cannot be right."""
    try:
        owner = make_url(required(environment, "SURROUND_OWNER_DATABASE_URL"))
        running = make_url(required(environment, "SURROUND_DATABASE_URL"))
    except (SQLAlchemyError, ValueError):
        raise SettingsError("SURROUND_OWNER_DATABASE_URL and SURROUND_DATABASE_URL are addresses of a PostgreSQL") from None
    if running.username != app_of(service) or not running.database or running.database != owner.database:
        raise SettingsError(f"SURROUND_DATABASE_URL names {app_of(service)}, and the same database as the owner's address")
    # The owner's own database does not exist yet; every PostgreSQL has this one.
    password = None if running.password is None else str(running.password)
    admin = owner.set(database="postgres").render_as_string(hide_password=False)
    provision(admin, service, database=running.database, app_password=password)


def main(words: list[str]) -> int:
    """Run the command and return its exit code."""
    if len(words) != 1:
        sys.stderr.write("usage: python -m shared.db.provision SERVICE\n")
        return 2
    try:
        provision_for(words[0], os.environ)
    except (SettingsError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except SQLAlchemyError as error:  # its own text would hold the statement, and with it the password
        sys.stderr.write(f"{words[0]}: PostgreSQL refused: {getattr(error, 'orig', None) or type(error).__name__}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
