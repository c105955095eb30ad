"""Every command is documented, with all its options, and its help says something."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from newsletter.cli import app

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
FENCED_OR_INDENTED = re.compile(r"^(?:    |\t).*$", re.MULTILINE)


def commands() -> Mapping[str, Any]:
    """Return every command and group as its user types it, the root among them."""
    return dict(_walk("newsletter", get_command(app)))


def _walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield name, command
    for child, below in getattr(command, "commands", {}).items():
        yield from _walk(f"{name} {child}", below)


COMMANDS = commands()
each_command = pytest.mark.parametrize("name", COMMANDS)


def options(name: str) -> set[str]:
    """Return all spellings of a command's options, ``--help`` left out."""
    return {
        spelling
        for parameter in COMMANDS[name].params
        if parameter.param_type_name == "option"
        for spelling in (*parameter.opts, *parameter.secondary_opts)
    } - {"-h", "--help"}


def arguments(name: str) -> list[Any]:
    return [param for param in COMMANDS[name].params if param.param_type_name == "argument"]


def sections() -> Mapping[str, str]:
    """Return docs/commands.md cut at headings that name a command."""
    pieces = re.split(r"^#+ +(.+?) *$", PAGE, flags=re.MULTILINE)[1:]
    return dict(zip(pieces[::2], pieces[1::2], strict=True))


SECTIONS = sections()


@each_command
def test_every_command_has_a_section(name: str) -> None:
    assert name in SECTIONS, f"docs/commands.md has no heading “{name}”"


@each_command
def test_a_section_names_every_option_and_no_other(name: str) -> None:
    listed = re.findall(r"^- ((?:`[^`]+`(?:, )?)+)", SECTIONS[name], re.MULTILINE)
    documented = {words.split()[0] for item in listed for words in re.findall(r"`([^`]+)`", item)}
    assert {word for word in documented if word.startswith("-")} - {"-h", "--help"} == options(name)


@each_command
def test_a_section_shows_how_the_command_is_typed(name: str) -> None:
    if hasattr(COMMANDS[name], "commands") and not options(name):
        return  # a group that only holds others
    usage = next((line.strip() for line in FENCED_OR_INDENTED.findall(SECTIONS[name])), "")
    assert usage.startswith(name)
    for argument in arguments(name):
        assert str(argument.metavar).strip("[]") in usage


@each_command
def test_help_is_a_sentence_that_says_more_than_the_name(name: str) -> None:
    text = COMMANDS[name].help or ""
    assert text[:1].isupper()
    assert text.rstrip().endswith(".")
    assert len(text.split()) > len(name.split()[1:]) + 1


@each_command
def test_every_option_and_argument_explains_itself(name: str) -> None:
    silent = [param.name for param in COMMANDS[name].params if not (param.help or "").strip()]
    assert silent == []


@each_command
def test_help_can_be_asked_for_and_shows_every_option(name: str) -> None:
    ran = CliRunner().invoke(app, [*name.split()[1:], "--help"], env={"COLUMNS": "200"})
    assert ran.exit_code == 0
    assert options(name) <= set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", ran.stdout))


def test_a_command_typed_wrongly_ends_with_2() -> None:
    assert CliRunner().invoke(app, ["no-such-command"]).exit_code == 2
    assert CliRunner().invoke(app, ["status", "--no-such-option"]).exit_code == 2


def test_every_exit_code_of_an_error_is_documented() -> None:
    from newsletter import errors

    codes = {error.exit_code for error in vars(errors).values() if hasattr(error, "exit_code")}
    codes |= {0, 3}  # done, and stopped with work left: neither is an error
    assert codes == {int(code) for code in re.findall(r"^\| (\d) \|", SECTIONS["Exit codes"], re.MULTILINE)}


def test_every_setting_is_documented_and_no_other() -> None:
    from newsletter.config import Settings

    known = {
        (section, key)
        for section, content in Settings()  # [delivery] holds the keys of every provider too
        for key in getattr(type(content), "model_fields", {})
    }
    documented, section = set(), ""
    for heading, key in re.findall(
        r"^\| (?:`\[(\w+)\]`)? ?\| `(\w+)` \|", SECTIONS["Settings"], re.MULTILINE
    ):
        section = heading or section
        documented.add((section, key))
    assert documented == known
