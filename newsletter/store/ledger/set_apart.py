"""What makes a batch that of its readers alone, once other mailings looked at all but them."""

from sqlalchemy import Connection, func, select

from newsletter.store.tables import mailing


def set_apart(connection: Connection, mailing_id: int, reader_ids: bytes) -> dict[str, object]:
    """Return the values of a batch that may have been taken, and was not: its readers wait, or are given up.

    Mailings of the issue since then, to whatever list, looked again at those it left out, and not at them.
    """
    own = select(mailing.c.issue, mailing.c.provider).where(mailing.c.id == mailing_id)
    issue, provider = connection.execute(own).one()
    latest = select(func.max(mailing.c.id)).where(mailing.c.issue == issue, mailing.c.provider == provider)
    return {"n": 0, "reader_ids": None, "only": reader_ids, "decided_after": connection.scalar(latest)}
