"""What the Tab key offers, in three shells; fast, and without a trace."""

import os
from collections.abc import Callable

import pytest
from conftest import Publication
from typer.testing import CliRunner

from newsletter.cli import app


def bash(line: str) -> tuple[dict[str, str], Callable[[str], list[str]]]:
    place = len(line.split()) - (0 if line.endswith(" ") else 1)
    return {
        "COMP_WORDS": line,
        "COMP_CWORD": str(place),
        "_NEWSLETTER_COMPLETE": "complete_bash",
    }, str.splitlines


def zsh(line: str) -> tuple[dict[str, str], Callable[[str], list[str]]]:
    environment = {"_TYPER_COMPLETE_ARGS": line, "_NEWSLETTER_COMPLETE": "complete_zsh"}
    return environment, lambda out: [part.split('"')[1] for part in out.splitlines() if '"' in part]


def fish(line: str) -> tuple[dict[str, str], Callable[[str], list[str]]]:
    environment = {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    return environment | {"_NEWSLETTER_COMPLETE": "complete_fish"}, lambda out: [
        line.partition("\t")[0] for line in out.splitlines()
    ]


def offered(
    shell: Callable[[str], tuple[dict[str, str], Callable[[str], list[str]]]], line: str
) -> list[str]:
    environment, read = shell(line)
    ran = CliRunner().invoke(app, [], env=environment, prog_name="newsletter")
    assert not ran.stderr
    assert ran.exception is None or isinstance(ran.exception, SystemExit)
    return [word for word in read(ran.stdout) if word]


each_shell = pytest.mark.parametrize("shell", [bash, zsh, fish])


@pytest.fixture
def inside(publication: Publication, monkeypatch: pytest.MonkeyPatch) -> Publication:
    """A publication with two issues and two lists, and the shell in its folder."""
    publication.brief("second")
    publication.subscribe(1)
    publication.run("lists", "add", "members")
    monkeypatch.chdir(publication.root)
    return publication


@pytest.mark.slow
@each_shell
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("newsletter check ", ["first", "second"]),
        ("newsletter check se", ["second"]),
        ("newsletter check first ", ["first", "second"]),
        ("newsletter send first --list ", ["members", "readers"]),
        ("newsletter send first --list r", ["readers"]),
        ("newsletter lists archive ", ["members", "readers"]),
        ("newsletter recipients first --state ", ["accepted", "rejected", "excluded", "unknown", "pending"]),
        ("newsletter suppressions --reason b", ["bounce"]),
        ("newsletter check first --format g", ["github"]),
        ("newsletter reconcile first --policy d", ["drop"]),
        ("newsletter subscribers import --from gh", ["ghost"]),
        ("newsletter re", ["render", "resume", "recipients", "reconcile"]),
        ("newsletter help lists re", ["rename"]),
    ],
)
def test_tab_offers_what_could_come_next(
    inside: Publication, shell: Callable[[str], tuple[dict[str, str], Callable[[str], list[str]]]],
    line: str, expected: list[str],
) -> None:  # fmt: skip
    assert offered(shell, line) == expected


@each_shell
@pytest.mark.parametrize(
    "line", ["newsletter check ", "newsletter send x --list ", "newsletter lists rename "]
)
def test_outside_a_publication_tab_offers_nothing_and_makes_nothing(
    tmp_path: "os.PathLike[str]", monkeypatch: pytest.MonkeyPatch,
    shell: Callable[[str], tuple[dict[str, str], Callable[[str], list[str]]]], line: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert offered(shell, line) == []
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("content", [None, b"", b"no database at all", b"SQLite format 3\x00 cut"])
def test_a_missing_or_damaged_database_offers_no_list_and_stays_as_it_is(
    publication: Publication, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    monkeypatch.chdir(publication.root)
    database = publication.root / "newsletter.db"
    if content is not None:
        database.write_bytes(content)
    before = sorted(os.listdir(publication.root))
    assert offered(bash, "newsletter send first --list ") == []
    assert sorted(os.listdir(publication.root)) == before
    assert content is None or database.read_bytes() == content


def test_the_publication_named_on_the_line_is_the_one_that_is_read(
    inside: Publication, make_publication: Callable[[str], Publication]
) -> None:
    other = make_publication("other")
    other.brief("theirs")
    line = f"newsletter --config {other.root}/newsletter.toml check "
    assert offered(bash, line) == ["first", "theirs"]
