"""What a database refuses, in a sentence an editor can act on."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from newsletter.errors import StoreError

_NO_SUCH = ("42703", "42P01")  # PostgreSQL's undefined_column and undefined_table


@contextmanager
def store_errors(engine: Engine) -> Iterator[None]:
    """Turn a database's refusal into a sentence an editor can act on."""
    try:
        yield
    except sqlite3.Error as error:  # of a statement that went to the driver itself
        raise StoreError(explain(str(error), engine)) from error
    except OperationalError as error:
        raise StoreError(explain(str(error.orig), engine)) from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _NO_SUCH:
            raise StoreError(_of_another_version(str(error.orig).partition("\n")[0], engine)) from error
        raise StoreError(f"The database refused: {error.orig}", hint=where_it_is(engine)) from error


def explain(reason: str, engine: Engine) -> str:
    """Return the sentence for a driver's reason."""
    where = where_it_is(engine)
    for sign, sentence in {
        "locked": f"The database is locked by another program ({where}).\n  Close it and try again.",
        "readonly": f"The database cannot be written ({where}).\n  Check its and its folder's permissions.",
        "unable to open": f"The database cannot be opened ({where}). Check the path and its permissions.",
        "full": f"There is no room left for the database ({where}). Free some and run the command again.",
        "disk I/O error": f"The disk took no more of the database ({where}): a limit on the size of files "
        "(ulimit -f), a quota, or a failing disk. Remove the cause and run the command again.",
        "not a database": f"The file is not a database ({where}). Check [database] url in newsletter.toml.",
    }.items():
        if sign in reason:
            return sentence
    if "no such column" in reason or "no such table" in reason:
        return _of_another_version(reason, engine)
    return f"The database refused: {reason} ({where})."


def _of_another_version(reason: str, engine: Engine) -> str:
    """Say what a program that was running while another version upgraded the database needs."""
    return (
        "Another version of newsletter changed the database since this program began, so start it anew"
        f" ({reason}; {where_it_is(engine)})."
    )


def where_it_is(engine: Engine) -> str:
    """Return the database's URL, without its password."""
    return engine.url.render_as_string(hide_password=True)
