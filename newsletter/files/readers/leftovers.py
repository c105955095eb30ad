"""Files that commands left in a publication's folder, and an erased reader's rows in them."""

import csv
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.files.atomic import WholeFile
from newsletter.files.readers.rejected_rows import delimiter_of_rejected_rows

PIECE = 1024 * 1024  # characters read at once
OVERLAP = 4096  # more than an address takes in any encoding that is looked for
# Only these are looked into: other files hold no readers, or are no text.
SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".log", ".eml", ".part"})


@dataclass(slots=True)
class Leftovers:
    """What became of the files: ``cleaned`` lost rows, ``removed`` are gone, ``left`` stay as they are.

    ``left`` still mention the address; ``failed`` could not be read or written, each with its reason.
    """

    looked_into: int = 0
    cleaned: list[Path] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)
    left: list[Path] = field(default_factory=list)
    failed: list[tuple[Path, str]] = field(default_factory=list)


def clean(folder: Path, found: re.Pattern[str]) -> Leftovers:
    """Take what ``found`` matches out of the files that commands left in a folder and those below.

    Files of rejected rows lose each row that mentions the address; half-written files (``.NAME.part``, of a
    command that was killed) that do are removed. Others that mention it are an editor's own: they are named
    and stay as they are.
    """
    done = Leftovers()
    for path in _files(folder):
        done.looked_into += 1
        try:
            _clean(path, found, done)
        except (OSError, csv.Error) as error:
            done.failed.append((path, getattr(error, "strerror", None) or str(error)))
    return done


def _files(folder: Path) -> Iterator[Path]:
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        for name in sorted(names):
            path = Path(at) / name
            if path.suffix.lower() in SUFFIXES and path.is_file() and not path.is_symlink():
                yield path


def _clean(path: Path, found: re.Pattern[str], done: Leftovers) -> None:
    if not _mentions(path, found):
        return
    if path.name.startswith(".") and path.suffix == ".part":
        path.unlink()
        done.removed.append(path)
    elif (delimiter := delimiter_of_rejected_rows(path)) is not None:
        (done.cleaned if _without_rows(path, delimiter, found) else done.removed).append(path)
    else:
        done.left.append(path)


def _mentions(path: Path, found: re.Pattern[str]) -> bool:
    with path.open(encoding=_encoding(path), errors="replace") as file:
        before = ""
        while piece := file.read(PIECE):
            if found.search(before + piece):
                return True
            before = (before + piece)[-OVERLAP:]
    return False


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        return "utf-16" if file.read(2) in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"


def _without_rows(path: Path, delimiter: str, found: re.Pattern[str]) -> bool:
    """Write a file of rejected rows without those that mention an address; False when none is left."""
    whole = WholeFile(path, private=True, durable=True, encoding="utf-8-sig")
    rows = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            writer = csv.writer(whole.file, delimiter=delimiter, lineterminator="\n")
            for rows, row in enumerate(_others(source, delimiter, found)):  # noqa: B007  (the header is row 0)
                writer.writerow(row)
        whole.keep() if rows else path.unlink()
    finally:
        whole.discard()
    return rows > 0


def _others(source: Iterable[str], delimiter: str, found: re.Pattern[str]) -> Iterator[list[str]]:
    limit = csv.field_size_limit(
        2**31 - 1
    )  # a row that an import left out may be longer than Python's usual bound
    try:
        for row in csv.reader(source, delimiter=delimiter):
            if not any(map(found.search, row)):
                yield row
    finally:
        csv.field_size_limit(limit)
