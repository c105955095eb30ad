"""The rules of the house, read from its imports."""

import ast
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from newsletter.cli import app

PACKAGE = Path(__file__).parent.parent / "newsletter"
PURE = ("editorial", "backgrounds", "pictures", "rendering", "checks", "contacts", "platforms", "delivery")
EFFECT_MODULES = {
    "os", "pathlib", "socket", "sqlite3", "sqlalchemy", "httpx", "urllib.request", "http.client", "random",
    "secrets", "time", "subprocess", "threading", "tempfile", "shutil", "requests", "sendgrid",
}  # fmt: skip
# Each exception carries its reason.
ALLOWED = {
    ("rendering", "threading"),  # premailer's CSS parser needs one lock; no other state is shared
    ("delivery", "threading"),  # the clock protocol names the event that wakes it
}
ABOVE = (
    "publish",
    "readership",
    "upkeep",
    "demo",
    "files",
    "wiring",
    "store",
    "sending",
    "providers",
    "sandbox",
    "web",
    "preview",
    "cli",
    "config",
    "http",
    "online",
)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(_tree(path)))


@cache
def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in _nodes(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "newsletter":
            names |= {f"newsletter.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            # A pure path is text; a Path opens files.
            names |= {
                node.module
                for alias in node.names
                if not (node.module == "pathlib" and alias.name.startswith("Pure"))
            }
    return names


def _modules(room: str) -> list[Path]:
    return sorted((PACKAGE / room).rglob("*.py"))


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_does_no_io(room: str) -> None:
    for path in _modules(room):
        for name in _imports(path):
            bad = name in EFFECT_MODULES or name.split(".")[0] in EFFECT_MODULES
            assert not bad or (room, name.split(".")[0]) in ALLOWED, f"{path.name} imports {name}"


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_opens_no_file_and_reads_no_clock(room: str) -> None:
    for path in _modules(room):
        calls = {
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for node in _nodes(path)
            if isinstance(node, ast.Call)
        }
        assert not calls & {"open", "now", "today", "utcnow", "getenv", "read_text", "read_bytes"}, path.name


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_knows_no_effect_room(room: str) -> None:
    for path in _modules(room):
        for name in _imports(path):
            assert not any(name.startswith(f"newsletter.{room_above}") for room_above in ABOVE), (
                f"{path.name}: {name}"
            )


def test_editorial_never_knows_rendering_and_rendering_never_knows_checks() -> None:
    for room, above in (("editorial", ("rendering", "checks")), ("rendering", ("checks",))):
        for path in _modules(room):
            for name in _imports(path):
                assert not any(name.startswith(f"newsletter.{room_above}") for room_above in above), (
                    f"{path.name}: {name}"
                )


def test_sql_is_only_in_the_store_and_the_sandboxs_own_file() -> None:
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0]
        if room in {"store", "sandbox"}:
            continue
        statements = {
            node.module
            for node in _nodes(path)
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("sqlalchemy")
            for alias in node.names
            if alias.name not in {"Engine", "Connection"}
        }
        assert not statements, path
        assert "sqlite3" not in _imports(path), path


def test_in_the_sandbox_sql_is_only_in_its_file() -> None:
    for path in _modules("sandbox"):
        if path.parent.name == "file":
            continue
        calls = {
            node.func.attr
            for node in _nodes(path)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        assert not calls & {"execute", "executemany", "executescript"}, path
        assert "sqlite3" not in _imports(path), path


def test_in_the_sandbox_each_room_knows_only_those_below_it() -> None:
    rooms = ("server", "inbox", "behaviour", "file")
    for number, room in enumerate(rooms):
        for path in _modules(f"sandbox/{room}"):
            for above in rooms[:number]:
                known = [name for name in _imports(path) if name.startswith(f"newsletter.sandbox.{above}")]
                assert not known, f"{path.name}: {known}"


def test_the_sendgrid_package_stays_in_its_room() -> None:
    for path in PACKAGE.rglob("*.py"):
        if "providers" not in path.parts:
            assert not any(
                name.split(".")[0] in {"sendgrid", "python_http_client"} for name in _imports(path)
            ), path


def test_only_config_and_environment_read_the_environment() -> None:
    for path in PACKAGE.rglob("*.py"):
        if path.parent.name != "config" and path.name != "environment.py":
            assert not re.search(r"\benviron\b|\bgetenv\b", path.read_text()), path


def test_only_wiring_builds_effects() -> None:
    builders = {"open_provider", "open_database", "template_loader"}
    of_a_provider = {"SendGridProvider", "start_child"}  # in the function that its kind hands to wiring
    for path in PACKAGE.rglob("*.py"):
        calls = {
            getattr(node.func, "id", getattr(node.func, "attr", ""))
            for node in _nodes(path)
            if isinstance(node, ast.Call)
        }
        assert "wiring" in path.parts or not calls & builders, path
        assert path.name == "kind.py" or not calls & of_a_provider, path


def test_sendgrid_is_named_in_its_own_room_alone() -> None:
    """The local SendGrid is another thing: its rooms, and sentences that name it, may."""
    known = {
        "registry.py",  # the line of each provider
        "files/publications.py",  # a new publication's settings, for people to change
    }
    for path in PACKAGE.rglob("*.py"):
        place = path.relative_to(PACKAGE)
        if place.parts[0] not in {"providers", "sandbox", "demo"} and place.as_posix() not in known:
            assert "sendgrid" not in re.sub(r"[Ll]ocal SendGrid", "", path.read_text()).lower(), path


def test_a_provider_knows_nothing_of_the_settings_file() -> None:
    for path in _modules("providers"):
        assert not _imports(path) & {"newsletter.config", "newsletter.wiring", "newsletter.registry"}, path


def test_only_the_command_line_knows_the_command_line() -> None:
    for path in PACKAGE.rglob("*.py"):
        if "cli" not in path.parts and path.name != "__main__.py":
            assert not any(name.startswith("newsletter.cli") for name in _imports(path)), path


# Every room may know those before it; so no two know each other.
FROM_THE_GROUND_UP = (
    "errors",
    "sentences instants widths chunks progress paths urls variables garbage imports environment listening",
    "http",
    "pictures",
    "editorial",
    "rendering",
    "delivery",
    "backgrounds",
    "contacts",
    "platforms",
    "checks",
    "files online",
    "providers",
    "sandbox",
    "registry",
    "config",
    "store",
    "sending",
    "wiring",
    "readership",
    "upkeep",
    "publish",
    "scheduler demo web preview",
    "app",
    "cli",
)


def _arrows() -> Iterator[tuple[str, str]]:
    """Yield every import between rooms, late ones and a type checker's too: the module, and the room."""
    for path in PACKAGE.rglob("*.py"):
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for node in _nodes(path):
            if not isinstance(node, ast.ImportFrom):
                continue
            if node.module == "newsletter":
                yield from ((module, alias.name) for alias in node.names)
            elif node.module and node.module.startswith("newsletter."):
                yield module, node.module.split(".")[1]


def test_no_arrow_leads_up_so_that_no_two_rooms_know_each_other() -> None:
    level = {room: number for number, rooms in enumerate(FROM_THE_GROUND_UP) for room in rooms.split()}
    rooms = {path.stem for path in PACKAGE.iterdir() if path.is_dir() or path.suffix == ".py"}
    assert rooms - set(level) <= {"__init__", "__main__", "__pycache__", "py"}
    up = set()
    for module, target in _arrows():
        room = module.split(".")[1]
        if room in level and target in level and room != target and level[target] >= level[room]:
            up.add((module, target))
    assert not up


def test_no_two_modules_know_each_other_even_through_others() -> None:
    modules = {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path
        for path in PACKAGE.rglob("*.py")
        if path.name != "__init__.py"  # a room's face only hands names on
    }
    known: dict[str, set[str]] = {}
    for module, path in modules.items():
        names = {
            name
            for node in _nodes(path)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
            for name in (node.module, f"{node.module}.{alias.name}")
        }
        known[module] = names & set(modules)
    while free := [module for module, names in known.items() if not names & set(known)]:
        for module in free:
            del known[module]
    assert not known, "a circle, and the modules that lead to it"


BENEATH_THE_OBJECT = (
    "publish",
    "readership",
    "upkeep",
    "wiring",
    "files",
    "online",
    "store",
    "sending",
    "providers",
    "sandbox",
    "web",
    "preview",
    "demo",
    "scheduler",
    "registry",
    "listening",
    "pictures",
)


def test_commands_reach_nothing_beneath_the_object() -> None:
    for path in _modules("cli"):
        for name in _imports(path):
            assert not any(name.startswith(f"newsletter.{room}") for room in BENEATH_THE_OBJECT), (
                f"{path.name}: {name}"
            )


def _walk(command: Any) -> Iterator[Any]:
    below = getattr(command, "commands", {})
    for child in below.values():
        yield from _walk(child)
    if command.callback is not None and command.params is not None:
        yield command


def _asks_the_object(function: ast.AST, functions: Mapping[str, ast.AST], seen: set[str]) -> bool:
    """Say whether a function opens the object, by itself or through another of its module."""
    for node in ast.walk(function):
        name = node.id if isinstance(node, ast.Name) else ""
        if name in {"open_letter", "Newsletter"}:
            return True
        if name in functions and name not in seen:
            seen.add(name)
            if _asks_the_object(functions[name], functions, seen):
                return True
    return False


# Each with its reason.
WITHOUT_THE_OBJECT = {
    "root",  # sets what all commands share
    "help_",  # shows the pages of help
    "_show_completion",  # Typer's own
    "_install_completion",
}


def test_every_command_asks_the_object() -> None:
    checked = 0
    for command in _walk(get_command(app)):
        run = inspect.unwrap(command.callback)
        if run.__name__ in WITHOUT_THE_OBJECT:
            continue
        module = _tree(Path(inspect.getfile(run)))
        functions = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
        assert _asks_the_object(functions[run.__name__], functions, set()), command.name
        checked += 1
    assert checked > 25


def test_the_web_and_the_preview_go_through_the_stories() -> None:
    # Wiring is handed to them.
    known = {"publish", "readership", "upkeep", "delivery", "contacts", "pictures"}
    known |= {"errors", "sentences", "listening", "wiring"}
    for room, more in (("web", set[str]()), ("preview", {"rendering", "paths"})):
        for path in _modules(room):
            rooms = {name.split(".")[1] for name in _imports(path) if name.startswith("newsletter.")}
            assert rooms <= known | more | {room}, f"{path.name}: {rooms - known}"


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    more = [rest for rest in (arguments.vararg, arguments.kwarg) if rest]
    return [argument.arg for argument in (*named, *more) if argument.arg not in {"self", "cls"}]


def test_a_function_takes_at_most_six_parameters_and_beyond_that_a_value() -> None:
    """A command's parameters are its options, which Typer reads from its signature."""
    many = [
        f"{path.relative_to(PACKAGE)}: {node.name}: {len(_parameters(node))}"
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[:2] != ("cli", "commands")
        for node in _nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and len(_parameters(node)) > 6
    ]
    assert not many, "\n".join(many)


def test_a_room_of_more_than_a_dozen_modules_says_why() -> None:
    for face in PACKAGE.rglob("__init__.py"):
        modules = [path for path in face.parent.glob("*.py") if path != face]
        if len(modules) > 12 and face.parent != PACKAGE:  # docs/architecture.md says it of the top
            assert "more than a dozen" in (ast.get_docstring(_tree(face)) or ""), face


def test_every_page_is_escaped_by_itself() -> None:
    for room in ("web", "sandbox", "preview"):
        environments = [
            {keyword.arg: keyword.value for keyword in node.keywords}
            for path in _modules(room)
            for node in _nodes(path)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Environment"
        ]
        assert environments, room
        for options in environments:
            escaping = options.get("autoescape")
            assert isinstance(escaping, ast.Constant), room
            assert escaping.value is True, room
    rooms = (PACKAGE.parent / "templates", PACKAGE / "sandbox", PACKAGE / "preview")
    for page in (page for room in rooms for page in (room / "pages").iterdir()):
        text = page.read_text()
        # Scripts come from a file of their own alone, so that the rules sent along can forbid all others.
        ours = r'(?! src="/[a-z]+\.js" defer></script>)(?! type="module" src="/assets/[a-z]+\.js"></script>)'
        assert not re.search(rf"\|\s*safe\b|autoescape|<script{ours}", text), page


# Rooms that speak others' words: SendGrid's, other systems' exports', and what the database held at the time.
OTHERS_WORDS = ("sandbox", "providers", "platforms", "store/migrations")
# What has a state's word for a name and is none, with what it is.
NO_STATES = {
    ("delivery/manifest.py", "excluded"): "a field's name",
    ("delivery/event_kinds.py", "paused"): "a count's name in the database",
    ("demo/readers.py", "confirmed"): "in a file of readers",
    ("demo/readers.py", "unsubscribed"): "in a file of readers",
    ("pictures/kinds.py", "empty"): "a kind of file",
    ("pictures/kinds.py", "unknown"): "a kind of file",
    ("publish/__init__.py", "draft"): "a module's name",
    ("publish/deliver.py", "sending"): "a step of progress",
}


def test_a_state_is_a_member_of_its_enum_and_no_literal() -> None:
    """Every string that is a state's word counts, but for those that only name something.

    Those are the keys of a document or of a mapping (``proof["unknown"]``), the names of columns, and the
    members of other enums, such as the kinds of consent.
    """
    from newsletter.delivery import states

    kinds = (
        *(states.MailingState, states.BatchState, states.AttemptOutcome, states.RecipientState),
        *(states.SubscriptionState, states.Exclusion),
    )
    words = {str(member) for kind in kinds for member in kind}
    found = {
        (path.relative_to(PACKAGE).as_posix(), word): line
        for path in sorted(PACKAGE.rglob("*.py"))
        if not path.relative_to(PACKAGE).as_posix().startswith((*OTHERS_WORDS, "delivery/states.py"))
        for word, line in _words_that_count(_nodes(path), words)
    }
    literals = [
        f"{name}:{line}: {word}" for (name, word), line in found.items() if (name, word) not in NO_STATES
    ]
    assert not literals, "\n".join(literals)
    assert set(NO_STATES) <= set(found), "an exception that is no longer one"


def _words_that_count(nodes: Sequence[ast.AST], words: set[str]) -> Iterator[tuple[str, int]]:
    names = {id(name) for node in nodes for name in _names(node)}
    for node in nodes:
        if isinstance(node, ast.Constant) and node.value in words and id(node) not in names:
            yield str(node.value), node.lineno


def _names(node: ast.AST) -> Iterator[ast.AST | None]:
    """Yield the parts of a node that name something: keys, columns, members of an enum."""
    match node:
        case ast.Dict(keys):
            yield from keys
        case ast.Subscript(slice=key) | ast.Call(func=ast.Attribute(attr="get" | "label"), args=[key, *_]):
            yield key
        case ast.Call(func=ast.Name(id="Column"), args=[key, *_]):
            yield key
        case ast.ClassDef(bases=[ast.Name(id="StrEnum")], body=members):
            yield from (member.value for member in members if isinstance(member, ast.Assign))
