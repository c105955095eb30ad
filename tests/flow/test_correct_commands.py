"""What `correct` says is to be typed can be typed: every line and every command it names works."""

import re

import pytest
from conftest import BRIEF, Publication
from strict_sendgrid import StrictSendGrid

pytestmark = pytest.mark.slow

VAGUE = "Nobody’s kitchen scale has noticed, [says the bureau](http://example.org/here)."


def commands(text: str) -> list[list[str]]:
    """Return the words of each command a text names, without the program's own name."""
    return [
        found.split()
        for found in re.findall(
            r"newsletter ((?:[a-z]+|first\S*|--\S+)(?: (?:first[\w.-]*|--[\w-]+))*)", text
        )
    ]


def test_a_correction_is_made_by_following_what_is_said(publication: Publication) -> None:
    publication.subscribe(3)
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        assert publication.run("send", "first", "--yes").exit_code == 0

        changed = BRIEF.replace("Nobody’s kitchen scale has noticed.", VAGUE)
        publication.brief("first", changed)
        refused = publication.run("correct", "first", "--yes")
        assert refused.exit_code == 1
        line = re.search(r"correction: .*", refused.stderr)
        assert line
        publication.brief("first", changed.replace("number: 7", f"number: 7\n{line[0].rstrip('.')}."))

        planned = publication.run("correct", "first", "--dry-run")
        assert planned.exit_code == 0
        assert "Correction: The kilogram is gone" in planned.stdout + planned.stderr
        named = commands(planned.stdout + planned.stderr)
        assert ["check", "first"] in named
        for words in named:
            assert publication.run(*words).exit_code == 0, words

        assert publication.run("correct", "first", "--yes").exit_code == 0
        request = server.requests[-1]
        assert request["subject"].startswith("Correction: ")


@pytest.mark.parametrize("command", ["status", "recipients", "resume", "reconcile"])
def test_a_correction_answers_to_its_own_name(publication: Publication, command: str) -> None:
    publication.subscribe(2)
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        publication.run("send", "first", "--yes")
        publication.brief(
            "first", BRIEF.replace("number: 7", "number: 7\ncorrection: It was 2019, not 2018.")
        )
        assert publication.run("correct", "first", "--yes").exit_code == 0

        ran = publication.run(command, "first.correction-1")
        assert ran.exit_code == 0, ran.stderr


def test_a_correction_that_nobody_needs_names_commands_that_work(publication: Publication) -> None:
    publication.subscribe(1)
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        publication.run("send", "first", "--yes")
        ran = publication.run("correct", "first")

    assert ran.exit_code == 1
    assert "Correct the file first" in ran.stderr
