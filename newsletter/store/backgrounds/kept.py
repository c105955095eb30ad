"""The living backgrounds of a mailing: written down with it, and read back as they were frozen."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, insert, select

from newsletter.delivery.frozen import FrozenBackground
from newsletter.store.tables import mailing_background


def keep_backgrounds(
    connection: Connection, mailing_id: int, backgrounds: Sequence[FrozenBackground]
) -> None:
    """Write down what a mailing carries."""
    rows = [
        {
            **background._asdict(),
            "mailing_id": mailing_id,
            "changed_shown": int(background.changed_shown),
            "sources": orjson.dumps(background.sources).decode(),
            "formerly": orjson.dumps(background.formerly).decode(),
        }
        for background in backgrounds
    ]
    if rows:
        connection.execute(insert(mailing_background), rows)


def backgrounds_in(connection: Connection, mailing_id: int) -> tuple[FrozenBackground, ...]:
    """Return what a mailing carries, in the order of the names."""
    return tuple(map(background_of, connection.execute(_KEPT, {"mailing": mailing_id})))


def background_of(row: Row[Any]) -> FrozenBackground:
    """Return what a row of the table says."""
    return FrozenBackground(
        name=row.name,
        digest=row.digest,
        title=row.title,
        text=row.text,
        reviewed=row.reviewed,
        reviewer=row.reviewer,
        changed=row.changed,
        changed_shown=bool(row.changed_shown),
        sources=tuple((text, url) for text, url in orjson.loads(row.sources)),
        formerly=tuple(orjson.loads(row.formerly)),
    )


_KEPT = (
    select(mailing_background)
    .where(mailing_background.c.mailing_id == bindparam("mailing"))
    .order_by(mailing_background.c.name)
)
