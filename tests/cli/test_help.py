"""Help: every command by what it is for, with an example, whole sentences, and no types."""

import re
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from newsletter.cli import app
from newsletter.widths import display_width

ROOT: Any = get_command(app)


def every_command(name: str = "", group: Any = ROOT) -> dict[str, Any]:
    """Return each command and group by what follows “newsletter”."""
    found = {name.strip(): group}
    for child, below in getattr(group, "commands", {}).items():
        if not below.hidden:
            found |= every_command(f"{name} {child}", below)
    return found


COMMANDS = every_command()
each_command = pytest.mark.parametrize("name", COMMANDS)


def help_of(name: str, *, columns: int = 80) -> str:
    ran = CliRunner().invoke(app, ["help", *name.split()], env={"COLUMNS": str(columns)})
    assert ran.exit_code == 0, ran.output
    return ran.stdout


@each_command
def test_help_is_the_same_by_both_ways(name: str) -> None:
    ran = CliRunner().invoke(app, [*name.split(), "--help"], env={"COLUMNS": "80"})
    assert ran.stdout.rstrip() == help_of(name).rstrip()


@each_command
def test_help_shows_no_type(name: str) -> None:
    assert not re.search(r"<\w|\[\w+ range\]|list\[|\bTEXT\b|\bPATH\b|\bINTEGER\b|\.\.\.", help_of(name)), (
        help_of(name)
    )


@each_command
@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_help_cuts_no_sentence_at_any_width(name: str, columns: int) -> None:
    text = help_of(name, columns=columns)
    shown = " ".join(text.split())
    command = COMMANDS[name]
    sentences = [command.help, *(parameter.help for parameter in command.params)]
    sentences += [below.help for below in getattr(command, "commands", {}).values() if not below.hidden]
    for sentence in sentences:
        assert " ".join(sentence.split()) in shown
    example = set((command.epilog or "").splitlines())
    wide = [
        line for line in text.splitlines() if display_width(line) > columns and line.strip() not in example
    ]
    assert all(len(line.split()) < 4 or line.startswith("Usage:") for line in wide)


@each_command
def test_every_command_shows_an_example_that_could_be_typed(name: str) -> None:
    command = COMMANDS[name]
    if hasattr(command, "commands"):
        return
    lines = (command.epilog or "").splitlines()
    assert lines
    assert all(line.startswith(f"newsletter {name} ") or line == f"newsletter {name}" for line in lines)
    assert all(f"  {line}" in help_of(name).splitlines() for line in lines)


def test_commands_stand_in_groups_by_what_they_are_for() -> None:
    text = help_of("")
    places = [
        text.index(f"\n{heading}:\n") for heading in ("Write", "Send", "Readers", "Run", "Help", "Options")
    ]
    assert places == sorted(places)
    assert "\nCommands:" not in text
    assert text.index("\n  check ") < text.index("\nSend:") < text.index("\n  send ")


@pytest.mark.parametrize("words", [[], ["subscribers"]])
def test_a_group_alone_shows_its_help_and_is_no_error(words: list[str]) -> None:
    ran = CliRunner().invoke(app, words, env={"COLUMNS": "80"})
    assert (ran.exit_code, ran.stdout.rstrip()) == (0, help_of(" ".join(words)).rstrip())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sned"], "Did you mean “send”?"),
        (["help", "sned"], "Did you mean “send”?"),
        (["snd"], "Did you mean “send” or “sandbox”?"),
        (["help", "subscribers", "improt"], "Did you mean “import”?"),
        (["subscribers", "improt"], "newsletter help subscribers"),
        (["send", "x", "--lst", "y"], "--list"),
        (["check"], "newsletter check [OPTIONS] ISSUE…"),
        (["sandbox", "--port", "many"], "--port"),
        (["help", "send", "now"], "There is no command “now”"),
    ],
)
def test_what_is_typed_wrongly_is_named_with_the_way_to_its_help(words: list[str], message: str) -> None:
    ran = CliRunner().invoke(app, words)
    assert ran.exit_code == 2
    assert message in ran.stderr
    assert "See: newsletter help" in ran.stderr
    assert not ran.stdout
