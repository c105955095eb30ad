"""What the project's prose says is there, is there."""

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_commands import COMMANDS, options

ROOT = Path(__file__).parent.parent
TOP = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
PAGES = [*TOP, *sorted((ROOT / "docs").rglob("*.md"))]
MODULES = [
    f"/{path.relative_to(ROOT)}"
    for room in ("newsletter", "tests", "docs")
    for path in (ROOT / room).rglob("*.py")
]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))

_FENCE = re.compile(r"^ *(```+|~~~+).*?^ *\1 *$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<!`)`([^`\n]+(?:\n[^`\n]+)?)`(?!`)")
_LINK = re.compile(
    r"(?<!\\)\]\(\s*<?([^)\s>]+)>?[^)]*\)|\bsrc=\"([^\"]+)\"|^\[[^\]]+\]: *(\S+)", re.MULTILINE
)


def prose(page: Path) -> str:
    """Return a page without its code."""
    return _INLINE.sub("", _FENCE.sub("", page.read_text(encoding="utf-8")))


def links(page: Path) -> Iterator[str]:
    for found in _LINK.finditer(prose(page)):
        target = found[1] or found[2] or found[3]
        if not re.match(r"[a-z][a-z0-9+.-]*:", target):
            yield target


def anchors(page: Path) -> set[str]:
    """Return the anchors GitHub makes of a page's headings."""
    headings = re.findall(
        r"^#+ +(.+?) *#* *$", _FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE
    )
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*_]", r"\1", heading).lower() for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain}


@each_page
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), f"{page.name} links to {link}"
        assert target.is_relative_to(ROOT), f"{page.name} links out of the project: {link}"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{page.name} links to {link}"


@each_page
def test_every_module_that_a_page_names_is_there(page: Path) -> None:
    for name in re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.py)`", page.read_text(encoding="utf-8")):
        # Of a provider to be written, as CONTRIBUTING lists its files, the postbox has one of each.
        assert any(module.endswith(f"/{name}") for module in MODULES), f"{page.name} names {name}"


def code(page: Path) -> Iterator[str]:
    """Yield all of a page that could be a command: lines of code, and what stands in backticks."""
    text = page.read_text(encoding="utf-8")
    for block in _FENCE.finditer(text):
        yield from block[0].splitlines()[1:-1]
    rest = _FENCE.sub("", text)
    yield from re.findall(r"^(?: {4}|\t)(.*)$", rest, re.MULTILINE)
    yield from (" ".join(piece.split()) for piece in _INLINE.findall(rest))


_TYPED = re.compile(
    r"(?:^|&& |; |\| )(?:\$ )?(?:[A-Z_]+=\S+ )*(?:\S*/)?(?:python3? -m )?newsletter ((?!-)[^&|;#]+)"
)


def typed_commands(page: Path) -> Iterator[str]:
    for piece in code(page):
        yield from (found[1].strip() for found in _TYPED.finditer(piece.strip()))


def split(words: str) -> list[str]:
    try:
        return shlex.split(words.replace("[", "").replace("]", ""))
    except ValueError:  # an apostrophe: then it is prose or an example in progress
        return words.split()


def resolve(words: list[str]) -> tuple[str, list[str]]:
    """Return the command that words name, and the words that are left."""
    name = "newsletter"
    while words and f"{name} {words[0]}" in COMMANDS:
        name, words = f"{name} {words[0]}", words[1:]
    return name, words


@each_page
def test_no_page_names_a_command_or_an_option_that_does_not_exist(page: Path) -> None:
    for typed in typed_commands(page):
        if typed.startswith("[OPTIONS]"):
            continue
        name, rest = resolve(split(typed))
        assert name != "newsletter", f"{page.name}: newsletter {typed}"
        if hasattr(COMMANDS[name], "commands") and rest:
            assert rest[0].startswith("-"), f"{page.name}: newsletter {typed}"
        given = {word.partition("=")[0] for word in rest if word.startswith("-") and len(word) > 1}
        assert given <= options(name) | {"-h", "--help"}, f"{page.name}: newsletter {typed}"


def test_every_command_that_a_message_tells_to_type_exists() -> None:
    typed = re.compile(r"(?:^|[:`(“] ?|&& |run |with )newsletter ([a-z]+)(?: ([a-z][a-z-]*))?")
    for path in sorted((ROOT / "newsletter").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for found in typed.finditer(node.value):
                    name, rest = resolve([word for word in found.groups() if word])
                    assert name != "newsletter", f"{path.name}: newsletter {found[1]}"
                    group = hasattr(COMMANDS[name], "commands")
                    assert not (group and rest), f"{path.name}: newsletter {found[1]} {found[2]}"


@each_page
def test_every_make_target_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    for piece in code(page):
        for target in re.findall(r"(?:^|&& )make ([a-z-]+)", piece.strip()):
            assert target in targets, f"{page.name}: make {target}"


@each_page
def test_a_page_begins_with_its_title(page: Path) -> None:
    assert page.read_text(encoding="utf-8").startswith("# ")


def test_decisions_are_numbered_without_a_gap_and_all_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(folder.glob("[0-9]*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    index = (folder / "README.md").read_text(encoding="utf-8")
    for number, record in enumerate(records, 1):
        title = record.read_text(encoding="utf-8").splitlines()[0].removeprefix(f"# {number}. ")
        assert f"{number}. [{title}]({record.name})" in index
        assert {"**Question.**", "**Choice.**", "**Why.**", "**What it costs.**"} <= set(
            re.findall(r"^\*\*[^*]+\*\*", record.read_text(encoding="utf-8"), re.MULTILINE)
        ) or record.name.startswith("0001")


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (ROOT / "docs" / "decisions" / "0001-dependencies.md").read_text(encoding="utf-8")
    table = set(re.findall(r"^\| ([a-z0-9-]+) \|", page, re.MULTILINE)) - {"package"}
    assert table == {_package(requirement) for requirement in project["dependencies"]}
    for requirement in project["optional-dependencies"]["dev"]:
        assert re.search(rf"\b{re.escape(_package(requirement))}\b", page, re.IGNORECASE), requirement


def _package(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9.-]+", requirement)
    assert found
    return found[0].lower()


def test_the_changelog_knows_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in text
    assert f"## [{version}]" in text
