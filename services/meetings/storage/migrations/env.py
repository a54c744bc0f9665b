"""Alembic enters here."""

from services.meetings.storage.tables import Base
from shared.db.migrations_kit import run

run(Base.metadata)
