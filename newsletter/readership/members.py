"""Who is on a list: joining, being taken off it, never being mailed again; and whole lists in and out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, Engine

from newsletter import exports
from newsletter.audience import fields
from newsletter.audience.address import normalise
from newsletter.audience.lines import text_lines
from newsletter.audience.rows import Refused, Row, Status, Table
from newsletter.errors import AudienceError
from newsletter.readership.lists import check_new, clean_name
from newsletter.refusals import RefusedRows, beside
from newsletter.store import consent, imports, lists, subscribers, suppressions
from newsletter.store.database import read, write
from newsletter.store.imports import Tally
from newsletter.store.subscribers import Subscriber
from newsletter.store.suppressions import REASONS, Suppression

Now = Callable[[], int]
Progress = Callable[[str, int, int], None]  # a step's name, how much is done, of how much

PIECE = 256 * 1024  # bytes read at once


@dataclass(slots=True)
class ImportReport:
    """What became of every row: ``rows`` is refused + repeated + suppressed + left + joined + known.

    ``attributes`` maps columns to the merge fields they fill, ``ignored`` names the columns not taken.
    ``shortened`` names were cut to their bound; ``overfull`` readers kept their earlier attributes.
    """

    file: str
    list_name: str
    list_made: bool = False
    joined: int = 0
    known: int = 0
    repeated: int = 0
    suppressed: Tally = field(default_factory=Tally)
    left: Tally = field(default_factory=Tally)
    refused: dict[str, Tally] = field(default_factory=dict)
    refused_file: Path | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    shortened: int = 0
    overfull: Tally = field(default_factory=Tally)

    @property
    def refused_count(self) -> int:
        """Count the rows that were left out for what they say."""
        return sum(tally.count for tally in self.refused.values())

    @property
    def rows(self) -> int:
        """Count the rows that were not blank."""
        taken = self.joined + self.known + self.repeated
        return taken + self.suppressed.count + self.left.count + self.refused_count


def _silent(_step: str, _done: int, _of: int) -> None:
    """Tell nobody."""


def import_subscribers(
    engine: Engine,
    list_name: str,
    path: Path,
    *,
    now: Now,
    progress: Progress = _silent,
    refused_to: Path | None = None,
) -> ImportReport:
    """Bring a CSV file's readers into a list, which is made if need be: all of them or, if stopped, none.

    Rows that cannot be taken go to ``refused_to``, by default ``NAME.refused.csv`` beside the file. Raises
    AudienceError when the file itself cannot be, and StoreError.
    """
    list_name = clean_name(list_name)
    table = Table(str(path))
    report = ImportReport(str(path), list_name, attributes=table.attributes, ignored=table.ignored)
    with RefusedRows(refused_to or beside(path), table) as refused:
        lines = text_lines(_pieces(path, progress), file=str(path))
        merged = imports.import_rows(
            engine,
            list_name,
            _without_refused(table.rows(lines), refused, report),
            attributes=_Fields(table),
            clock=now,
            progress=lambda done, of: progress("Storing", done, of),
        )
        report.refused_file = refused.keep()
    report.list_made, report.shortened = merged.list_made, table.shortened
    report.joined, report.known, report.repeated = merged.joined, merged.known, merged.repeated
    report.suppressed, report.left, report.overfull = merged.suppressed, merged.left, merged.overfull
    return report


@dataclass(frozen=True, slots=True)
class _Fields:
    """A table's fields, looked at once its first line has been read."""

    table: Table

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.table.fields))


def _pieces(path: Path, progress: Progress) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            size, done = path.stat().st_size, 0
            while piece := file.read(PIECE):
                yield piece
                done += len(piece)
                progress("Reading", done, size)
    except OSError as error:
        raise AudienceError(f"The file cannot be read: {error.strerror}.", file=str(path)) from error


def _without_refused(
    rows: Iterator[Row | Refused], refused: RefusedRows, report: ImportReport
) -> Iterator[Row]:
    for row in rows:
        if isinstance(row, Row):
            yield row
        else:
            report.refused.setdefault(row.reason, Tally()).add(row.line)
            refused.add(row)


@dataclass(frozen=True, slots=True)
class Added:
    """A reader put on a list by hand; ``joined`` is False when nothing about the subscription changed."""

    email: str
    list_name: str
    list_made: bool
    joined: bool
    status: Status


def add(
    engine: Engine,
    list_name: str,
    address: str,
    *,
    now: Now,
    name: str = "",
    attributes: Mapping[str, str] | None = None,
    pending: bool = False,
    again: bool = False,
    new_list: bool = False,
) -> Added:
    """Put one reader on a list, which is made if need be.

    Raises AudienceError for what is no address, for one that is never mailed, for values that are too long,
    for a reader who left the list, unless they asked to come back (``again``), for an archived list and,
    without ``new_list``, for a new one whose name is near another's.
    """
    email, list_name = normalise(address), clean_name(list_name)
    values = fields.attributes(attributes or {})
    status: Status = "pending" if pending else "confirmed"
    with write(engine) as connection:
        at = now()
        check_new(connection, list_name, new_list=new_list)
        key, made = lists.ensure_list(connection, list_name, now=at)
        _refuse_suppressed(connection, email)
        reader = subscribers.put(
            connection, email, name=fields.shorten(fields.clean(name)), attrs=values, now=at
        )
        lists.add_attributes(connection, key, values)
        before = subscribers.status_of(connection, key, reader)
        if before == "unsubscribed" and not again:
            raise AudienceError(
                f"{email} left the list “{list_name}”.", hint="If the reader asked to come back, add --again."
            )
        if before == "confirmed":
            status = before  # what a reader confirmed is not taken back
        joined = subscribers.set_status(connection, key, reader, status, now=at)
        if joined:
            consent.record(
                connection,
                subscriber_id=reader,
                list_id=key,
                at=at,
                kind="joined" if pending else "confirmed",
                source="command",
                evidence="asked to come back" if before == "unsubscribed" else "",
            )
    return Added(email, list_name, made, joined, status)


def _refuse_suppressed(connection: Connection, email: str) -> None:
    held = suppressions.suppressed(connection, email)
    if held is not None:
        raise AudienceError(
            f"{email} is never mailed: {held.reason}.",
            hint=f"If that is over: newsletter suppressions remove {email}",
        )


def show(engine: Engine, address: str) -> tuple[Subscriber | None, Suppression | None]:
    """Return all that is kept of an address; of an erased one, a suppression for the reason “erased”.

    Raises AudienceError when nothing is kept.
    """
    email = normalise(address)
    with read(engine) as connection:
        found, held = subscribers.find(connection, email), suppressions.suppressed(connection, email)
    if found is None and held is None:
        raise AudienceError(f"Nothing is known of {email}.")
    return found, held


def remove(engine: Engine, address: str, *, now: Now, list_name: str | None = None) -> list[str]:
    """Take a reader off one list, or off all; return the names of those lists.

    The subscription stays, as unsubscribed: a later import does not bring the reader back, and the proof of a
    send that is under way still adds up. Raises AudienceError when he is on none.
    """
    email = normalise(address)
    with write(engine) as connection:
        found = subscribers.find(connection, email)
        wanted = None if list_name is None else lists.find(connection, list_name).name
        held = [one for one in found.subscriptions if one.status != "unsubscribed"] if found else []
        names = [one.list_name for one in held if wanted in {None, one.list_name}]
        if found is None or not names:
            where = f"on the list “{wanted}”" if wanted else "on any list"
            raise AudienceError(f"{email} is not {where}.", hint=f"See: newsletter subscribers show {email}")
        at = now()
        for name in names:
            key = lists.find(connection, name).id
            subscribers.set_status(connection, key, found.id, "unsubscribed", now=at)
            consent.record(
                connection,
                subscriber_id=found.id,
                list_id=key,
                at=at,
                kind="unsubscribed",
                source="command",
            )
    return names


def suppress(
    engine: Engine, addresses: Iterable[str], *, now: Now, reason: str = "manual"
) -> list[Suppression]:
    """Never mail these addresses again, whatever list they are or come on; the first reason given stands.

    Raises AudienceError for what is no address, and then suppresses none.
    """
    emails = list(map(normalise, addresses))
    if reason not in REASONS:
        raise AudienceError(f"“{reason}” is no reason.", hint=f"Reasons are: {', '.join(REASONS)}.")
    with write(engine) as connection:
        at = now()
        return [suppressions.suppress(connection, email, reason, now=at) for email in emails]


def unsuppress(engine: Engine, address: str, *, now: Now) -> str:
    """Let an address be mailed again; return it. Raises AudienceError when it was not suppressed."""
    email = normalise(address)
    with write(engine) as connection:
        if not suppressions.unsuppress(connection, email, now=now()):
            raise AudienceError(f"{email} is not suppressed.", hint="See: newsletter suppressions")
    return email


def export(engine: Engine, out: IO[str], *, list_name: str | None = None, as_json: bool = False) -> int:
    """Write a list as the CSV an import takes back, or as JSON; return how many readers."""
    with read(engine) as connection:
        chosen = lists.find(connection, list_name)
        members = subscribers.members(connection, chosen.id)
        if as_json:
            return exports.write_json(out, map(exports.member_document, members))
        names = lists.attributes(connection, chosen.id)
        header = ["email", "name", "status", *names]
        return exports.write_csv(out, header, (exports.member_cells(one, names) for one in members))


def export_suppressions(
    engine: Engine, out: IO[str], *, reason: str | None = None, as_json: bool = False
) -> int:
    """Write every address that is never mailed, or those of one reason; return how many."""
    with read(engine) as connection:
        found = suppressions.all_suppressions(connection, reason=reason)
        documents = map(exports.suppression_document, found)
        if as_json:
            return exports.write_json(out, documents)
        return exports.write_csv(out, ["email", "reason", "since"], (list(one.values()) for one in documents))
