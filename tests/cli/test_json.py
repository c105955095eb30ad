"""Every JSON document of every command: instants are RFC 3339 in UTC with Z, to the second."""

import re
from collections.abc import Iterator, Sequence

import orjson
import pytest
from conftest import BRIEF, Publication

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
LIKE_ONE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*")
COMMANDS: Sequence[Sequence[str]] = (
    ("check", "first", "--format", "json"),
    ("render", "first", "--out", "out", "--json"),
    ("send", "first", "--dry-run", "--json"),
    ("send", "first", "--at", "in 30m", "--no-wait", "--yes", "--json"),
    ("status", "--json"),
    ("pause", "first", "--json"),
    ("cancel", "first", "--json"),
    ("send", "first", "--yes", "--json"),
    ("resume", "first", "--json"),
    ("status", "first", "--json"),
    ("recipients", "first", "--json"),
    ("recipients", "first"),
    ("reconcile", "first", "--json"),
    ("send", "first", "--test", "me@example.org", "--json"),
    ("correct", "first", "--yes", "--json"),
    ("backgrounds", "--json"),
    ("lists", "--json"),
    ("subscribers", "show", "reader0@example.org", "--json"),
    ("subscribers", "export", "--json"),
    ("suppressions", "add", "reader0@example.org"),
    ("suppressions", "--json"),
    ("subscribers", "import", "readers.csv", "--list", "readers", "--json"),
    ("subscribers", "erase", "reader1@example.org", "--yes", "--json"),
)


def leaves(document: object) -> Iterator[object]:
    if isinstance(document, dict):
        for value in document.values():
            yield from leaves(value)
    elif isinstance(document, list):
        for value in document:
            yield from leaves(value)
    else:
        yield document


def documents(text: str) -> Iterator[object]:
    try:
        yield orjson.loads(text)
    except orjson.JSONDecodeError:  # a document a line, or CSV
        for line in text.splitlines():
            yield orjson.loads(line) if line.startswith("{") else line.split(",")


@pytest.mark.slow
def test_every_instant_of_every_command_has_one_form(publication: Publication) -> None:
    publication.settings(provider="sandbox")
    publication.subscribe(3)
    seen = 0
    for command in COMMANDS:
        if command[0] == "correct":
            changed = BRIEF.replace("kitchen", "bathroom").replace(
                "number: 7", "correction: It is the bathroom."
            )
            publication.brief("first", changed)
        ran = publication.run(*command)
        assert ran.exit_code in {0, 3}, (command, ran.stderr)
        for leaf in (leaf for document in documents(ran.stdout) for leaf in leaves(document)):
            assert not isinstance(leaf, int | float) or abs(leaf) < 1_000_000_000, (command, leaf)
            if isinstance(leaf, str) and LIKE_ONE.fullmatch(leaf):
                assert INSTANT.fullmatch(leaf), (command, leaf)
                seen += 1
    assert seen > 15
