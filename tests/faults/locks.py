"""Another program that holds the database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from faults.scene import Scene
from pace import FOREVER
from sqlalchemy import create_engine, make_url, text


@contextmanager
def locked(scene: Scene) -> Iterator[None]:
    """Keep everybody else from writing, as another program would."""
    url = make_url(scene.database_url)
    if url.get_backend_name() == "sqlite":
        path = scene.publication.root / (url.database or "")
        with closing(sqlite3.connect(path, isolation_level=None, timeout=FOREVER)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            yield
            holder.execute("ROLLBACK")
        return
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE batch IN ACCESS EXCLUSIVE MODE"))
        yield
    engine.dispose()
