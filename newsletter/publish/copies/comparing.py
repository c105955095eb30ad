"""Whether this database is the one that sent last, by the log of requests next to it.

Each request is in the database first, then in the log, then on the wire. So a database that lacks a request
of the log was restored from a backup, or is not the one that sent.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from newsletter.delivery.request_log import (
    Entry,
    LogEnd,
    LoggedAnswer,
    LoggedRequest,
    LogLine,
    read_end,
    read_line,
)
from newsletter.errors import StoreError
from newsletter.publish.copies.standing import LostIssue, Standing
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.delivery.proof import Adoption

NEWEST = 200  # requests looked at: more than can leave at once


class _Known(NamedTuple):
    """What the database says of itself."""

    adopted: "Adoption | None"
    place: str
    newest: str | None  # a request that a provider accepted
    publication: int


def is_logged(wiring: Wiring) -> bool:
    """Say whether requests are logged: mail that stays on this machine mails nobody twice."""
    return wiring.settings.provider_kind.properties.delivers


def standing(wiring: Wiring) -> Standing:
    """Compare the database with the log of requests."""
    if not is_logged(wiring) or not wiring.has_database:
        return Standing()
    # The log is read between two looks at the database, as a sender may be at work: what the database knew
    # before must be in the log, and what is in the log must be in the database after.
    known = _ask(wiring)
    try:
        end = read_end(wiring.request_log.tail(), NEWEST)
    except StoreError as unreadable:  # looking at the rest still works
        return Standing((), unreadable.message.rstrip("."))
    unknown = end.attempts.keys() - _known_among(wiring, frozenset(end.attempts))
    lost = tuple(_by_issue(lost_requests(wiring))) if unknown else ()
    is_own = _own(wiring, known, end)
    if all(is_own(end.attempts[attempt]) for attempt in unknown):
        return Standing(lost, _doubt(wiring, known, end))
    part = "in part " if any(map(is_own, end.attempts.values())) else ""
    return Standing(lost, f"{wiring.request_log.path} is {part}another publication's", foreign=True)


def _ask(wiring: Wiring) -> _Known:
    from newsletter.store.copies import adoptions, lost_requests
    from newsletter.store.database import read

    provider = wiring.settings.provider_identity
    with read(wiring.engine) as connection:
        adopted = adoptions.latest(connection)
        newest = lost_requests.newest_accepted(connection, provider, adopted.at if adopted else 0)
        publication = adoptions.publication_of(connection)
        return _Known(adopted, adoptions.place_of(connection), newest, publication)


def _own(wiring: Wiring, known: _Known, end: LogEnd) -> Callable[[int], bool]:
    """Return what tells whether a publication's lines count as this one's: also those that do not say whose.

    A database that never sent, next to the very file that was written last, was made anew: all lines are.
    """
    never_sent = not (known.newest or known.adopted)
    if never_sent and end.place and end.place == wiring.request_log.place:
        return lambda _: True
    return lambda publication: publication in (0, known.publication)


def _doubt(wiring: Wiring, known: _Known, end: LogEnd) -> str:
    log = wiring.request_log
    if end.damaged:
        return f"{log.path} is damaged, and it alone tells what this database may have lost"
    if end.place and end.place != log.place:
        return "This publication was copied, moved or restored as a whole since it last sent"
    if _moved(known):
        return "This PostgreSQL database was copied, restored or failed over since it last sent"
    # Another machine's requests, to a database that they share, are in that machine's log.
    if wiring.settings.sqlite_path and known.newest and not _is_in_log(wiring, end, known.newest):
        missing = "lacks the latest requests of this database" if log.exists else "is not there"
        return f"{log.path} {missing}, and it alone tells whether this database is the one that sent last"
    return ""


def _moved(known: _Known) -> bool:
    from newsletter.store.copies.adoptions import same_place

    before = known.adopted.place if known.adopted else ""
    return bool(before) and not same_place(before, known.place)


def _is_in_log(wiring: Wiring, end: LogEnd, attempt: str) -> bool:
    if attempt in end.attempts:
        return True
    sign = f'"request":"{attempt}"'.encode()
    return any(sign in line for line in wiring.request_log.lines())


def _known_among(wiring: Wiring, attempts: frozenset[str]) -> set[str]:
    from newsletter.store.copies import lost_requests
    from newsletter.store.database import read

    with read(wiring.engine) as connection:
        return lost_requests.known_among(connection, attempts)


def entries(wiring: Wiring) -> Iterator[Entry]:
    """Yield what the log's lines say, the oldest first."""
    return (line.entry for line in _lines(wiring))


def _lines(wiring: Wiring) -> Iterator[LogLine]:
    """Yield the log's lines; a damaged one is a doubt of the whole elsewhere."""
    for data in wiring.request_log.lines():
        try:
            yield read_line(data)
        except ValueError:
            continue


def _own_entries(wiring: Wiring) -> Iterator[Entry]:
    """Yield what this publication's lines say, the oldest first.

    A line that does not say whose it is counts as the next one that does.
    """
    is_own = _own(wiring, _ask(wiring), read_end(wiring.request_log.tail(), NEWEST))
    unsaid: list[Entry] = []
    for line in _lines(wiring):
        unsaid.append(line.entry)
        if line.publication:
            yield from unsaid if is_own(line.publication) else ()
            unsaid.clear()
    yield from unsaid


def lost_requests(wiring: Wiring) -> list[LoggedRequest]:
    """Return the requests that may have been taken and that the database lost, the oldest first."""
    logged: dict[str, LoggedRequest] = {}
    for entry in _own_entries(wiring):
        if isinstance(entry, LoggedRequest):
            logged[entry.attempt] = entry
        elif isinstance(entry, LoggedAnswer) and not entry.taken:
            logged.pop(entry.attempt, None)
    known = _known_among(wiring, frozenset(logged))
    return [entry for entry in logged.values() if entry.attempt not in known]


def _by_issue(lost: list[LoggedRequest]) -> Iterator[LostIssue]:
    requests: Counter[str] = Counter()
    readers: Counter[str] = Counter()
    until: dict[str, int] = {}
    for logged in lost:
        requests[logged.issue] += 1
        readers[logged.issue] += len(logged.readers)
        until[logged.issue] = max(logged.posted_at, until.get(logged.issue, 0))
    for issue, n in requests.items():
        yield LostIssue(issue, n, readers[issue], until[issue])
