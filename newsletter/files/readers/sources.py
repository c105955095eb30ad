"""Sources: the bytes of a file of readers, or of each file of an archive, as often as they are asked for."""

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from newsletter.errors import AudienceError
from newsletter.progress import Progress
from newsletter.sentences import why_unread

PIECE = 256 * 1024  # bytes read at once
MAX_FILES = 50  # of an archive
_TABLES = (".csv", ".tsv", ".txt")


@dataclass(frozen=True, slots=True)
class Part:
    """A file of readers: the one that was named (``alone``), or one in an archive of that name."""

    name: str
    alone: bool
    size: int
    open: Callable[[], IO[bytes]]

    def pieces(self, progress: Progress) -> Iterator[bytes]:
        """Yield the bytes from their beginning. Raises AudienceError when they cannot be read."""
        done = 0
        try:
            file = self.open()
            file.seek(0)
            while piece := file.read(PIECE):
                yield piece
                done += len(piece)
                progress("Reading", done, self.size)
        except OSError as error:
            raise _unreadable(error, self.name) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
            raise AudienceError(
                f"The archive cannot be unpacked: {error}.",
                file=self.name,
                hint="Unpack it by hand, and import the files in it.",
            ) from error


def parts_of(path: Path, stack: ExitStack) -> Iterator[Part]:
    """Yield the file itself, or each table of a zip in order of name; ``stack`` closes what was opened.

    A pipe can be read once only, so what comes through it is put into a nameless file first.
    """
    try:
        file: IO[bytes] = stack.enter_context(path.open("rb"))
        if not path.is_file():
            copy = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  (the stack closes it)
            shutil.copyfileobj(file, copy, PIECE)
            file = copy
        size = file.seek(0, 2)
    except OSError as error:
        raise _unreadable(error, str(path)) from error
    tables = _tables_in(file, str(path), stack)
    if tables is None:
        yield Part(str(path), True, size, lambda: file)
        return
    archive, entries = tables
    for entry in entries:
        yield Part(entry.filename, False, entry.file_size, partial(_opened, archive, entry, stack))


def _opened(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, stack: ExitStack) -> IO[bytes]:
    return stack.enter_context(archive.open(entry))


def _tables_in(
    file: IO[bytes], name: str, stack: ExitStack
) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]] | None:
    """Return a zip and the tables in it; None for what is no zip, or is one as spreadsheets are."""
    if not zipfile.is_zipfile(file):
        return None
    archive = stack.enter_context(zipfile.ZipFile(file))
    entries = [entry for entry in archive.infolist() if _is_table(entry)]
    if not entries or any(entry.filename == "[Content_Types].xml" for entry in archive.infolist()):
        return None
    if len(entries) > MAX_FILES:
        raise AudienceError(
            f"The archive holds {len(entries)} tables; {MAX_FILES} are read at once.",
            file=name,
            hint="Unpack it, and import them one by one.",
        )
    return archive, sorted(entries, key=lambda entry: entry.filename)


def _is_table(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename)
    hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    return path.suffix.lower() in _TABLES and not entry.is_dir() and not hidden


def _unreadable(error: OSError, name: str) -> AudienceError:
    return AudienceError(why_unread(error), file=name)
