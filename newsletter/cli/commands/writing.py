"""Commands for writing: init, new, import, check, render, preview."""

import shlex
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer

from newsletter.cli.completion import issues as issue_ids
from newsletter.cli.completion import words
from newsletter.cli.console import handle_errors, open_letter, print_json
from newsletter.cli.manual import App
from newsletter.cli.panels import WRITE
from newsletter.cli.parameters import ISSUE
from newsletter.cli.terminal.output import end_line, say, show
from newsletter.errors import Finding, IssueError, UsageError
from newsletter.paths import path_as_typed
from newsletter.sentences import command, count_of

if TYPE_CHECKING:
    from newsletter import Newsletter

HOSTS_NAMED = 8
FORMATS = ("text", "json", "github")
OUTPUT = typer.Option(
    None, "-o", "--output", metavar="FILE", help="The file to write; without it, issues/DATE-slug.md."
)


def register(app: App) -> None:
    """Add these commands."""
    app.command("init", panel=WRITE, example="newsletter init my-letter")(init)
    app.command("new", panel=WRITE, example="newsletter new 'Caracas opens the cells'")(new)
    app.command("import", panel=WRITE, example="newsletter import article.txt")(import_)
    app.command(
        "check",
        panel=WRITE,
        example="newsletter check 2026-01-12-prisoners\nnewsletter check issues/*.md --format github\n"
        "newsletter check 2026-01-12-prisoners --fix --dry-run",
    )(check)
    app.command("render", panel=WRITE, example="newsletter render 2026-01-12-prisoners --out /tmp/letter")(
        render
    )
    app.command(
        "preview",
        panel=WRITE,
        example="newsletter preview 2026-01-12-prisoners\nnewsletter preview article.txt",
    )(preview)


@handle_errors
def init(directory: Path = typer.Argument(metavar="DIR", help="The folder for it; made if need be.")) -> None:
    """Make a publication: newsletter.toml, a folder for issues, and a .gitignore."""
    from newsletter.app import Newsletter

    kept = (directory / ".gitignore").exists()
    for path in Newsletter.init(directory):
        say(f"{'Added lines to' if kept and path.name == '.gitignore' else 'Made'} {path}")
    there = "" if directory.resolve() == Path.cwd() else f"  cd {shlex.quote(str(directory))}\n"
    say(f"Next:\n{there}  newsletter new 'Your first headline'")


@handle_errors
def new(
    headline: str = typer.Argument(metavar="HEADLINE", help="The story's headline."),
    output: Path | None = OUTPUT,
    no_edit: bool = typer.Option(False, "--no-edit", help="Do not open the editor."),
) -> None:
    """Start a brief with its sections in place, and open it in your editor: VISUAL or EDITOR."""
    from newsletter.cli.terminal.editor import edit

    with open_letter() as letter:
        made = letter.new(headline, output)
    path = path_as_typed(made)
    say(f"Made {path}")
    edited = not no_edit and edit(made)
    say(f"Next{'' if edited else ', once it is written'}: {command('check', path)}")


@handle_errors
def import_(
    file: Path = typer.Argument(metavar="FILE", help="A brief as plain text, as copied from a web page."),
    output: Path | None = OUTPUT,
) -> None:
    """Turn a plain text into a brief, and say what became of each line."""
    with open_letter(required=False) as letter:
        made = letter.import_brief(file, output)
    for note in made.notes:
        say(str(note))
    path = path_as_typed(made.path)
    say(f"Made {path}\nNext: {command('check', path)}")


@handle_errors
def check(
    issues: list[str] = typer.Argument(
        metavar="ISSUE…", help="Files, folders or ids.", autocompletion=issue_ids
    ),
    format: str = typer.Option(
        "text",
        "--format",
        metavar="text|json|github",
        help="How to print findings.",
        autocompletion=words(*FORMATS),
    ),
    all: bool = typer.Option(False, "--all", help="Show notices, too; json and github always have them."),
    fix: bool = typer.Option(
        False, "--fix", help="First mend what can be mended without changing a word, and show what changed."
    ),
    dry_run: bool = typer.Option(False, "--dry-run", help="With --fix: show it, but write nothing."),
    online: bool = typer.Option(
        False, "--online", help="Ask the servers of its links whether the pages are there."
    ),
    spam: bool = typer.Option(False, "--spam", help="Ask this machine's SpamAssassin, too."),
) -> None:
    """List what should be changed before readers see an issue; exit 1 when any of it is an error."""
    from newsletter.checks.report import as_github, as_json, as_text

    formats: dict[str, Callable[[Sequence[Finding]], str]]
    formats = {"text": partial(as_text, notices=all), "json": as_json, "github": as_github}
    if format not in formats:
        raise UsageError(f"“{format}” is no format.", hint=f"Write one of these: {', '.join(formats)}.")
    if dry_run and not fix:
        raise UsageError("--dry-run says what --fix would write.", hint="Add --fix, or leave it out.")
    with open_letter() as letter:
        for issue in issues if fix else ():
            _mend(letter, issue, dry_run=dry_run)
        found = [_checked(letter, issue, online=online, spam=spam) for issue in issues]
        findings = [finding for of_issue in found for finding in of_issue]
    report = formats[format](findings)
    show(report) if format == "text" else typer.echo(report)
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


def _checked(letter: "Newsletter", issue: str, *, online: bool, spam: bool) -> Sequence[Finding]:
    """Check an issue; say which servers will be asked before they are."""
    from newsletter.cli.terminal.progress import shown_progress

    pages = letter.linked_pages(issue) if online else ()
    if not pages:
        return letter.check(issue, spam=spam)
    hosts = sorted({urlsplit(page).netloc for page in pages})
    named = ", ".join(hosts[:HOSTS_NAMED]) + (" and others" if len(hosts) > HOSTS_NAMED else "")
    say(f"Asking for {count_of(len(pages), 'page')} of {count_of(len(hosts), 'server')}, up to 45 s: {named}")
    with shown_progress() as progress:
        return letter.check(issue, online=True, spam=spam, progress=progress)


def _mend(letter: "Newsletter", issue: str, *, dry_run: bool) -> None:
    """Mend a brief and show what that changed; one that cannot be read is left to the checks."""
    try:
        mended = letter.fix(issue, dry_run=dry_run)
    except IssueError:
        return
    path = path_as_typed(mended.path)
    if mended.diff:
        say(mended.diff)
        say(f"{'Would mend' if dry_run else 'Mended'} {count_of(mended.lines, 'line')} of {path}")
    else:
        say(f"Nothing to mend in {path}")


@handle_errors
def render(
    issue: str = ISSUE,
    out: Path = typer.Option(..., "--out", metavar="DIR", help="Where the files go."),
    reader: str | None = typer.Option(
        None, "--reader", metavar="ADDRESS", help="Fill in this subscriber's values, not a sample reader's."
    ),
    raw: bool = typer.Option(False, "--raw", help="Leave tags and addresses of pictures as they are sent."),
    force: bool = typer.Option(False, "--force", help="Write over files that no render wrote."),
    json: bool = typer.Option(False, "--json", help="Print what was written as JSON."),
) -> None:
    """Write the mail as files to open in a browser: HTML, pictures, text, MJML, and message.json."""
    if raw and reader is not None:
        raise UsageError(
            "--raw leaves the tags in, so there is no reader to fill in.", hint="Use one of them."
        )
    with open_letter() as letter:
        written = letter.render(issue, out, reader=reader, raw=raw, force=force)
    if json:
        print_json({name: str(path) for name, path in written.paths.items()})
        return
    for path in written.paths.values():
        say(f"Wrote {path}")
    if written.reader:
        say(f"The values of {written.reader} are filled in. Open it: {written.paths['everyone.html']}")


@handle_errors
def preview(
    issue: str | None = typer.Argument(
        None,
        metavar="ISSUE|FILE.txt",
        help="An issue, or a plain text that ends with .txt; without it, all issues.",
        autocompletion=issue_ids,
    ),
    port: int | None = typer.Option(
        None,
        "--port",
        metavar="N",
        min=0,
        max=65535,
        help="The port; without it, the first free one from 8010.",
    ),
    open: bool = typer.Option(False, "--open", help="Open it in your browser."),
) -> None:
    """Show the letter while you write it: a page on this machine that follows every save."""
    import webbrowser

    def ready(address: str) -> None:
        if open:
            webbrowser.open(address)

    with open_letter(required=not (issue or "").endswith(".txt")) as letter:
        letter.preview(issue, port, say=say, ready=ready)
    end_line()
