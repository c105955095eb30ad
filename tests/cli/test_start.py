"""What a command loads before it does its work: the rest of the product costs it nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Publication

from newsletter.cli.homes import HOMES, defined_in

ISSUE = "issues/2026-11-16-kilogram.md"
ROOT = Path(__file__).parent.parent.parent
HEAVY = {
    "asyncio",
    "requests",
    "httpx",
    "sqlalchemy",
    "alembic",
    "rich",
    "cryptography",
    "sendgrid",
    "starlette",
}
RENDERING = {"jinja2", "premailer", "cssutils", "lxml", "yaml", "markdown_it", "PIL"}


def loaded_by(*command: str, folder: Path = ROOT) -> set[str]:
    """Return the top-level names of all that a command imports."""
    return {name.partition(".")[0] for name in modules_of(*command, folder=folder)}


# Runs a command, and names on the last line of stderr what it has loaded.
PROGRAM = """
import atexit, sys
atexit.register(lambda: print("", *sys.modules, file=sys.stderr))
from newsletter.__main__ import main
main()
"""


def modules_of(*command: str, folder: Path = ROOT) -> set[str]:
    """Return the names of all modules that a command imports."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *command],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("command", [["--help"], ["--version"], ["send", "--help"]])
def test_help_loads_nothing_heavy(command: list[str]) -> None:
    assert not loaded_by(*command) & (HEAVY | RENDERING)


@pytest.mark.slow
def test_a_check_loads_no_database_network_or_event_loop() -> None:
    assert not loaded_by("check", ISSUE) & HEAVY


@pytest.mark.slow
def test_a_render_loads_no_database_network_or_event_loop(tmp_path: Path) -> None:
    assert not loaded_by("render", ISSUE, "--out", str(tmp_path)) & HEAVY


def test_status_loads_nothing_of_the_renderer(publication: Publication) -> None:
    publication.settings(provider="sandbox")
    publication.subscribe(1)
    assert publication.run("send", "first", "--at", "in 2h", "--no-wait", "--yes").exit_code == 0
    modules = modules_of("status", "first", folder=publication.root)
    assert "newsletter.store.accounts.proof" in modules
    assert not {name.partition(".")[0] for name in modules} & (RENDERING | {"rich", "starlette"})
    # Nor what only other halves of SQLAlchemy and pydantic use.
    assert not modules & {
        "asyncio",
        "ssl",
        "email",
        "importlib.metadata",
        "sqlalchemy.dialects.sqlite.aiosqlite",
    }
    # Nor how to send, and how to decide about what got no answer.
    assert not modules & {
        "newsletter.rendering",
        "newsletter.delivery.provider",
        "newsletter.delivery.events",
        "newsletter.delivery.reconcile",
        "newsletter.store.events.decisions",
        "newsletter.files.pictures",
    }


def test_a_command_on_sqlite_loads_no_other_dialect(publication: Publication) -> None:
    publication.settings(provider="sandbox")
    publication.subscribe(1)
    modules = modules_of("subscribers", "show", "reader0@example.org", folder=publication.root)
    assert "sqlalchemy.dialects.sqlite" in modules
    assert not [name for name in modules if name.startswith("sqlalchemy.dialects.postgresql")]


def test_sqlalchemy_has_all_that_it_imports_later_once_it_needs_it() -> None:
    program = """
import sys
import newsletter.store
from sqlalchemy import create_engine
print("asyncio" in sys.modules)
try:
    with create_engine("sqlite://").connect() as connection: connection.exec_driver_sql("SELECT nothing")
except Exception as error: print(type(error).__name__, "asyncio" in sys.modules)
try: create_engine("sqlite://", plugins=["of_somebody"])
except Exception as error: print(error)
try: create_engine("sqlite+aiosqlite://")
except ModuleNotFoundError as error: print(error)
import asyncio
from sqlalchemy.dialects.sqlite import aiosqlite
print(asyncio.run(asyncio.sleep(0, 1)), aiosqlite.dialect.is_async)
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    assert done.stdout.splitlines() == [
        "False",
        "OperationalError True",
        "Can't load plugin: sqlalchemy.plugins:of_somebody",
        "No module named 'aiosqlite'",
        "1 True",
    ]


def test_a_command_ends_without_a_last_search_for_garbage() -> None:
    program = (
        "import atexit, gc\n"
        "atexit.register(lambda: print(gc.get_freeze_count() > 0))\n"
        "from newsletter.cli import main\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--version"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "True"


def test_every_command_is_defined_where_it_is_looked_for() -> None:
    for module in dict.fromkeys(HOMES.values()):
        assert set(defined_in(module)) == {name for name, home in HOMES.items() if home == module}


def test_a_command_loads_no_other_commands() -> None:
    loaded = {name for name in modules_of("check", ISSUE) if name.startswith("newsletter.cli.commands.")}
    assert loaded == {"newsletter.cli.commands.writing"}


def test_opening_the_provider_loads_none_of_its_packages_unused_parts_and_leaves_them_to_others() -> None:
    program = (
        "import sys\n"
        "from newsletter.providers.sendgrid.client import SendGridProvider, Server\n"
        "def open():\n"
        "  SendGridProvider(Server('https://sendgrid.invalid', 'k', 1, 1), identity='i')\n"
        "open()\n"
        "print(*sys.modules)\n"
        "from sendgrid import EventWebhook, Mail\n"
        "from httpx._main import main\n"
        "open()\n"
        "from sendgrid.helpers.mail import Mail as same\n"
        "print(EventWebhook.__name__, same is Mail)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    loaded, others = done.stdout.splitlines()
    assert "httpx" in loaded.split()
    assert not {name.partition(".")[0] for name in loaded.split()} & {
        "click",
        "rich",
        "pygments",
        "cryptography",
    }
    assert others == "EventWebhook True"
