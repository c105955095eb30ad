"""Statements that a send runs for every batch: compiled once, and given to SQLite's driver as they are.

SQLAlchemy takes several times as long to hand such a statement on as SQLite takes to answer it. Another
database is asked through SQLAlchemy: there the way to it takes longer than either.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import orjson
from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.sql.compiler import SQLCompiler


class StatementResult(Protocol):
    """What a statement answered, by whichever of the two ways."""

    @property
    def rowcount(self) -> int:
        """Return how many rows an UPDATE changed."""

    def fetchone(self) -> Any:
        """Return the next row, a tuple; None when there is no other."""

    def fetchall(self) -> Sequence[Any]:
        """Return all rows that are left, as tuples."""


class _Compiled(NamedTuple):
    sql: str
    arguments: list[Any]  # those that are always the same, and the names of the others
    named: list[tuple[int, str]]  # where which of the others stands


class _Name(str):
    """Stands where a value is to come."""

    __slots__ = ()


class Prepared:
    """A statement whose values are bound by name each time it runs."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._compiled: _Compiled | None = None

    def run(self, connection: Connection, **values: object) -> StatementResult:
        """Run it in the connection's transaction. Raises the driver's errors, which ``write`` explains."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, values)
        if self._compiled is None:
            self._compiled = _compile(self._statement, connection.dialect)
        sql, arguments, named = self._compiled
        arguments = arguments.copy()
        for place, name in named:
            arguments[place] = values[name]
        driver: Any = connection.connection.dbapi_connection
        result: StatementResult = driver.execute(sql, arguments)
        return result


def columns(
    connection: Connection, rows: Prepared, as_json: Prepared, **values: object
) -> list[Sequence[Any]]:
    """Return what a query finds, a sequence for each column; nothing at all where no row is found.

    ``rows`` finds it row by row. SQLite is asked ``as_json`` instead, one row with an array for each column:
    its driver takes longer to make a row than SQLite to find it, and lets other threads in after each.
    """
    if connection.dialect.name != "sqlite":
        return [*zip(*rows.run(connection, **values).fetchall(), strict=True)]
    found = [*map(orjson.loads, as_json.run(connection, **values).fetchone())]
    return found if found[0] else []


def _compile(statement: Executable, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    assert isinstance(compiled, SQLCompiler)  # noqa: S101  (tables are made by migrations alone)
    awaited = {name: _Name(name) for name, bind in compiled.binds.items() if bind.required}
    whole = compiled.construct_expanded_state(awaited)
    arguments = list(whole.positional_parameters)
    named = [(place, str(value)) for place, value in enumerate(arguments) if isinstance(value, _Name)]
    # A member of a StrEnum costs the driver a search for how to store it.
    return _Compiled(whole.statement, [str(v) if isinstance(v, str) else v for v in arguments], named)
