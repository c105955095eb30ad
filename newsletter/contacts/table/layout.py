"""Layout: how to read the rows of a file, once its header showed where its readers come from."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from newsletter.contacts.consent.file_consent import FileConsent
from newsletter.contacts.table.cells import RawRow
from newsletter.contacts.table.row import Erased, Row


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read a file's rows.

    ``consent_columns`` are the places of columns that say a reader's standing, ``left_out`` those of a
    platform's own bookkeeping: neither becomes a merge field. ``objects`` are those of JSON objects whose
    entries do, ``tags`` those of several words in one cell. ``platform`` is its title. With ``whole``, that
    reads the rows instead, into ``fields``; it raises ValueError, in a sentence, for one that it cannot read.
    """

    consent: FileConsent = field(default_factory=FileConsent)
    consent_columns: Collection[int] = ()
    left_out: Collection[int] = ()
    objects: Collection[int] = ()
    tags: Collection[int] = ()
    platform: str = ""
    whole: Callable[[RawRow], Row | Erased] | None = None
    fields: tuple[str, ...] = ()
