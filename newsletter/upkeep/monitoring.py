"""Whether the database answers, and figures for a monitor; no address in any."""

from sqlalchemy import Engine

from newsletter.store.accounts import metrics
from newsletter.store.accounts.metrics import Figures
from newsletter.store.database import read


def check_database(engine: Engine) -> None:
    """Ask the database the cheapest question there is. Raises StoreError when it does not answer."""
    with read(engine) as connection:
        metrics.ask(connection)


def figures(engine: Engine, *, latest: int) -> Figures:
    """Return the counts as they stand now; those by issue of the ``latest`` mailings. Raises StoreError."""
    with read(engine) as connection:
        return metrics.figures(connection, latest=latest)
