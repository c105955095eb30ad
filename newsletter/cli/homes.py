"""Where each command is defined: loaded when it is typed, and all of them for the page of help."""

from collections import UserDict
from importlib import import_module
from typing import Any

from typer.main import get_group

from newsletter.cli.manual import App, Group

# In the order of the pages of help. The module registers the command, or the group of commands.
HOMES = {
    "init": ".commands.writing",
    "new": ".commands.writing",
    "import": ".commands.writing",
    "check": ".commands.writing",
    "render": ".commands.writing",
    "preview": ".commands.writing",
    "backgrounds": ".commands.backgrounds",
    "send": ".commands.sending",
    "resume": ".commands.sending",
    "status": ".commands.accounts",
    "recipients": ".commands.accounts",
    "pause": ".commands.control",
    "cancel": ".commands.control",
    "approve": ".commands.control",
    "correct": ".commands.control",
    "reconcile": ".commands.control",
    "adopt": ".commands.control",
    "sync": ".commands.running",
    "serve": ".commands.running",
    "sandbox": ".commands.running",
    "demo": ".commands.demo",
    "help": ".commands.helping",
    "subscribers": ".commands.subscribers",
    "lists": ".commands.lists",
    "suppressions": ".commands.suppressions",
}


def defined_in(module: str) -> dict[str, Any]:
    """Return the commands and groups that a module registers, by name."""
    app = App()
    import_module(module, "newsletter.cli").register(app)
    return dict(get_group(app).commands)


class Commands(UserDict[str, Any]):
    """The commands by name; each is loaded when it is asked for."""

    def __init__(self) -> None:
        """Know the names."""
        super().__init__()
        self.data = dict.fromkeys(HOMES)

    def __getitem__(self, name: str) -> Any:
        """Return a command. Raises KeyError for a name that is none."""
        if self.data[name] is None:
            self.data.update(defined_in(HOMES[name]))
        return self.data[name]


class Root(Group):
    """The group of all commands."""

    def __init__(self, **settings: Any) -> None:
        """Stand on the names of all commands."""
        super().__init__(**settings)
        self.commands = Commands()
