"""How alembic runs here."""

from shared.db.migrations_kit import run
from tests.shared.db.sample.storage.tables import Base

run(Base.metadata)
