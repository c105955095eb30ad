"""A new publication and a new brief: what git leaves alone, and the person's own editor."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import Publication
from terminals import Terminal
from typer.testing import CliRunner

from newsletter.cli import app

PRIVATE = (
    "newsletter.db", "newsletter.db-wal", "newsletter.db-shm", "sandbox.db", "newsletter.key", ".env",
    "newsletter.requests.log",
    "newsletter.sending.lock", "readers.csv", "lists/members.csv", "export.tsv", "contacts.xlsx",
    "mailchimp.zip", "readers.refused.csv", ".readers.csv.part", "recipients-first.json", "everyone.html",
    "letter/everyone.txt", "letter/everyone.mjml", "letter/message.json", "out/pictures/1.jpg",
)  # fmt: skip
KEPT = (
    "newsletter.toml", ".gitignore", "issues/2026-01-12-prisoners.md", "issues/2026-01-12-prisoners/gate.jpg",
    "templates/mine/theme.toml", "README.md", "issues/chart.png", "package.json",
)  # fmt: skip


def init(folder: Path) -> str:
    ran = CliRunner().invoke(app, ["init", str(folder)])
    assert ran.exit_code == 0, ran.output
    return ran.stderr


def ignored(folder: Path, paths: tuple[str, ...]) -> set[str]:
    """Return the paths that git would leave alone in a folder."""
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    said = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin"],
        cwd=folder, input="\n".join(paths), text=True, capture_output=True, check=False,
    )  # fmt: skip
    return set(said.stdout.split("\n")) - {""}


def test_git_leaves_alone_what_is_about_readers_and_takes_what_an_editor_writes(tmp_path: Path) -> None:
    init(tmp_path / "letter")
    assert ignored(tmp_path / "letter", PRIVATE) == set(PRIVATE)
    assert ignored(tmp_path / "letter", KEPT) == set()


def test_the_next_step_changes_the_folder_only_where_that_leads_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "cd my-letter\n" in init(Path("my-letter"))
    said = init(Path())
    assert "Next:\n  newsletter new" in said


@pytest.mark.parametrize("before", ["*.log\n", "*.log", "# mine\n*.log\n\n*.db\n*.csv\n"])
def test_a_gitignore_that_is_there_keeps_its_lines_and_gets_those_it_lacks(
    tmp_path: Path, before: str
) -> None:
    (tmp_path / ".gitignore").write_text(before)
    said = init(tmp_path)
    text = (tmp_path / ".gitignore").read_text()
    assert text.startswith(before)
    assert f"Added lines to {tmp_path / '.gitignore'}" in said
    assert ignored(tmp_path, PRIVATE) == set(PRIVATE)
    lines = [line for line in text.splitlines() if line]
    assert len(lines) == len(set(lines))


def test_a_gitignore_that_lacks_nothing_stays_to_the_byte(tmp_path: Path) -> None:
    init(tmp_path / "one")
    whole = (tmp_path / "one" / ".gitignore").read_bytes()
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / ".gitignore").write_bytes(whole)
    assert ".gitignore" not in init(tmp_path / "two")
    assert (tmp_path / "two" / ".gitignore").read_bytes() == whole


@pytest.fixture
def editor(tmp_path: Path) -> str:
    """An editor that writes what it was called with into the file."""
    script = tmp_path / "my editor"
    script.write_text('#!/bin/sh\nfor last; do :; done\necho "edited with $# words: $1" >> "$last"\n')
    script.chmod(0o755)
    return f"'{script}'"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "words", "written"),
    [
        (("VISUAL", "EDITOR"), [], "edited with 3 words: --wait"),
        (("EDITOR",), [], "edited with 3 words: --wait"),
        (("VISUAL",), ["--no-edit"], ""),
        ((), [], ""),
    ],
)
def test_on_a_terminal_a_new_brief_is_opened_in_the_persons_editor(
    publication: Publication, editor: str, names: tuple[str, ...], words: list[str], written: str
) -> None:
    environment = dict.fromkeys(("VISUAL", "EDITOR"), "") | dict.fromkeys(names, f"{editor} --wait '-a b'")
    seen = Terminal(publication.root, environment=environment).run("new", "The pier", *words)
    assert seen.exit_code == 0, seen.text
    [brief] = (publication.root / "issues").glob("*-the-pier.md")
    assert (written in brief.read_text()) if written else ("edited" not in brief.read_text())
    assert f"newsletter check issues/{brief.name}" in [line.strip() for line in seen.text.splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("broken", ["/no/such/editor", "'unclosed", "false"])
def test_an_editor_that_fails_costs_nothing_but_a_warning(publication: Publication, broken: str) -> None:
    environment: Mapping[str, str] = {"VISUAL": broken}
    seen = Terminal(publication.root, environment=environment).run("new", "The pier")
    assert seen.exit_code == 0
    assert "WARNING: The editor" in seen.text
    assert "Traceback" not in seen.text
    assert list((publication.root / "issues").glob("*-the-pier.md"))


def test_off_a_terminal_no_editor_is_started(publication: Publication, editor: str) -> None:
    ran = publication.run("new", "The pier", environment={"VISUAL": editor, "EDITOR": editor})
    assert ran.exit_code == 0
    [brief] = (publication.root / "issues").glob("*-the-pier.md")
    assert "edited" not in brief.read_text()
