"""Alembic enters here."""

from services.network.storage.tables import Base
from shared.db.migrations_kit import run

run(Base.metadata)
