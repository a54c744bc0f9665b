"""Rosters from a county's own systems, as pages show them."""

from dataclasses import dataclass
from datetime import datetime

UNFINISHED = frozenset({"queued", "running"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One file. Every line is counted in one of created, updated, unchanged, rejected, repeated; `code` says why one failed."""

    id: str
    kind: str
    mode: str
    dry_run: bool
    all_or_nothing: bool
    source: str
    status: str
    progress: int
    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    repeated: int
    would_remove: int
    removed: int
    possible_duplicates: int
    received_at: datetime
    code: str | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether lines of it are still gone through."""
        return self.status in UNFINISHED

    @property
    def may_be_applied(self) -> bool:
        """Whether it was a trial that went well."""
        return self.dry_run and self.status == "succeeded" and self.rows > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFault:
    """What is to be said of one line: never what stands there."""

    line: int
    code: str
    column: str | None = None
    detail: str = ""
