"""Inserts that know ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps per dialect."""

from typing import TYPE_CHECKING, Union

from sqlalchemy import Connection, Table

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

Insert = Union["sqlite.Insert", "postgresql.Insert"]


def insert_into(connection: Connection, table: Table) -> Insert:
    """Return an insert into a table that can say what happens where a row is there already."""
    return insert_by(connection.dialect.name, table)


def insert_by(dialect: str, table: Table) -> Insert:
    """Return such an insert for a dialect."""
    # The dialects take longer to import than most commands take to run: the one in use is there already.
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
