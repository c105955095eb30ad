"""How far a provider's own lists were read: an instant for each provider."""

from sqlalchemy import Connection, insert, select, update

from newsletter.store.tables import sync_cursor


def synced_until(connection: Connection, provider: str) -> int | None:
    """Return the instant up to which a provider's lists were read, or None."""
    return connection.scalar(select(sync_cursor.c.until).where(sync_cursor.c.provider == provider))


def remember_synced(connection: Connection, provider: str, until: int) -> None:
    """Write down up to which instant a provider's lists were read; it never moves back."""
    before = synced_until(connection, provider)
    if before is None:
        connection.execute(insert(sync_cursor).values(provider=provider, until=until))
    elif before < until:
        connection.execute(update(sync_cursor).where(sync_cursor.c.provider == provider).values(until=until))
