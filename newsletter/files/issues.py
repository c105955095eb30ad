"""Issues as an editor keeps them: found by a path or an id, and read."""

import difflib
import os
from pathlib import Path
from typing import NamedTuple

from newsletter.backgrounds.names import FOLDER
from newsletter.errors import NewsletterError
from newsletter.paths import path_as_typed
from newsletter.sentences import command

MAX_ISSUE_BYTES = 1_000_000
NAMED = 5  # how many issues are named where none was meant clearly


class IssueFile(NamedTuple):
    """An issue's file: its id (the file's or the folder's name), where it is, and its bytes."""

    id: str
    path: Path
    name: str
    data: bytes


def find_issue(root: Path, reference: str) -> IssueFile:
    """Return the issue that ``reference`` means: a file, a folder, or an id below ``issues/``.

    Raises NewsletterError when there is none, with the nearest id, or when an id means two.
    """
    return _read(_path_of(root, reference))


def issue_by_id(root: Path, issue_id: str) -> IssueFile:
    """Return the issue of an id below ``issues/``; no path is taken, whatever the id says.

    Raises NewsletterError when there is none, with the nearest id, or when the id means two.
    """
    if not is_name(issue_id):
        raise NewsletterError(f"There is no issue “{issue_id}”.", hint=_suggest(root / "issues", issue_id))
    return _read(_below_issues(root, issue_id))


def _read(path: Path) -> IssueFile:
    issue_id = path.parent.name if path.name == "issue.md" else path.stem
    try:
        with path.open("rb") as file:
            data = file.read(MAX_ISSUE_BYTES + 1)
    except OSError as error:
        raise NewsletterError(f"The issue cannot be read: {error.strerror}.", file=str(path)) from error
    return IssueFile(issue_id, path, path_as_typed(path), data)


def _path_of(root: Path, reference: str) -> Path:
    for given in (Path(reference) / "issue.md", Path(reference)):
        if is_file(given):
            path = given.resolve()
            _refuse_background(root, path)
            return path
    return _below_issues(root, reference)


def _below_issues(root: Path, reference: str) -> Path:
    folder = root / "issues"
    places = (folder / f"{reference}.md", folder / reference / "issue.md")
    found = [place for place in places if is_file(place)]
    if len(found) == 2:
        raise NewsletterError(
            f"“{reference}” is both a file and a folder in {path_as_typed(folder)}.",
            hint=f"Name the one you mean: {path_as_typed(found[0])} or {path_as_typed(found[1])}",
        )
    if not found:
        raise NewsletterError(f"There is no issue “{reference}”.", hint=_suggest(folder, reference))
    return found[0]


def _refuse_background(root: Path, path: Path) -> None:
    if path.parent == (root / FOLDER).resolve():
        name = path_as_typed(path)
        raise NewsletterError(
            f"{name} is a living background, not an issue.",
            hint=f"Look through it: {command('check', name)}\n  "
            f"Correct it for everyone who got it: {command('correct', '--background', path.stem)}",
        )


def is_file(path: Path) -> bool:
    """Say whether there is a file, whatever its name."""
    # os.path, since pathlib's own raises for a name too long for the file system.
    return os.path.isfile(path)


def is_name(text: str) -> bool:
    """Say whether a text is the name of a file or a folder alone, and no way to one elsewhere."""
    return text not in ("", "..") and Path(text).name == text


def issue_ids(root: Path) -> list[str]:
    """Return the ids of all issues below ``issues/``, in the order of their names."""
    folder = root / "issues"
    files = [path.stem for path in folder.glob("*.md") if is_file(path)]
    return sorted(files + [path.parent.name for path in folder.glob("*/issue.md")])


def _suggest(folder: Path, reference: str) -> str:
    ids, wanted = issue_ids(folder.parent), Path(reference).stem
    holding = [issue for issue in ids if wanted and wanted in issue]
    if close := holding[-1:] or difflib.get_close_matches(wanted, ids, n=1):
        return f"Did you mean {close[0]}?"
    if not ids:
        return f"{path_as_typed(folder)} holds no issue yet."
    some = "There is" if len(ids) == 1 else "There are"
    named = some if len(ids) <= NAMED else f"The newest of {len(ids):,} are"
    return f"{named}: {', '.join(ids[-NAMED:])}"
