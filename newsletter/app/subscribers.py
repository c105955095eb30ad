"""The readers on the lists: ``letter.subscribers``."""

from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from newsletter.app.lists import Lists
from newsletter.app.opened import Opened, opened_to_write
from newsletter.progress import Progress, silent

if TYPE_CHECKING:
    from newsletter.readership import Added, Erasure, ImportOptions, ImportReport, Joining
    from newsletter.store.readers.subscribers import Subscriber
    from newsletter.store.readers.suppressions import Suppression


class FileOptions(NamedTuple):
    """What you say of a file of readers; what you leave out is found in the file, or asked for.

    ``columns`` name what columns hold, as ``NAME=field``; ``ignored`` are columns to leave out. ``values``
    say what the values of a column mean, as ``NAME:VALUE=ANSWER``, and ``everyone`` what everyone in the file
    is; an answer is confirmed, pending, unsubscribed, bounce, complaint, blocked or nothing. ``platform`` is
    where the file comes from. Rows that cannot be taken go to ``rejected_to``, by default next to the file.
    ``new_list`` insists on a list whose name is near another's.
    """

    columns: Sequence[str] = ()
    ignored: Sequence[str] = ()
    values: Sequence[str] = ()
    platform: str = ""
    everyone: str | None = None
    encoding: str | None = None
    rejected_to: Path | None = None
    new_list: bool = False

    def as_typed(self) -> tuple[str, ...]:
        """Return these options as the command takes them, for one that is to be run again with more."""
        options: dict[str, Sequence[object]] = {
            "--column": self.columns,
            "--ignore-column": self.ignored,
            "--value": self.values,
            "--from": [self.platform],
            "--as": [self.everyone],
            "--encoding": [self.encoding],
            "--refused": [self.rejected_to],
        }
        words = [(option, str(value)) for option, given in options.items() for value in given if value]
        typed = [word for pair in words for word in pair]
        return (*typed, "--new-list") if self.new_list else tuple(typed)


class SubscriberRecord(NamedTuple):
    """All that is kept of an address: the reader, and why it is never mailed.

    One of them may be None. Of an erased reader there is only a suppression, for the reason “erased”.
    """

    subscriber: "Subscriber | None"
    suppression: "Suppression | None"


class ErasureKey(NamedTuple):
    """The key under which erased addresses are hashed, in hexadecimal digits, and its fingerprint."""

    key: str
    fingerprint: str


class Subscribers(Opened):
    """The readers on a publication's lists. Instants are microseconds since 1970, UTC.

    Without ``list`` the only list is meant, but by ``remove``; AudienceError is raised when there is none or
    more than one.
    """

    def import_file(
        self,
        file: Path | str,
        list: str | None = None,
        *,
        options: FileOptions = FileOptions(),
        progress: Progress = silent,
    ) -> "ImportReport":
        """Bring a CSV file's readers, or a zip of such files, into a list: all of them or, if stopped, none.

        The list is made if there is none of that name. Raises AudienceError when the file cannot be read,
        leaves open who may be mailed, or has no row that can be taken, and for a new list whose name is near
        another's; UsageError for options that are not written as they should be; StoreError.
        """
        from newsletter.readership import import_subscribers

        wiring = self._wiring
        name = self._name_of(list)
        return import_subscribers(
            wiring.engine,
            name,
            Path(file),
            now=wiring.clock.now,
            progress=progress,
            options=self._how_to_read(options),
        )

    def _how_to_read(self, options: FileOptions) -> "ImportOptions":
        from newsletter import readership
        from newsletter.contacts.consent.questions import everyone_is
        from newsletter.contacts.table.columns import chosen
        from newsletter.contacts.text.encodings import named_encoding
        from newsletter.platforms.layout import Declaration

        return readership.ImportOptions(
            choices=chosen(options.columns, options.ignored),
            declared=Declaration(options.platform, tuple(options.values), everyone_is(options.everyone)),
            encoding=None if options.encoding is None else named_encoding(options.encoding),
            language=self.settings.publication.language,
            rejected_to=options.rejected_to,
            new_list=options.new_list,
            as_typed=options.as_typed(),
        )

    def add(self, address: str, list: str | None = None, *, joining: "Joining | None" = None) -> "Added":
        """Put one reader on a list, which is made if there is none of that name.

        ``joining`` has the reader's name and what fills the list's merge fields. Raises AudienceError for
        what is no address, for one that is never mailed, for a reader who left, unless they asked to come
        back, for values that are too long, for an archived list, and for a new list whose name is near
        another's.
        """
        from newsletter.readership import Joining, add

        wiring, name = self._wiring, self._name_of(list)
        return add(wiring.engine, name, address, now=wiring.clock.now, joining=joining or Joining())

    def show(self, address: str) -> SubscriberRecord:
        """Return all that is kept of an address. Raises AudienceError when nothing is."""
        from newsletter.readership import show

        return SubscriberRecord(*show(self._wiring.engine, address))

    def remove(self, address: str, list: str | None = None) -> Sequence[str]:
        """Take a reader off a list, or off all; return the names of those lists.

        A later import does not bring them back. Raises AudienceError when they are on none of them.
        """
        from newsletter.readership import remove

        wiring = self._wiring
        return remove(wiring.engine, address, now=wiring.clock.now, list_name=list)

    def export(self, out: IO[str] | Path | str, list: str | None = None, *, as_json: bool = False) -> int:
        """Write a list as CSV that an import takes back whole, or as JSON; return how many readers.

        ``out`` is an open text file, or a path, which takes its name once it is complete. Raises
        AudienceError when it cannot be written.
        """
        from newsletter.readership import export

        with opened_to_write(out) as file:
            return export(self._wiring.engine, file, list_name=list, as_json=as_json)

    def erase(self, address: str) -> "Erasure":
        """Erase all that is kept of a reader, for good, and never mail the address again.

        Files that commands left in the publication's folder are searched, too. What could not be done stands
        in the answer's ``problems``. Raises AudienceError for what is no address, StoreError when the
        database cannot take it: nothing is erased then.
        """
        from newsletter.readership import erase

        wiring = self._wiring
        return erase(
            wiring.engine,
            address,
            now=wiring.clock.now,
            key_if_new=wiring.new_erasure_key(),
            folder=wiring.settings.root,
            sandbox=wiring.sandbox_file,
        )

    def erasure_key(self) -> ErasureKey:
        """Return the secret key under which erased addresses are hashed.

        Raises AudienceError when nobody was erased yet.
        """
        from newsletter.readership import erasure_key

        return ErasureKey(*erasure_key(self._wiring.engine))

    def set_erasure_key(self, key: str) -> str:
        """Take another publication's erasure key; return its fingerprint.

        Raises AudienceError for what is no key, and where readers were erased under another one.
        """
        from newsletter.readership import set_erasure_key

        return set_erasure_key(self._wiring.engine, key)

    def _name_of(self, name: str | None) -> str:
        return Lists(self._wiring).only() if name is None else name
