"""Commands for writing: init, new, import, check, render."""

import shlex
from pathlib import Path

import typer

from newsletter.cli.console import print_json, say, told, wiring
from newsletter.errors import UsageError

ISSUE = typer.Argument(metavar="ISSUE", help="A file, a folder, or an id: the file's or folder's name.")


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("init")(init)
    app.command("new")(new)
    app.command("import")(import_)
    app.command("check")(check)
    app.command("render")(render)


@told
def init(directory: Path = typer.Argument(metavar="DIR", help="Where the publication shall live.")) -> None:
    """Make a publication: its settings and a folder for issues."""
    from newsletter.desk import make_publication

    for path in make_publication(directory):
        say(f"made {path}")
    say(f"Next: cd {shlex.quote(str(directory))} && newsletter new 'Your first headline'")


@told
def new(
    headline: str = typer.Argument(metavar="HEADLINE", help="The story's headline."),
    output: Path | None = typer.Option(None, "-o", "--output", help="Where to; default issues/DATE-slug.md."),
) -> None:
    """Start a brief with its sections in place."""
    from newsletter.desk import new_brief
    from newsletter.loaders import shown

    path = shown(new_brief(wiring(), headline, output))
    say(f"made {path}\nNext: write it, then run: newsletter check {shlex.quote(path)}")


@told
def import_(
    file: Path = typer.Argument(metavar="FILE", help="A brief as plain text, as copied from a web page."),
    output: Path | None = typer.Option(None, "-o", "--output", help="Where to; default issues/DATE-slug.md."),
) -> None:
    """Turn a plain text into a brief, and say what became of each line."""
    from newsletter.desk import import_brief
    from newsletter.loaders import shown

    path, notes = import_brief(file, output, config=_config())
    for note in notes:
        say(str(note))
    say(f"made {shown(path)}\nNext: newsletter check {shlex.quote(shown(path))}")


def _config() -> Path | None:
    from newsletter.cli.console import state

    return Path(state.config) if state.config else None


@told
def check(
    issues: list[str] = typer.Argument(metavar="ISSUE…", help="Files, folders or ids."),
    format: str = typer.Option("text", "--format", metavar="text|json|github", help="How to print findings."),
) -> None:
    """Say all that should be said before a reader sees it; exit 1 when any finding is an error."""
    from newsletter.checks.report import as_github, as_json, as_text
    from newsletter.publish import check as check_issue

    formats = {"text": as_text, "json": as_json, "github": as_github}
    if format not in formats:
        raise UsageError(f"“{format}” is no format.", hint=f"Known are: {', '.join(formats)}.")
    house = wiring()
    findings = [each for issue in issues for each in check_issue(house, issue)]
    typer.echo(formats[format](findings))
    if any(each.severity == "error" for each in findings):
        raise typer.Exit(1)


@told
def render(
    issue: str = ISSUE,
    out: Path = typer.Option(..., "--out", metavar="DIR", help="Where the files go."),
    json: bool = typer.Option(False, "--json", help="Print what was written as JSON."),
) -> None:
    """Write the mail's HTML, text and MJML, and message.json."""
    from newsletter.desk import write_rendered

    written = write_rendered(wiring(), issue, out)
    if json:
        print_json({name: str(path) for name, path in written.items()})
    for path in () if json else written.values():
        say(f"wrote {path}")
