"""Consent: what readers agreed to or took back, in rows that are only added to."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, select

from newsletter.contacts.consent.standing import ConsentKind
from newsletter.store.prepared import Prepared
from newsletter.store.tables import consent, mailing_list
from newsletter.store.upsert import insert_by


@dataclass(frozen=True, slots=True)
class Consent:
    """One step of a reader with one list. ``at`` is microseconds since 1970, UTC."""

    list_name: str
    at: int
    kind: str
    source: str
    wording: str
    form: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Step:
    """What a reader agreed to (``wording``, on ``form``) or took back, and what shows it.

    ``at`` is microseconds since 1970, UTC. ``source`` is import, command, link or provider, or a platform's
    name.
    """

    subscriber_id: int
    list_id: int
    at: int
    kind: ConsentKind
    source: str
    wording: str = ""
    form: str = ""
    evidence: str = ""


STEP = tuple(field.name for field in fields(Step))
GIVEN = tuple(consent.c[name] for name in STEP if name not in {"subscriber_id", "list_id"})


def record(connection: Connection, step: Step) -> None:
    """Add a step of a reader with a list. The same step twice is kept once."""
    record_all(connection, [asdict(step)])


def record_all(connection: Connection, steps: Iterable[Mapping[str, object]]) -> None:
    """Add many steps at once, each with the fields of a ``Step``."""
    _new_steps(connection.dialect.name).run_many(connection, [dict(step) for step in steps])


@cache
def _new_steps(dialect: str) -> Prepared:
    columns: dict[str, Any] = {name: bindparam(name) for name in STEP}
    return Prepared(lambda: insert_by(dialect, consent).values(columns).on_conflict_do_nothing())


def steps_of(connection: Connection, subscriber_id: int) -> list[Consent]:
    """Return every step of a reader, the oldest first."""
    return [Consent(*row) for row in _STEPS.run(connection, subscriber=subscriber_id).fetchall()]


_STEPS = Prepared(
    lambda: (
        select(mailing_list.c.name, *GIVEN)
        .join(mailing_list, mailing_list.c.id == consent.c.list_id)
        .where(consent.c.subscriber_id == bindparam("subscriber"))
        .order_by(consent.c.at, consent.c.list_id, consent.c.kind, consent.c.source)
    )
)
