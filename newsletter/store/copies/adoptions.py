"""Which copy of the database sends: a person's word, and where a PostgreSQL database stands."""

from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, func, insert, or_, select, text
from sqlalchemy.exc import DBAPIError

from newsletter.delivery.proof import Adoption
from newsletter.store.prepared import Prepared
from newsletter.store.tables import adoption, attempt, mailing, mailing_list

_NAMES = Adoption._fields
_ADOPTIONS = select(*(adoption.c[name] for name in _NAMES))
UNTOLD = "-"  # a part of a place that the server does not tell
_SERVER = "SELECT system_identifier FROM pg_control_system()"
_TIMELINE = "SELECT timeline_id FROM pg_control_checkpoint()"
_DATABASE = "SELECT oid FROM pg_database WHERE datname = current_database()"


def adopt(connection: Connection, made: Adoption) -> None:
    """Write an adoption down, for good."""
    values = {name: getattr(made, name) for name in _NAMES}
    connection.execute(insert(adoption).values(values))


def latest(connection: Connection) -> Adoption | None:
    """Return the latest adoption of the whole copy, if there is one."""
    return next(iter(_adoptions(connection, "")), None)


def of_issue(connection: Connection, issue: str) -> list[Adoption]:
    """Return the adoptions of an issue, the latest first."""
    return _adoptions(connection, issue)


def _adoptions(connection: Connection, issue: str) -> list[Adoption]:
    rows = connection.execute(_ADOPTIONS.where(adoption.c.issue == issue).order_by(adoption.c.id.desc()))
    return [Adoption(*row) for row in rows]


def concerning(connection: Connection, issue: str, provider: str) -> list[Adoption]:
    """Return what persons said that an issue was sent on: of it, or of the copy while it was sent."""
    return [Adoption(*row) for row in _CONCERNING.run(connection, of=issue, provider=provider).fetchall()]


def _concerning() -> Select[Any]:
    meanwhile = (
        select(mailing.c.id)
        .where(
            mailing.c.issue == bindparam("of"),
            mailing.c.provider == bindparam("provider"),
            mailing.c.created_at <= adoption.c.at,
            or_(mailing.c.finished_at.is_(None), mailing.c.finished_at >= adoption.c.at),
        )
        .exists()
    )
    of_it = or_(adoption.c.issue == bindparam("of"), and_(adoption.c.issue == "", meanwhile))
    return _ADOPTIONS.where(adoption.c.reason != "", of_it).order_by(adoption.c.id)


_CONCERNING = Prepared(_concerning)


def unfamiliar(connection: Connection, issue: str, provider: str) -> int:
    """Count the readers of an issue's requests that this database does not know."""
    total = select(func.sum(mailing.c.unfamiliar)).where(
        mailing.c.issue == issue, mailing.c.provider == provider
    )
    return int(connection.scalar(total) or 0)


def newest_posted(connection: Connection) -> int:
    """Return when the latest request left, by whatever clock; 0 when none did."""
    return int(connection.scalar(select(func.max(attempt.c.posted_at))) or 0)


def publication_of(connection: Connection) -> int:
    """Return what tells this publication from others: when its first list was made (microseconds), or 0.

    No list is ever deleted, so that every backup with a reader in it says the same.
    """
    first = select(mailing_list.c.created_at).order_by(mailing_list.c.id).limit(1)
    return int(connection.scalar(first) or 0)


def remember_place(connection: Connection) -> None:
    """Write down where a PostgreSQL database stands when it first sends, as there is nothing to doubt yet."""
    place, known = place_of(connection), latest(connection)
    if place and not (known and known.place):
        adopt(connection, Adoption(known.at if known else 0, "", "", place=place))


def place_of(connection: Connection) -> str:
    """Return where a PostgreSQL database stands: its server's identifier, timeline, and its own number.

    A part that the server does not tell is ``-``. An SQLite database stands where its file does: nothing.
    """
    if connection.dialect.name == "sqlite":
        return ""
    return "/".join(_asked(connection, query) for query in (_SERVER, _TIMELINE, _DATABASE))


def _asked(connection: Connection, query: str) -> str:
    try:
        with connection.begin_nested():
            return str(connection.scalar(text(query)))
    except DBAPIError:  # a managed server, or an old one, may tell nobody
        return UNTOLD


def same_place(before: str, now: str) -> bool:
    """Say whether two places may be the same, as far as both are told."""
    parts = zip(before.split("/"), now.split("/"), strict=False)
    return all(here == there or UNTOLD in (here, there) for here, there in parts)
