"""Statements sent by the driver itself, for the paths that every request, fact and message walks.

They are written with SQLAlchemy, compiled once, and run in the unit's own transaction. A session takes 0.2 to 0.4 ms of processor
time for a statement, the driver alone 0.02 (`make bench ARGS=api`). What is not on such a path belongs to `unit.session`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import ClauseElement, Executable
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.compiler import SQLCompiler

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]


class Driver(Protocol):
    """asyncpg's connection, as far as it is used here."""

    async def fetch(self, query: str, /, *values: object) -> Sequence[Mapping[str, Any]]:
        """Send one statement and return its rows."""

    async def executemany(self, query: str, values: Iterable[Sequence[object]], /) -> None:
        """Send one statement for many rows at once."""


class Direct:
    """One statement, ready to be sent.

    `columns` names what an INSERT or UPDATE sets. Lists of ids are compared with `any_`: there is one text for any number of them.
    """

    def __init__(self, statement: Executable, *columns: str) -> None:
        """Compile it."""
        assert isinstance(statement, ClauseElement)  # noqa: S101 - every statement is; SQLAlchemy's types do not say so
        compiled = statement.compile(dialect=_DIALECT, column_keys=list(columns) or None)
        self.sql = str(compiled)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - nothing but DDL compiles to something else
        self._names = tuple(compiled.positiontup or ())
        binds = {name: compiled.binds[name] for name in self._names}
        self._written = {name: bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT) for name, bind in binds.items()}
        self._fixed = {name: bind.value for name, bind in binds.items() if not bind.required}

    async def fetch(self, driver: Driver, **values: object) -> Sequence[Mapping[str, Any]]:
        """Send it, and return its rows by the names of their columns."""
        return await driver.fetch(self.sql, *self._in_order(values))

    async def each(self, driver: Driver, rows: Iterable[Mapping[str, object]]) -> None:
        """Send it for every row, in one message."""
        values = [self._in_order(row) for row in rows]
        if len(values) == 1:
            await driver.fetch(self.sql, *values[0])
        elif values:
            await driver.executemany(self.sql, values)

    def _in_order(self, values: Mapping[str, object]) -> list[object]:
        given = {**self._fixed, **values} if self._fixed else values
        return [given[name] if (write := self._written[name]) is None else write(given[name]) for name in self._names]


async def alone(engine: AsyncEngine, statement: Direct, **values: object) -> Sequence[Mapping[str, Any]]:
    """Send a statement that names its county by itself as a whole transaction, in one message; return its rows once that is kept.

    SQLAlchemy does not see what becomes of it, so after any trouble its connection is not used again.
    """
    async with engine.connect() as connection:
        driver: Driver = (await connection.get_raw_connection()).driver_connection  # type: ignore[assignment]  # asyncpg's
        try:
            return await statement.fetch(driver, **values)
        except BaseException:
            await connection.invalidate()
            raise
