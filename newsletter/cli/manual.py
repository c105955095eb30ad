"""Commands and groups of them: with pages of help of ours, an example each, and errors as sentences."""

import re
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from newsletter.cli.terminal.output import error, say
from newsletter.imports import with_later

Function = TypeVar("Function", bound=Callable[..., Any])


class Command(TyperCommand):
    """A command whose help is a page of ours; its epilog is an example."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page."""
        from newsletter.cli.pages import page

        formatter.write(page(self, ctx))

    def get_usage(self, ctx: Any) -> str:
        """Return how the command is typed."""
        from newsletter.cli.pages import usage

        return usage(self, ctx)


class Group(TyperGroup):
    """A group of commands with such pages. Alone it shows its own, which is no error."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page."""
        from newsletter.cli.pages import page

        formatter.write(page(self, ctx))

    def get_usage(self, ctx: Any) -> str:
        """Return how the command is typed."""
        from newsletter.cli.pages import usage

        return usage(self, ctx)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed; nothing is a wish for help where a group does nothing by itself."""
        if not args and self.no_args_is_help and not ctx.resilient_parsing:
            args = ["--help"]
        # Typer reads parameters by pydantic, which imports it for plugins even when told to look for none.
        with with_later("importlib.metadata"):
            return super().parse_args(ctx, args)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run what was typed, and end the process; a command typed wrongly is shown as all errors are."""
        alone = extra.pop("standalone_mode", True)
        extra["standalone_mode"] = False
        if not alone:
            return super().main(*args, **extra)
        try:
            code = super().main(*args, **extra)
        except typer.Abort:
            say("Stopped.")
            code = 1
        except Exception as wrong:
            if not hasattr(wrong, "format_message"):
                raise
            code = _refuse(wrong)
        sys.exit(code if isinstance(code, int) else 0)


class App(typer.Typer):
    """A Typer whose commands and groups have pages of ours."""

    def __init__(self, *, cls: type[Group] = Group, **settings: Any) -> None:
        """Make a group."""
        context = {"help_option_names": ["-h", "--help"]}
        super().__init__(cls=cls, rich_markup_mode=None, context_settings=context, **settings)

    def command(
        self, name: str | None = None, *, example: str = "", panel: str = "", **settings: Any
    ) -> Callable[[Function], Function]:
        """Add a command with an example, to the group of commands it belongs to."""
        return super().command(name, cls=Command, epilog=example, rich_help_panel=panel, **settings)


def _refuse(wrong: Any) -> int:
    from newsletter.cli.pages import usage

    context = wrong.ctx
    if context is None:
        error(wrong.format_message())
    else:
        names = context.command_path.split()[1:]
        way = "newsletter help" + "".join(f" {name}" for name in names)
        error(f"{_sentence(wrong.format_message())}\n  {usage(context.command, context)}\nSee: {way}")
    return int(wrong.exit_code)


def _sentence(message: str) -> str:
    message = message.replace("No such command", "There is no command")
    message = message.replace("No such option:", "There is no option")
    message = re.sub("'([^']*)'", r"“\1”", message).replace("”, “", "” or “")
    return message if message.endswith((".", "?", ")")) else f"{message}."


def refuse_command(name: str, group: Any, context: Any) -> None:
    """Refuse a name that is no command, with the nearest that is one."""
    if isinstance(group, Group):
        group.resolve_command(context, [name])
    context.fail(f"No such command '{name}'.")
