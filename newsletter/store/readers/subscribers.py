"""Subscribers and their subscriptions, one at a time, and whole lists read out as a stream."""

from collections.abc import Iterator
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, bindparam, insert, select, update

from newsletter.delivery.states import SubscriptionState
from newsletter.errors import AudienceError
from newsletter.store.prepared import Prepared
from newsletter.store.readers.consent import GIVEN, Consent, steps_of
from newsletter.store.readers.suppressions import ERASED, suppressed
from newsletter.store.tables import consent, mailing_list, subscriber, subscription, suppression


@dataclass(frozen=True, slots=True)
class Subscription:
    """What holds between a reader and a list. Times are microseconds since 1970, UTC."""

    list_name: str
    status: SubscriptionState
    since: int
    created_at: int
    paused_until: int | None = None


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A reader and all that is kept of them; ``suppressed`` is the reason why they are never mailed."""

    id: int
    email: str
    name: str
    attrs: dict[str, str]
    suppressed: str | None
    created_at: int
    subscriptions: tuple[Subscription, ...]
    consent: tuple[Consent, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedSubscriber:
    """A reader as one list has them: a line of an export. Times are microseconds since 1970, UTC.

    ``since`` is that of the status, ``created_at`` when they joined the list, ``known_since`` when the
    address came to this publication, ``paused_until`` when a pause ends. A consent is its instant, kind,
    source, wording, form and evidence.
    """

    email: str
    name: str
    attrs: dict[str, str]
    status: SubscriptionState
    since: int
    created_at: int
    suppressed: str | None
    suppressed_since: int | None
    known_since: int
    paused_until: int | None = None
    consents: tuple[tuple[int, str, str, str, str, str], ...] = ()


def find(connection: Connection, email: str) -> Subscriber | None:
    """Return the subscriber of a normalised address, or None."""
    row = next(iter(_SUBSCRIBER.rows(connection, address=email)), None)
    if row is None:
        return None
    held = _SUBSCRIPTIONS.run(connection, subscriber=row.id).fetchall()
    attrs: dict[str, str] = orjson.loads(row.attrs)
    return Subscriber(
        row.id,
        row.email,
        row.name,
        attrs,
        row.suppressed,
        row.created_at,
        tuple(Subscription(name, SubscriptionState(status), *instants) for name, status, *instants in held),
        tuple(steps_of(connection, row.id)),
    )


_SUBSCRIBER = Prepared(lambda: select(subscriber).where(subscriber.c.email == bindparam("address")))
_SUBSCRIPTIONS = Prepared(
    lambda: (
        select(
            mailing_list.c.name,
            subscription.c.status,
            subscription.c.since,
            subscription.c.created_at,
            subscription.c.paused_until,
        )
        .join(mailing_list, mailing_list.c.id == subscription.c.list_id)
        .where(subscription.c.subscriber_id == bindparam("subscriber"))
        .order_by(mailing_list.c.name)
    )
)


def put(connection: Connection, email: str, *, name: str, attrs: dict[str, str], now: int) -> int:
    """Add a subscriber or bring a known one up to date, and return the id; what is empty erases nothing.

    Raises AudienceError for an address whose reader was erased.
    """
    known = find(connection, email)
    if known is None:
        held = suppressed(connection, email)
        if held is not None and held.reason == ERASED:
            raise AudienceError(f"{email} was erased, and is not stored again.")
        row = {"email": email, "name": name, "attrs": orjson.dumps(attrs).decode(), "created_at": now}
        return int(_NEW.scalar(connection, **row, suppressed=held and held.reason))
    merged = orjson.dumps(known.attrs | attrs).decode()
    _MERGED.run(connection, subscriber=known.id, name=name or known.name, attrs=merged)
    return known.id


_NEW = Prepared(
    lambda: (
        insert(subscriber)
        .values({name: bindparam(name) for name in ("email", "name", "attrs", "created_at", "suppressed")})
        .returning(subscriber.c.id)
    )
)
_MERGED = Prepared(
    lambda: (
        update(subscriber)
        .where(subscriber.c.id == bindparam("subscriber"))
        .values({name: bindparam(name) for name in ("name", "attrs")})
    )
)


def status_of(connection: Connection, list_id: int, subscriber_id: int) -> SubscriptionState | None:
    """Return the status of a subscription, or None when there is none."""
    status = _STATUS.scalar(connection, list=list_id, subscriber=subscriber_id)
    return None if status is None else SubscriptionState(status)


_STATUS = Prepared(
    lambda: select(subscription.c.status).where(
        subscription.c.list_id == bindparam("list"), subscription.c.subscriber_id == bindparam("subscriber")
    )
)


def set_status(
    connection: Connection, list_id: int, subscriber_id: int, status: SubscriptionState, *, now: int
) -> bool:
    """Give a subscription a status, making it if need be; False when it had that status before."""
    before = status_of(connection, list_id, subscriber_id)
    if before == status:
        return False
    if before is None:
        row = {"list_id": list_id, "subscriber_id": subscriber_id, "status": str(status)}
        _SUBSCRIBED.run(connection, **row, now=now)
        return True
    of = {"list": list_id, "reader": subscriber_id, "before": str(before)}
    _GIVEN_STATUS.run(connection, **of, status=str(status), now=now)
    return True


_SUBSCRIBED = Prepared(
    lambda: insert(subscription).values(
        {name: bindparam(name) for name in ("list_id", "subscriber_id", "status")}
        | {name: bindparam("now") for name in ("since", "created_at")}
    )
)
_GIVEN_STATUS = Prepared(
    lambda: (
        update(subscription)
        .where(
            subscription.c.list_id == bindparam("list"),
            subscription.c.subscriber_id == bindparam("reader"),
            subscription.c.status == bindparam("before"),
        )
        .values(status=bindparam("status"), since=bindparam("now"), paused_until=None)
    )
)


def on_list(connection: Connection, list_id: int) -> Iterator[ListedSubscriber]:
    """Yield a list's readers in order of address, as they are read: memory stays flat."""
    after = ""
    while page := connection.execute(_PAGE, {"list": list_id, "after": after}).all():
        given = _consents(connection, list_id, [row.id for row in page])
        for row in page:
            yield ListedSubscriber(
                row.email,
                row.name,
                orjson.loads(row.attrs),
                SubscriptionState(row.status),
                row.since,
                row.joined_at,
                row.suppressed,
                row.suppressed_since,
                row.known_since,
                row.paused_until,
                tuple(given.get(row.id, ())),
            )
        after = page[-1].email


_PAGE = (
    select(
        subscriber.c.id,
        subscriber.c.email,
        subscriber.c.name,
        subscriber.c.attrs,
        subscriber.c.suppressed,
        subscriber.c.created_at.label("known_since"),
        subscription.c.status,
        subscription.c.since,
        subscription.c.paused_until,
        subscription.c.created_at.label("joined_at"),
        suppression.c.since.label("suppressed_since"),
    )
    .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
    .outerjoin(suppression, suppression.c.email == subscriber.c.email)
    .where(subscription.c.list_id == bindparam("list"), subscriber.c.email > bindparam("after"))
    .order_by(subscriber.c.email)
    .limit(500)
)


def _consents(
    connection: Connection, list_id: int, subscriber_ids: list[int]
) -> dict[int, list[tuple[int, str, str, str, str, str]]]:
    """Return the consents of some readers to a list, oldest first."""
    found = connection.execute(
        select(consent.c.subscriber_id, *GIVEN)
        .where(consent.c.list_id == list_id, consent.c.subscriber_id.in_(subscriber_ids))
        .order_by(consent.c.subscriber_id, consent.c.at, consent.c.kind, consent.c.source)
    )
    given: dict[int, list[tuple[int, str, str, str, str, str]]] = {}
    for subscriber_id, *rest in found:
        given.setdefault(subscriber_id, []).append(tuple(rest))
    return given
