"""Statements that a send, a report or an account runs again and again: given to SQLite's driver as they are.

SQLAlchemy takes several times as long to hand such a statement on as SQLite takes to answer it. Another
database is asked through SQLAlchemy: there the way to it takes longer than either. A statement is built when
it first runs, and once: building one takes longer still, and most commands need few of them.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
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
    lists: frozenset[str]  # those that are a list: ``sql`` has a place for one value of each


class _Name(str):
    """Stands where a value is to come."""

    __slots__ = ()


class Prepared:
    """A statement whose values are bound by name each time it runs."""

    def __init__(self, build: Callable[[], Executable]) -> None:
        """Run what ``build`` returns; a list among its values is a ``bindparam`` that expands."""
        self._build = build
        self._statement: Executable | None = None
        self._compiled: _Compiled | None = None
        self._named_row: Callable[[Any], Any] | None = None

    def run(self, connection: Connection, **values: object) -> StatementResult:
        """Run it in the connection's transaction. Raises the driver's errors, which ``write`` explains."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._built(), values)
        compiled = self._compiled or self._compile(connection.dialect)
        sql, arguments = _bound(compiled, values)
        driver: Any = connection.connection.dbapi_connection
        result: StatementResult = driver.execute(sql, arguments)
        return result

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Run it once for each of some rows of values; not at all where there is none."""
        if not rows:
            return
        if connection.dialect.name != "sqlite":
            connection.execute(self._built(), rows)
            return
        compiled = self._compiled or self._compile(connection.dialect)
        driver: Any = connection.connection.dbapi_connection
        driver.executemany(compiled.sql, [_bound(compiled, row)[1] for row in rows])

    def rows(self, connection: Connection, **values: object) -> Sequence[Any]:
        """Return all that it finds, rows whose columns have names."""
        result: Any = self.run(connection, **values)
        if connection.dialect.name != "sqlite":
            return list(result)
        if self._named_row is None:
            names = [column[0] for column in result.description]
            row: Any = namedtuple("Row", names)  # type: ignore[misc]
            self._named_row = row._make
        return [*map(self._named_row, result)]

    def first(self, connection: Connection, **values: object) -> Any:
        """Return the first row that it finds, a tuple; None where it finds none."""
        return next(iter(self.run(connection, **values).fetchall()), None)

    def scalar(self, connection: Connection, **values: object) -> Any:
        """Return the first row's first column; None where it finds no row."""
        row = self.first(connection, **values)
        return None if row is None else row[0]

    def scalars(self, connection: Connection, **values: object) -> Iterator[Any]:
        """Return each row's first column."""
        return (row[0] for row in self.run(connection, **values).fetchall())

    def _built(self) -> Executable:
        if self._statement is None:
            self._statement = self._build()
        return self._statement

    def _compile(self, dialect: Dialect) -> _Compiled:
        self._compiled = _compile(self._built(), dialect)
        return self._compiled


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


def _bound(compiled: _Compiled, values: Mapping[str, object]) -> tuple[str, list[Any]]:
    """Return a statement and its arguments in their order."""
    sql, arguments, named, lists = compiled
    arguments = arguments.copy()
    if not lists:
        for place, name in named:
            arguments[place] = values[name]
        return sql, arguments
    return _with_lists(compiled, values)


def _with_lists(compiled: _Compiled, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """Return a statement with as many places as its lists have values, and the arguments in their order."""
    parts = compiled.sql.split("?")
    sql, arguments = parts[0], list[Any]()
    for argument, part in zip(compiled.arguments, parts[1:], strict=True):
        if not isinstance(argument, _Name):
            those: Sequence[Any] = (argument,)
        elif argument in compiled.lists:
            those = values[argument]
        else:
            those = (values[argument],)
        arguments += those
        sql += ", ".join("?" * len(those)) + part
    return sql, arguments


def _compile(statement: Executable, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    assert isinstance(compiled, SQLCompiler)  # noqa: S101  (tables are made by migrations alone)
    awaited = {name: _Name(name) for name, bind in compiled.binds.items() if bind.required}
    lists = frozenset(name for name in awaited if compiled.binds[name].expanding)
    whole = compiled.construct_expanded_state(
        {name: [value] if name in lists else value for name, value in awaited.items()}
    )
    arguments = list(whole.positional_parameters)
    named = [(place, str(value)) for place, value in enumerate(arguments) if isinstance(value, _Name)]
    # A member of a StrEnum costs the driver a search for how to store it.
    plain = [str(v) if isinstance(v, StrEnum) else v for v in arguments]
    return _Compiled(whole.statement, plain, named, lists)
