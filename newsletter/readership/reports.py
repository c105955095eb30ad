"""What the provider reports, kept, counted and acted on; and the addresses that it itself no longer mails."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from newsletter.chunks import chunks
from newsletter.delivery.clock import SECOND, Now
from newsletter.delivery.events import Event
from newsletter.delivery.evidence import ReportedSuppression
from newsletter.delivery.provider import lists_suppressions
from newsletter.delivery.reports import PauseAt
from newsletter.errors import DeliveryError
from newsletter.progress import Progress, silent
from newsletter.store.database import read, write
from newsletter.store.events import ingest as kept
from newsletter.store.events.consequences import suppress_all
from newsletter.store.events.ingest import Taken
from newsletter.store.events.sync_cursor import remember_synced, synced_until

if TYPE_CHECKING:
    from newsletter.delivery.provider import Provider


# A day: what the provider dates back, or lists late, is read again. Reading an entry twice changes nothing.
OVERLAP = 24 * 3600 * SECOND
AT_ONCE = 500
AT_ONCE_TAKEN = 1_000  # reports: about 0.3 s of the database; a provider's post holds about as many
# A program that waits for SQLite's lock looks for it every 100 ms (its sqliteDefaultBusyCallback): without a
# pause as long as that, the next slice would have it before any other saw that it was free.
REST_SECONDS = 0.15

__all__ = ["Synced", "Taken", "sync", "take_reports"]


def take_reports(
    engine: Engine,
    reports: Sequence[Event],
    *,
    now: Now,
    pause: PauseAt,
    rest: Callable[[float], None] = time.sleep,
) -> Taken:
    """Take in what one post reported, a slice at a time, each all of it or nothing.

    Each report counts once, in whatever order and however often it comes, so a post whose taking broke off is
    taken again as a whole. It settles requests whose answer never came, suppresses addresses, takes readers
    off lists, raises alarms, and pauses a mailing that bounces or annoys too much. Between slices, ``rest``
    waits so many seconds for others to write. Raises StoreError when the database cannot take it: the
    provider posts again.
    """
    taken = Taken()
    for start in range(0, len(reports), AT_ONCE_TAKEN):
        if start:
            rest(REST_SECONDS)
        with write(engine) as connection:
            some = reports[start : start + AT_ONCE_TAKEN]
            taken += kept.take(connection, some, now=now(), pause=pause)
    return taken


@dataclass(frozen=True, slots=True)
class Synced:
    """What the provider's own lists held: entries ``read``, and addresses newly suppressed by reason.

    ``since`` and ``until`` are microseconds since 1970, UTC.
    """

    since: int
    until: int
    read: int
    suppressed: Mapping[str, int]


def sync(
    engine: Engine, provider: "Provider", *, now: Now, since: int | None = None, progress: Progress = silent
) -> Synced:
    """Suppress what the provider itself stopped mailing since the last time; it lifts no suppression.

    Without ``since`` (microseconds) it goes on where the last one ended, a day before to be safe; the first
    reads everything. Raises DeliveryError when the provider cannot be asked: what was read by then stands,
    and the next sync begins where this one did.
    """
    if not lists_suppressions(provider):
        raise DeliveryError(f"{provider.properties.name} has no lists of its own that can be read.")
    until = now()
    with read(engine) as connection:
        last = synced_until(connection, provider.identity)
    begin = max(0, (last or 0) - OVERLAP) if since is None else since
    suppressed: Counter[str] = Counter()
    done = 0
    for some in chunks(provider.suppressions(begin, until), AT_ONCE):
        suppressed += _suppress(engine, some, now)
        done += len(some)
        progress("suppressions read", done, 0)
    if since is None or (last is not None and since <= last):  # else there is a gap before it
        with write(engine) as connection:
            remember_synced(connection, provider.identity, until)
    return Synced(begin, until, done, dict(suppressed))


def _suppress(engine: Engine, some: Sequence[ReportedSuppression], now: Now) -> Counter[str]:
    count: Counter[str] = Counter()
    with write(engine) as connection:
        at = now()
        for reason in dict.fromkeys(suppression.reason for suppression in some):
            wanted = {suppression.email: reason for suppression in some if suppression.reason == reason}
            count[reason] += suppress_all(connection, wanted, now=at)
    return count
