"""What the lines of one block came to, and how a refusal becomes a word in the report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.network.domain.imports import Import, LineFault, Tally
from services.network.storage import imports
from services.network.storage.imports import Mark
from shared.db.unit import Unit
from shared.kernel.errors import Fault, Invalid, SurroundError


@dataclass(slots=True)
class Applied:
    """What became of the lines of a block, one after the other."""

    tally: Tally = field(default_factory=Tally)
    faults: list[LineFault] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def took(self, outcome: str) -> None:
        """Count a line as `created`, `updated` or `unchanged`."""
        self.tally = replace(self.tally, **{outcome: getattr(self.tally, outcome) + 1})

    def refused(self, line: int, refusal: SurroundError, columns: Mapping[str, str] | None = None) -> None:
        """Count a line as rejected and name each fault; `columns` says which column stands behind a pointer's first steps."""
        self.tally = replace(self.tally, rejected=self.tally.rejected + 1)
        found = refusal.faults if isinstance(refusal, Invalid) and refusal.faults else ()
        if not found:
            self.faults.append(LineFault(line, None, refusal.code))
        self.faults += [LineFault(line, column_of(each, columns or {}), each.code) for each in found]

    def resembles(self, line: int) -> None:
        """Note that somebody else may be this person."""
        self.tally = replace(self.tally, possible_duplicates=self.tally.possible_duplicates + 1)
        self.faults.append(LineFault(line, None, "possible_duplicate"))


def column_of(fault: Fault, columns: Mapping[str, str]) -> str | None:
    """Return the column that a fault is about."""
    steps = (fault.pointer or "#").removeprefix("#").strip("/").split("/")
    return columns.get("/".join(steps[:2]), steps[0]) or None


def missing(*columns: str) -> Invalid:
    """Return the refusal of a new record that lacks what nobody can make up."""
    return Invalid([Fault("required", "Give a value here.", pointer=f"#/{each}") for each in columns])


async def marked(unit: Unit, order: Import, key: str, thing_id: UUID) -> Mark:
    """Return that this source named a record by the county's own ids."""
    return Mark(imports.lookup_of(unit, order.kind, key), thing_id)


def unknown(column: str, code: str) -> Invalid:
    """Return the refusal of a line that names somebody who is not there."""
    return Invalid([Fault(code, "", pointer=f"#/{column}")])


def given(line: object, names: Iterable[str]) -> dict[str, object]:
    """Return those of a line's columns that say something."""
    return {name: value for name in names if (value := getattr(line, name)) is not None}
