"""A file of readers into a list: read row by row into a staging, then stored whole or not at all."""

from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Connection, Engine

from newsletter.contacts.consent.questions import answers_given, header_key
from newsletter.contacts.table.header import NoReaders
from newsletter.delivery.clock import Now
from newsletter.files.readers.sources import parts_of
from newsletter.progress import Progress, silent
from newsletter.readership.import_report import ImportReport
from newsletter.readership.lists import check_new, clean_name
from newsletter.readership.reading import ImportOptions, Reading, Recalled
from newsletter.store.database import read
from newsletter.store.readers.column_answers import answers_to, remember
from newsletter.store.readers.erasures import add_hash, count_erased, erase_again, fingerprint
from newsletter.store.readers.imports.merging import Destination, merge
from newsletter.store.readers.imports.staging import Staging
from newsletter.store.readers.imports.transaction import import_connection, staging, storing


def import_subscribers(
    engine: Engine,
    list_name: str,
    path: Path,
    *,
    now: Now,
    progress: Progress = silent,
    options: ImportOptions = ImportOptions(),
) -> ImportReport:
    """Bring a file's readers into a list, which is made if need be: all of them or, if stopped, none.

    The file is CSV, or a zip of CSV files as Mailchimp makes them. Rows that cannot be taken go to a file of
    their own. Raises AudienceError when the file itself cannot be, when its columns leave open who may be
    mailed, when every row is rejected, or for a new list whose name is near another's; and StoreError.
    """
    report = ImportReport(str(path), clean_name(list_name))
    recalled = _recall(engine, report.list_name, new_list=options.new_list)
    reading = Reading(path, report, options, recalled)
    with ExitStack() as opened:
        with import_connection(engine) as connection:
            with staging(connection):
                staged = Staging(connection)
                for part in parts_of(path, opened):
                    reading.stage(part, staged, opened, progress=progress)
                if not report.files:
                    raise NoReaders("No file in the archive holds a column of addresses.", file=str(path))
                report.merged = staged.fold()
            reading.insist_on_readers_and_answers()
            with storing(connection):
                into = Destination(
                    report.list_name,
                    reading.attributes,
                    now(),
                    evidence=path.name,
                    erased_before=recalled.erased,
                )
                list_id = merge(
                    connection, report.merged, into, progress=lambda done, of: progress("Storing", done, of)
                )
                _erase_those_of_export(connection, reading, now)
                _remember_answers(connection, list_id, reading)
        reading.keep_rejected_rows()
    return report


def _recall(engine: Engine, list_name: str, *, new_list: bool) -> Recalled:
    """Return what earlier imports and erasures left; refuse a slip of the hand in the list's name."""
    with read(engine) as connection:
        check_new(connection, list_name, new_list=new_list)
        values, columns = answers_to(connection, list_name)
        return Recalled(values, columns, fingerprint(connection), count_erased(connection))


def _erase_those_of_export(connection: Connection, reading: Reading, now: Now) -> None:
    for address in reading.erased:
        add_hash(connection, address.hash, now=address.at)
    if reading.erased:
        erase_again(connection, now=now())  # a reader here who was erased elsewhere


def _remember_answers(connection: Connection, list_id: int, reading: Reading) -> None:
    """Keep what was said of columns and values, so that it is asked once."""
    values: dict[tuple[str, str], str] = {}
    columns: dict[str, str] = {}
    for table in (file.table for file in reading.report.files):
        values |= answers_given(table.layout.consent.questions.answers, reading.declared.remembered)
        columns |= {header_key(table.header[place]): name for place, name in table.columns.given.items()}
    remember(connection, list_id, values, columns)
