"""The pages of help: what a command does, its options, an example; commands in groups by what they are for.

Everything is laid out as sentences are (``terminal.layout``): whole words, no sentence cut, at any width.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from typer.core import TyperArgument, TyperGroup

from newsletter.cli.panels import PANELS
from newsletter.cli.terminal.layout import laid_out
from newsletter.cli.terminal.output import page_width
from newsletter.widths import display_width

_GAP, _INDENT = "  ", "  "
_NAMES = 26  # columns: a longer name has a line of its own


def usage(command: Any, context: Any) -> str:
    """Return how a command is typed: ``newsletter send [OPTIONS] ISSUE``."""
    arguments = [_argument(given) for given in command.params if isinstance(given, TyperArgument)]
    below = ["COMMAND …"] if isinstance(command, TyperGroup) else []
    return " ".join([context.command_path, "[OPTIONS]", *arguments, *below])


def _argument(argument: TyperArgument) -> str:
    name = argument.metavar or argument.name.upper()
    return name if argument.required or name.startswith("[") else f"[{name}]"


def page(command: Any, context: Any) -> str:
    """Return a command's page of help."""
    width = page_width()
    parts = [
        f"Usage: {usage(command, context)}",
        _indented(" ".join((command.help or "").split()), width),
        _section("Arguments", _records(command, context, "argument"), width),
        *_commands(command, context, width),
        _section("Options", _records(command, context, "option"), width),
        _example(command),
    ]
    if isinstance(command, TyperGroup):
        parts.append(laid_out(f"More of each: newsletter help{_below(context)} COMMAND", width))
    return "\n\n".join(filter(None, parts)) + "\n"


def _below(context: Any) -> str:
    return "".join(f" {name}" for name in context.command_path.split()[1:])


def _example(command: Any) -> str:
    lines = (command.epilog or "").splitlines()
    heading = "Examples:" if len(lines) > 1 else "Example:"
    return "\n".join([heading, *(f"{_INDENT}{line}" for line in lines)]) if lines else ""


def _records(command: Any, context: Any, kind: str) -> Iterator[tuple[str, str]]:
    """Yield the names and sentences of a command's arguments or options; no type is shown."""
    for parameter in command.get_params(context):
        if parameter.param_type_name != kind or parameter.hidden:
            continue
        if kind == "argument":
            yield (parameter.metavar or parameter.name.upper()).strip("[]"), parameter.help or ""
        else:
            yield _option(parameter, context), _option_help(parameter, context)


def _option(parameter: Any, context: Any) -> str:
    names = ", ".join(sorted(parameter.opts, key=len))
    return names if parameter.is_flag or parameter.count else f"{names} {parameter.metavar or 'TEXT'}"


def _option_help(parameter: Any, context: Any) -> str:
    extra = ["required"] if parameter.required else []
    default = parameter.default
    if isinstance(default, str | int) and not isinstance(default, bool) and default not in ("", 0):
        extra.append(f"without it: {default}")
    text = str(parameter.help or "")
    return f"{text} ({'; '.join(extra)})" if extra else text


def _commands(group: Any, context: Any, width: int) -> Iterator[str]:
    if not isinstance(group, TyperGroup):
        return
    shown = {name: command for name, command in group.commands.items() if not command.hidden}
    panels: dict[str, list[tuple[str, str]]] = {}
    for name, command in shown.items():
        panel = str(getattr(command, "rich_help_panel", None) or "Commands")
        panels.setdefault(panel, []).append((name, " ".join((command.help or "").split())))
    names = max(map(len, shown), default=0)
    for panel in sorted(panels, key=lambda panel: PANELS.index(panel) if panel in PANELS else len(PANELS)):
        yield _section(panel, panels[panel], width, names=names)


def _section(heading: str, rows: Iterable[tuple[str, str]], width: int, *, names: int = 0) -> str:
    rows = list(rows)
    return "\n".join([f"{heading}:", *_table(rows, width, names)]) if rows else ""


def _table(rows: Sequence[tuple[str, str]], width: int, names: int) -> Iterator[str]:
    """Yield a name and its sentence a row; below each other where the name is long or the page narrow."""
    column = names or min(max(display_width(name) for name, _ in rows), _NAMES)
    text_width = width - column - len(_INDENT + _GAP)
    for name, text in rows:
        if text_width < 24 or display_width(name) > column:
            yield f"{_INDENT}{name}"
            yield from _below_name(text, width, column if text_width >= 24 else len(_INDENT))
        else:
            first, *more = laid_out(text, text_width).split("\n")
            yield f"{_INDENT}{name}{' ' * (column - display_width(name))}{_GAP}{first}".rstrip()
            yield from (f"{_INDENT}{' ' * column}{_GAP}{line}" for line in more)


def _below_name(text: str, width: int, column: int) -> Iterator[str]:
    margin = " " * (column + len(_INDENT + _GAP) if column > len(_INDENT) else 2 * len(_INDENT))
    yield from (f"{margin}{line}" for line in laid_out(text, width - len(margin)).split("\n") if text)


def _indented(text: str, width: int) -> str:
    return "\n".join(f"{_INDENT}{line}" for line in laid_out(text, width - len(_INDENT)).split("\n"))
