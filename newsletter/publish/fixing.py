"""Mend a brief where no word changes, and say what that changes, line by line."""

import difflib
import stat
from functools import partial
from pathlib import Path
from typing import NamedTuple

from newsletter.editorial import read_source
from newsletter.errors import NewsletterError
from newsletter.files.atomic import write_whole
from newsletter.files.issues import IssueFile, find_issue
from newsletter.publish.draft import read_text
from newsletter.wiring import Wiring

_BOM = b"\xef\xbb\xbf"


class FixedBrief(NamedTuple):
    """What mending a brief changed, or would change: how many lines, and a unified diff; "" for nothing."""

    path: Path
    lines: int
    diff: str


def fix(wiring: Wiring, reference: str, *, dry_run: bool = False) -> FixedBrief:
    """Mend what can be mended in a brief without changing a word, whole or not at all.

    With ``dry_run`` the file stays as it is. Raises IssueError for a brief that cannot be read, and
    NewsletterError when somebody else writes it meanwhile, or when it cannot be written.
    """
    from newsletter.checks.fixes.fix import fixed

    file = find_issue(wiring.settings.root, reference)
    text = read_source(file.data, file.name)
    better = fixed(text, partial(read_text, wiring, file))
    if better != text and not dry_run:
        write_mended(file, better)
    return FixedBrief(file.path, *_difference(file.name, text, better))


def write_mended(file: IssueFile, text: str) -> None:
    """Put a text in an issue's file, whose mode stays as it is.

    Raises NewsletterError, with the file as it was, when that is no longer what was read.
    """
    start = _BOM if file.data.startswith(_BOM) else b""
    try:
        mode = stat.S_IMODE(file.path.stat().st_mode)
        if file.path.read_bytes() != file.data:
            raise NewsletterError(
                "The file was changed while it was being mended, and nothing was written.",
                hint="Save it in your editor, then give the command again.",
                file=file.name,
            )
        write_whole(file.path, start + text.encode())
        file.path.chmod(mode)
    except OSError as error:
        raise NewsletterError(f"The file cannot be written: {error.strerror}.", file=file.name) from error


def _difference(name: str, text: str, better: str) -> tuple[int, str]:
    """Return how many lines of a text are other than before, and a unified diff."""
    before, after = text.splitlines(), better.splitlines()
    if before == after and text != better:  # only the last line's end is new
        before[-1] += "\n\\ No newline at end of file"
    found = list(difflib.unified_diff(before, after, name, f"{name} (mended)", n=1, lineterm=""))
    lines = sum(line.startswith("+") and not line.startswith("+++") for line in found)
    return lines, "\n".join(found)
