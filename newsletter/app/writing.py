"""An editor's work before a send: start a brief, check it, mend it, render it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from newsletter.app.opened import Opened
from newsletter.progress import Progress, silent

if TYPE_CHECKING:
    from newsletter.editorial.importing.draft import ImportNote
    from newsletter.errors import Finding
    from newsletter.files.briefs import BriefPlace
    from newsletter.publish import FixedBrief, RenderedFiles


class ImportedBrief(NamedTuple):
    """A brief made from plain text: its file, and what became of each line of the text."""

    path: Path
    notes: Sequence["ImportNote"]


class Writing(Opened):
    """Write and look at issues. ``issue`` is a file, a folder, or an id: the file's or folder's name."""

    def issues(self) -> list[str]:
        """Return the ids of the issues in ``issues/``, in the order of their names."""
        from newsletter.files.issues import issue_ids

        return issue_ids(self.settings.root)

    def new(self, headline: str, output: Path | str | None = None) -> Path:
        """Start a brief with its sections in place; return its file.

        ``output`` is the file to make, by default ``issues/DATE-slug.md``. Raises NewsletterError for an
        empty headline, and where a file of that name is already.
        """
        from newsletter.files.briefs import new_brief

        return new_brief(headline, self._place(output))

    def import_brief(self, file: Path | str, output: Path | str | None = None) -> ImportedBrief:
        """Turn a plain text of at most 1 MB, as copied from a web page, into a brief.

        ``output`` is the file to make, by default ``issues/DATE-slug.md``. Raises NewsletterError when the
        text cannot be read, and where a file of that name is already.
        """
        from newsletter.files.briefs import import_brief

        return ImportedBrief(*import_brief(Path(file), self._place(output)))

    def _place(self, output: Path | str | None) -> "BriefPlace":
        return self._wiring.brief_place(None if output is None else Path(output))

    def check(
        self, issue: str, *, online: bool = False, spam: bool = False, progress: Progress = silent
    ) -> tuple["Finding", ...]:
        """Return all that should be changed before readers see an issue, by line.

        With ``online`` the servers of its links are asked whether the pages are there: at most 100 pages,
        for at most 45 s. With ``spam`` this machine's SpamAssassin is asked, too. Faults of the file are
        findings; nothing is raised for them. Raises NewsletterError when there is no such issue,
        SettingsError for a wordmark that cannot be used, UsageError without SpamAssassin where it is to be
        asked.
        """
        from newsletter.publish import check

        return check(self._wiring, issue, online=online, spam=spam, progress=progress)

    def linked_pages(self, issue: str) -> tuple[str, ...]:
        """Return the addresses of the pages that ``check`` asks for online, each once.

        None for an issue whose file has faults. Raises NewsletterError when there is no such issue.
        """
        from newsletter.publish import linked_pages

        return linked_pages(self._wiring, issue)

    def fix(self, issue: str, *, dry_run: bool = False) -> "FixedBrief":
        """Mend what can be mended in a brief without changing a word; return what changed, as a diff.

        With ``dry_run`` the file stays as it is. Raises IssueError for a brief that cannot be read,
        NewsletterError when somebody else writes it meanwhile, or when it cannot be written.
        """
        from newsletter.publish import fix

        return fix(self._wiring, issue, dry_run=dry_run)

    def render(
        self,
        issue: str,
        out: Path | str,
        *,
        reader: str | None = None,
        raw: bool = False,
        force: bool = False,
    ) -> "RenderedFiles":
        """Write the mail below the folder ``out``: HTML, text, MJML, pictures and message.json.

        A sample reader's values are filled in, or those of the subscriber with the address ``reader``; with
        ``raw`` the merge fields stay as they are sent. Raises IssueError with every fault of the file,
        RenderError when the mail would be damaged, NewsletterError for an unknown reader and, without
        ``force``, for a file in the way that no render wrote.
        """
        from newsletter.publish import write_rendered

        return write_rendered(self._wiring, issue, Path(out), reader=reader, raw=raw, force=force)
