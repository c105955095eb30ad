"""The commands, run as an editor runs them."""

from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

if TYPE_CHECKING:
    from conftest import Publication


@pytest.fixture
def filled(publication: "Publication") -> "Publication":
    """A publication with three readers."""
    publication.subscribe(2, pending=1)
    return publication


def test_an_import_tells_people_on_stderr_and_programs_on_stdout(publication: "Publication") -> None:
    path = publication.root / "new.csv"
    path.write_text("email,City\nann@example.com,Oslo\nbad,\n")
    ran = publication.run("subscribers", "import", "new.csv", "--list", "readers", "--json")
    assert ran.exit_code == 0
    assert ran.json["rows"] == 2
    assert ran.json["refused"] == {"invalid address": {"count": 1, "lines": [3]}}
    assert "refused: invalid address (line 3)" in ran.stderr
    assert "“City” is the merge field city" in ran.stderr
    assert (publication.root / "new.refused.csv").exists()


def test_an_import_without_a_list_takes_the_only_one_or_asks(filled: "Publication") -> None:
    (filled.root / "more.csv").write_text("email\nmore@example.org\n")
    assert filled.run("subscribers", "import", "more.csv").exit_code == 0
    assert filled.run("lists", "create", "others").exit_code == 0
    asked = filled.run("subscribers", "import", "more.csv")
    assert asked.exit_code == 1
    assert "others, readers" in asked.stderr


def test_a_file_with_the_wrong_delimiter_is_shown_as_it_was_read(publication: "Publication") -> None:
    (publication.root / "bad.csv").write_text("email|name\nann@example.com|Ann\n")
    ran = publication.run("subscribers", "import", "bad.csv", "--list", "readers")
    assert ran.exit_code == 1
    assert "bad.csv:1: No column is called “email”. The first line reads: email|name" in ran.stderr
    assert "commas, semicolons, tabs" in ran.stderr
    assert ran.stdout == ""


def test_a_reader_is_added_shown_and_removed(filled: "Publication") -> None:
    added = filled.run("subscribers", "add", "ann@example.com", "--name", "Ann", "--set", "city=Oslo")
    assert "now confirmed on “readers”" in added.stderr
    shown = filled.run("subscribers", "show", "Ann@example.com", "--json")
    assert shown.json["attributes"] == {"city": "Oslo"}
    assert "city: Oslo" in filled.run("subscribers", "show", "ann@example.com").stderr
    assert "off “readers”" in filled.run("subscribers", "remove", "ann@example.com").stderr
    assert filled.run("subscribers", "remove", "ann@example.com").exit_code == 1
    assert filled.run("subscribers", "add", "ann@example.com").exit_code == 1
    assert filled.run("subscribers", "add", "ann@example.com", "--again").exit_code == 0


def test_an_attribute_without_a_value_is_wrong_usage(filled: "Publication") -> None:
    ran = filled.run("subscribers", "add", "ann@example.com", "--set", "Oslo")
    assert ran.exit_code == 2
    assert "FIELD=VALUE" in ran.stderr


def test_a_list_is_exported_to_stdout_or_a_file(filled: "Publication") -> None:
    out = filled.run("subscribers", "export").stdout
    assert out.splitlines()[0].startswith('\ufeff"email","name","status","since","joined","suppressed"')
    assert len(out.splitlines()) == 4
    assert filled.run("subscribers", "export", "-o", "out.csv").exit_code == 0
    assert (filled.root / "out.csv").read_text() == out
    assert len(orjson.loads(filled.run("subscribers", "export", "--json").stdout)) == 3


def test_an_export_that_cannot_be_made_leaves_the_file_that_was_there(filled: "Publication") -> None:
    (filled.root / "out.csv").write_text("before")
    assert filled.run("subscribers", "export", "--list", "nobody", "-o", "out.csv").exit_code == 1
    assert (filled.root / "out.csv").read_text() == "before"
    assert not list(filled.root.glob(".*.part"))
    assert filled.run("subscribers", "export", "-o", str(Path("absent") / "out.csv")).exit_code == 1


def test_lists_are_shown_with_their_counts(filled: "Publication") -> None:
    assert "readers: 2 confirmed, 1 pending" in filled.run("lists").stderr
    (one,) = orjson.loads(filled.run("lists", "--json").stdout)
    assert (one["name"], one["confirmed"], one["pending"]) == ("readers", 2, 1)


def test_no_list_yet_is_said(publication: "Publication") -> None:
    assert "no list yet" in publication.run("lists").stderr
    assert publication.run("subscribers", "export").exit_code == 1


def test_suppressions_are_added_shown_and_removed(filled: "Publication") -> None:
    added = filled.run("suppressions", "add", "a@example.com", "b@example.com", "--reason", "complaint")
    assert added.exit_code == 0
    shown = filled.run("suppressions", "--json")
    assert [entry["email"] for entry in orjson.loads(shown.stdout)] == [
        "a@example.com",
        "b@example.com",
    ]
    assert "email,reason,since" in filled.run("suppressions").stdout
    assert filled.run("suppressions", "remove", "a@example.com").exit_code == 0
    assert filled.run("suppressions", "remove", "a@example.com").exit_code == 1
    assert filled.run("suppressions", "add", "c@example.com", "--reason", "whim").exit_code == 1


def test_nobody_known_is_an_error_with_the_address(filled: "Publication") -> None:
    ran = filled.run("subscribers", "show", "nobody@example.com")
    assert ran.exit_code == 1
    assert "nobody@example.com" in ran.stderr
