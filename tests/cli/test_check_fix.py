"""`newsletter check --fix`: what it writes and shows, when it writes nothing; the hooks for pre-commit."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import BRIEF, Publication

from newsletter import Newsletter, NewsletterError
from newsletter.publish import fixing

ROOT = Path(__file__).parent.parent.parent
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
UNTIDY = BRIEF.replace("Nobody’s kitchen", "Nobody’s  kitchen")


def test_it_mends_shows_what_and_then_checks(publication: Publication) -> None:
    file = publication.brief("first", UNTIDY)
    file.chmod(0o640)
    ran = publication.run("check", "first", "--fix")
    assert file.read_text() == BRIEF
    assert file.stat().st_mode & 0o777 == 0o640
    assert "-Nobody’s  kitchen scale has noticed." in ran.stderr
    assert "+Nobody’s kitchen scale has noticed." in ran.stderr
    assert "Mended 1 line of issues/first.md" in ran.stderr
    assert ran.stdout == "Nothing to report.\n"
    assert "Nothing to mend in issues/first.md" in publication.run("check", "first", "--fix").stderr


def test_a_dry_run_shows_the_same_and_writes_nothing(publication: Publication) -> None:
    file = publication.brief("first", UNTIDY)
    ran = publication.run("check", "first", "--fix", "--dry-run")
    assert file.read_text() == UNTIDY
    assert "+Nobody’s kitchen scale has noticed." in ran.stderr
    assert "Would mend 1 line of issues/first.md" in ran.stderr
    assert publication.run("check", "first", "--dry-run").exit_code == 2


def test_a_brief_that_cannot_be_read_is_left_to_the_checks(publication: Publication) -> None:
    broken = UNTIDY.replace("subject:", "sub:")
    file = publication.brief("first", broken)
    ran = publication.run("check", "first", "--fix")
    assert ran.exit_code == 1
    assert "subject" in ran.stdout
    assert file.read_text() == broken


def test_a_mark_of_byte_order_and_line_ends_stay(publication: Publication) -> None:
    file = publication.brief("first")
    file.write_bytes(b"\xef\xbb\xbf" + UNTIDY.replace("\n", "\r\n").encode())
    publication.run("check", "first", "--fix")
    assert file.read_bytes() == b"\xef\xbb\xbf" + BRIEF.replace("\n", "\r\n").encode()


def test_a_file_that_was_saved_meanwhile_is_not_written_over(publication: Publication) -> None:
    file = publication.brief("first", UNTIDY)
    read = fixing.find_issue(publication.root, "first")
    file.write_text(UNTIDY + "\nOne more.\n")
    with pytest.raises(NewsletterError, match="changed while"):
        fixing.write_mended(read, BRIEF)
    assert file.read_text() == UNTIDY + "\nOne more.\n"


def test_the_library_gives_the_diff(publication: Publication) -> None:
    publication.brief("first", UNTIDY.rstrip("\n"))
    with Newsletter.open(publication.root / "newsletter.toml") as letter:
        mended = letter.fix("first")
        assert (mended.lines, mended.diff.count("\n+")) == (1, 2)
        assert letter.fix("first") == (mended.path, 0, "")


def test_only_the_end_of_the_last_line_is_a_change_too(publication: Publication) -> None:
    file = publication.brief("first", BRIEF.rstrip("\n"))
    assert "No newline at end of file" in publication.run("check", "first", "--fix").stderr
    assert file.read_text() == BRIEF


@pytest.mark.slow
@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_runs_as_pre_commit_runs_it(publication: Publication, hook: dict[str, str]) -> None:
    bad = publication.brief("bad", UNTIDY.replace("https://www.bipm.org/en/metre-convention", "bipm"))
    found = [_hooked(publication.root, hook, f"issues/{name}.md") for name in ("first", "bad")]
    assert [ran.returncode for ran in found] == [0, 1], found
    assert "link-form" in found[1].stdout
    assert ("Nobody’s  kitchen" in bad.read_text()) is (hook["id"] == "newsletter-check")


def _hooked(folder: Path, hook: dict[str, str], *files: str) -> "subprocess.CompletedProcess[str]":
    """Run a hook's entry for these files, by the interpreter of the tests."""
    command, *words = shlex.split(hook["entry"])
    assert command == "newsletter"
    return subprocess.run(
        [sys.executable, "-P", "-m", "newsletter", *words, *files],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
