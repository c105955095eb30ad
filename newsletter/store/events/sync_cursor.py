"""How far a provider's own lists were read: an instant for each provider."""

from sqlalchemy import Connection, insert, select, update

from newsletter.store.tables import limiter


def synced_until(connection: Connection, provider: str) -> int | None:
    """Return the instant up to which a provider's lists were read, or None."""
    return connection.scalar(select(limiter.c.tat).where(limiter.c.name == _name(provider)))


def remember_synced(connection: Connection, provider: str, until: int) -> None:
    """Write down up to which instant a provider's lists were read; it never moves back."""
    name = _name(provider)
    before = synced_until(connection, provider)
    if before is None:
        connection.execute(insert(limiter).values(name=name, tat=until))
    elif before < until:
        connection.execute(update(limiter).where(limiter.c.name == name).values(tat=until))


def _name(provider: str) -> str:
    return f"sync:{provider}"
