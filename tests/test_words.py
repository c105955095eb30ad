"""One word for one idea, in plain modern English: what a person reads or names holds no retired word.

docs/glossary.md says what each word means; the tables here say which words are retired, and what to write
instead. History keeps its words: docs/decisions, released changes, migrations.
"""

import ast
import io
import re
import tokenize
from collections import defaultdict, deque
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "newsletter"
COPIED = re.compile(r": (newsletter [a-z{].*)$", re.MULTILINE)


class Retired(NamedTuple):
    """A retired word, as a pattern, and what to write instead; ``rooms``, unless it is retired in all."""

    word: str
    instead: str
    rooms: tuple[str, ...] = ("",)


# Parts of a name: `_foresee_all` and `ForeseenSend` hold `foresee`.
NAMES = (
    Retired(r"fore(?:see|sees|seen|saw|sight)", "plan_send, SendPlan"),
    Retired(r"workshop", "template engine"),
    Retired(r"shelf|shelves", "cache"),
    Retired(r"cautions?|cautious", "send warnings"),
    Retired(r"desk", "scaffold"),
    Retired(r"house", "wiring"),
    Retired(r"told", "what it holds: findings, shown, message"),
    Retired(r"pressure", "send limits"),
    Retired(r"heard", "reported"),
    Retired(r"heed(?:s|ed|ing)?", "apply, honour"),
    Retired(r"whom|whoever", "who, recipients, a noun"),
    Retired(r"settle[sd]?|settling|settlements?", "reconcile (a decision) or settle_by_event"),
    Retired(r"exceptions?", "unmailed", ("newsletter/store",)),
    Retired(
        r"members?",
        "subscribers, reader ids",
        ("newsletter", "tests/readership", "tests/store", "tests/flow"),
    ),
    Retired(r"lost", "hidden text", ("newsletter/editorial", "newsletter/rendering", "tests/editorial")),
    Retired(r"refusals?", "rejected rows", ("newsletter/files", "newsletter/readership")),
)
ALLOWED_IN_NAMES = re.compile(r"settled?_by_event|SettledByEvent")
CLASSES = {"Sending": "SendPlan"}
MODULES = {
    "desk": "scaffold",
    "reach": "already_mailed",
    "moves": "transitions",
    "answers": "outcomes",
    "counting": "proof",
    "members": "id_set or subscribers",
    "house": "wiring",
}
LOOP = {"each", "one"}

# In what a person reads: comments, docstrings, messages, names of tests, pages and templates.
PHRASES = (
    Retired(r"heed(?:s|ed|ing|less)?", "apply, follow, honour, obey"),
    Retired(r"whom", "who, or another sentence"),
    Retired(r"whoever", "who, anyone who"),
    Retired(r"lest", "so that … not"),
    Retired(r"beside", "next to; besides; in addition to"),
    Retired(r"any more", "no longer, or leave it out"),
    Retired(r"foresee(?:s|n|ing)?|foresaw|foresight", "plan"),
    Retired(r"cautions?", "send warnings"),
    Retired(r"exception table|table of exceptions", "unmailed"),
    Retired(r"settlements?", "a reconciliation, or: settled by event"),
    Retired(r"hence|thence|whence|amiss|upon|naught|unto", "from, wrong, on, nothing, to"),
)
# A story may be about him or her; a reader, an editor and an operator are they.
PRONOUNS = (
    Retired(r"(?<![=/])(?:he|him|his|himself|she|hers?|herself)(?!/)", "they"),
)  # but {lang=he}, she/her

_WORDS = "|".join(entry.word for entry in (*PHRASES, *PRONOUNS))
_ANY = re.compile(rf"(?<![^\W_])(?:{_WORDS})(?![^\W_])", re.IGNORECASE)  # in names of tests as well


def _within(path: Path, rooms: tuple[str, ...] | set[str]) -> bool:
    name = path.relative_to(ROOT).as_posix()
    return any(not room or name == room or name.startswith(f"{room}/") for room in rooms)


def modules() -> list[Path]:
    """Return every module whose words count."""
    return sorted(
        path
        for top in (PACKAGE, ROOT / "tests")
        for path in top.rglob("*.py")
        if "versions" not in path.parts and path != Path(__file__)
    )


def pages() -> list[Path]:
    """Return every page and template that a person reads."""
    docs = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    return sorted([*docs, *(path for path in (ROOT / "templates").rglob("*") if path.is_file())])


class Module(NamedTuple):
    """A module as its words are looked at."""

    path: Path
    source: str
    nodes: tuple[ast.AST, ...]


@cache
def read(path: Path) -> Module:
    source = path.read_text(encoding="utf-8")
    return Module(path, source, tuple(nodes_of(ast.parse(source))))


def nodes_of(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what ``ast.walk`` does, but for whether a name is read or set, which says nothing."""
    nodes = deque([tree])
    while nodes:
        node = nodes.popleft()
        yield node
        for field in node._fields:
            value = getattr(node, field, None)
            if type(value) is list:
                nodes.extend(part for part in value if isinstance(part, ast.AST))
            elif field != "ctx" and isinstance(value, ast.AST):
                nodes.append(value)


@pytest.fixture(scope="module", autouse=True)
def _forget_modules() -> Iterator[None]:
    yield
    read.cache_clear()


def strings_of(module: Module) -> Iterator[tuple[int, str]]:
    """Yield every string of a module with its line, its values as ``{}``."""
    parts: set[int] = set()
    for node in module.nodes:  # a whole comes before its parts
        if isinstance(node, ast.JoinedStr):
            parts |= {id(part) for part in ast.walk(node)}
            texts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield node.lineno, "".join(texts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.lineno, node.value


def docstrings_of(module: Module) -> Iterator[tuple[int, str]]:
    for node in module.nodes:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node, clean=False)
            if text:
                yield node.body[0].lineno, text


def comments_of(module: Module) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(module.source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def names_of(module: Module) -> Iterator[tuple[int, str]]:
    """Yield every name that a module itself gives, with its line."""
    for node in module.nodes:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr
            case ast.alias(asname=str(name)):
                yield node.lineno, name


def loops_of(module: Module) -> Iterator[tuple[int, str]]:
    """Yield every name that stands for what a loop walks over, and every parameter, with its line."""
    for node in module.nodes:
        match node:
            case ast.For() | ast.AsyncFor() | ast.comprehension():
                for part in ast.walk(node.target):
                    if isinstance(part, ast.Name):
                        yield part.lineno, part.id
            case ast.arg():
                yield node.lineno, node.arg


def _is_test(name: str) -> bool:
    return name.startswith("test_")


@cache
def _parts(name: str) -> tuple[str, ...]:
    """Return the words a name is made of: snake_case, CamelCase or both."""
    return tuple(re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", ALLOWED_IN_NAMES.sub("", name)))


@cache
def _said_instead(word: str) -> tuple[Retired, ...]:
    return tuple(entry for entry in NAMES if re.fullmatch(entry.word, word, re.IGNORECASE))


def _phrases(retired: tuple[Retired, ...], text: str) -> Iterator[tuple[int, str]]:
    """Yield each retired phrase of a text: how many lines down, and what to write instead."""
    for entry in retired:
        for found in re.finditer(rf"\b(?:{entry.word})\b", text, re.IGNORECASE):
            yield text.count("\n", 0, found.start()), f"“{found[0]}” → {entry.instead}"


def retired_names(module: Module) -> Iterator[tuple[int, str]]:
    path = module.path
    if path.stem in MODULES:
        yield 1, f"module {path.stem} → {MODULES[path.stem]}"
    for line, name in names_of(module):
        if name in CLASSES:
            yield line, f"{name} → {CLASSES[name]}"
        for part in () if _is_test(name) else _parts(name):
            for entry in _said_instead(part):
                if _within(path, entry.rooms):
                    yield line, f"{name} → {entry.instead}"


def retired_loops(module: Module) -> Iterator[tuple[int, str]]:
    for line, name in loops_of(module):
        if name in LOOP:
            yield line, f"“{name}” in a loop → the name of what it walks over"


def retired_phrases(module: Module) -> Iterator[tuple[int, str]]:
    if not _ANY.search(module.source):
        return
    tests = [(line, name.replace("_", " ")) for line, name in names_of(module) if _is_test(name)]
    comments, strings = list(comments_of(module)), list(strings_of(module))
    ours = [*docstrings_of(module), *comments, *tests]
    if _within(module.path, ("newsletter",)):  # a test's strings may tell of somebody, and a word may be data
        ours += [(line, text) for line, text in strings if re.search(r"[a-z]\.$", text) and " " in text]
    for retired, texts in ((PHRASES, [*strings, *comments, *tests]), (PRONOUNS, ours)):
        for line, text in texts:
            for down, said in _phrases(retired, text):
                yield line + down, said


_FENCE = re.compile(r"^ *(```+|~~~+).*?^ *\1 *$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
# Not words: a link's target; a CSS class that frozen messages and themes have.
_NO_WORDS = re.compile(r'(?<=\])\([^()\s]*\)|\.beside[-\w]*|class="beside')


def page_text(path: Path) -> str:
    """Return what a page says, line for line; of the changelog what is not released yet."""
    text = path.read_text(encoding="utf-8")
    if path.name == "CHANGELOG.md":
        text = re.split(r"^## \[\d", text, maxsplit=1, flags=re.MULTILINE)[0]
    return text


def retired_in_page(path: Path) -> Iterator[tuple[int, str]]:
    text = _NO_WORDS.sub("", page_text(path))
    for down, said in _phrases(PHRASES, text):
        yield 1 + down, said
    if path.suffix == ".md":  # an example's story may tell of him or her
        prose = _CODE.sub("", _FENCE.sub(lambda block: "\n" * block[0].count("\n"), text))
        for down, said in _phrases(PRONOUNS, prose):
            yield 1 + down, said


def faults(path: Path) -> Iterator[str]:
    """Yield every retired word of a module or a page as ``path:line: word → what to write``."""
    if path.suffix == ".py":
        module = read(path)
        found = {*retired_names(module), *retired_loops(module), *retired_phrases(module)}
    else:
        found = set(retired_in_page(path))
    for line, said in sorted(found):
        yield f"{path.relative_to(ROOT)}:{line}: {said}"


@pytest.mark.parametrize(
    "paths", [pytest.param(modules, id="modules", marks=pytest.mark.slow), pytest.param(pages, id="pages")]
)
def test_nothing_that_a_person_reads_or_names_holds_a_retired_word(paths: "type[list[Path]]") -> None:
    found = [fault for path in paths() for fault in faults(path)]
    assert not found, "\n".join(found)


def test_no_two_classes_of_the_package_share_a_name() -> None:
    homes = defaultdict(list)
    for path in modules():
        # The local SendGrid is a program of its own.
        if _within(path, ("newsletter",)) and not _within(path, ("newsletter/sandbox",)):
            for node in read(path).nodes:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    homes[node.name].append(path.relative_to(ROOT).as_posix())
    shared = {name: places for name, places in homes.items() if len(places) > 1}
    assert shared == {}


def test_a_command_to_copy_ends_its_line_and_quotes_what_an_editor_named() -> None:
    commands = [
        (command, text)
        for path in PACKAGE.rglob("*.py")
        for _, text in strings_of(read(path))
        for command in COPIED.findall(text)
    ]
    for command, text in commands:
        assert not re.search(r"[.,;] |[.,;]$", command), text
        assert not re.match(r"newsletter (?:[a-z-]+ ){1,2}\{\}", command), text
    assert len(commands) > 10
