"""As much of CSS as a mail's own styles need: declarations, rules, selectors, the screens they hold for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_IN_PARENTHESES = r"\((?:[^()\"']|\([^()]*\)|\"[^\"]*\"|'[^']*')*\)"
_DECLARATION = re.compile(
    rf"([\w-]+)\s*:\s*((?:[^;(\"'{{}}]|{_IN_PARENTHESES}|\"[^\"]*\"|'[^']*')*)", re.IGNORECASE
)
_IMPORTANT = re.compile(r"\s*!\s*important\s*$", re.IGNORECASE)
_COMPOUND = re.compile(r"\s*([>+~]?)\s*((?:[\w*-]|[.#:][\w-]|\[[^\]]*\]|::|\([^)]*\))+)")
_SIMPLE = re.compile(
    r"(?P<tag>^[\w-]+|^\*)|\.(?P<class>[\w-]+)|#(?P<id>[\w-]+)"
    r"|\[\s*(?P<name>[\w-]+)\s*(?:(?P<how>[~^$*|]?=)\s*[\"']?(?P<value>[^\]\"']*)[\"']?\s*)?\]"
    r"|(?P<pseudo>::?[\w-]+(?:\([^)]*\))?)"
)
_FEATURE = re.compile(r"\(\s*([\w-]+)\s*(?::\s*([^)]*?)\s*)?\)")
_LENGTH = re.compile(r"([\d.]+)px")


class Element(Protocol):
    """What a selector looks at; an element of lxml has it."""

    @property
    def tag(self) -> object:
        """Return the element's name; something that is no text for a comment."""

    def get(self, key: str) -> str | None:
        """Return an attribute."""

    def getparent(self) -> "Element | None":
        """Return the element around it."""

    def getprevious(self) -> "Element | None":
        """Return the element before it."""


class View(NamedTuple):
    """What a letter is laid out for: the width of the screen in pixels, and whether it asks for dark."""

    width: int = 800
    dark: bool = False


class Declared(NamedTuple):
    """A property's value, in lower case except for what is quoted, and whether it is ``!important``."""

    value: str
    important: bool


@dataclass(frozen=True, slots=True)
class Compound:
    """What one element has to be. A pseudo-class that no letter is in while it is only looked at has none."""

    tag: str
    classes: frozenset[str]
    id: str
    attributes: tuple[tuple[str, str, str], ...]
    pseudo: tuple[str, ...]

    def fits(self, element: Element) -> bool:
        """Say whether an element is such."""
        if self.pseudo or (self.tag and self.tag != element.tag):
            return False
        if self.classes and not self.classes <= set((element.get("class") or "").split()):
            return False
        if self.id and element.get("id") != self.id:
            return False
        return all(_has(element, *attribute) for attribute in self.attributes)


@dataclass(frozen=True, slots=True)
class Selector:
    """Compounds from the outermost to the element meant, each with how it follows from the one before."""

    text: str
    steps: tuple[tuple[str, Compound], ...]

    @property
    def weight(self) -> tuple[int, int, int]:
        """Return the specificity: how many ids, classes and attributes, elements."""
        parts = [compound for _, compound in self.steps]
        return (
            sum(bool(part.id) for part in parts),
            sum(len(part.classes) + len(part.attributes) + len(part.pseudo) for part in parts),
            sum(bool(part.tag) for part in parts),
        )

    @property
    def key(self) -> str:
        """Return what the element meant has to have, to look the selector up by: an id, a class, a name."""
        last = self.steps[-1][1]
        return f"#{last.id}" if last.id else next((f".{name}" for name in sorted(last.classes)), last.tag)

    @property
    def needs(self) -> frozenset[str]:
        """Return the names, ``.classes``, ``#ids`` and ``[attributes]`` that it takes to match."""
        parts = [compound for _, compound in self.steps]
        return frozenset(
            [
                *(part.tag for part in parts if part.tag),
                *(f"#{part.id}" for part in parts if part.id),
                *(f".{name}" for part in parts for name in part.classes),
                *(f"[{attribute[0]}]" for part in parts for attribute in part.attributes),
            ]
        )

    def matches(self, element: Element) -> bool:
        """Say whether the selector means an element."""
        return self._from(len(self.steps) - 1, element)

    def _from(self, step: int, element: Element) -> bool:
        if not self.steps[step][1].fits(element):
            return False
        how = self.steps[step][0]
        return step == 0 or any(self._from(step - 1, other) for other in _reached(element, how))


@dataclass(frozen=True, slots=True)
class Rule:
    """Some selectors and what they declare, for the screens that ``media`` names; ``place`` is its order."""

    media: str
    selectors: tuple[Selector, ...]
    declared: Mapping[str, Declared]
    place: int


def _has(element: Element, name: str, how: str, wanted: str) -> bool:
    value = element.get(name)
    if value is None or not how:
        return value is not None
    return {
        "=": value == wanted,
        "~=": wanted in value.split(),
        "^=": value.startswith(wanted),
        "$=": value.endswith(wanted),
        "*=": wanted in value,
        "|=": value == wanted or value.startswith(f"{wanted}-"),
    }[how]


def _reached(element: Element, how: str) -> Iterator[Element]:
    """Yield the elements that stand in that relation before an element, or around it."""
    step = "getparent" if how in (" ", ">") else "getprevious"
    other = getattr(element, step)()
    while other is not None:
        yield other
        if how in (">", "+"):
            return
        other = getattr(other, step)()


@lru_cache(maxsize=1024)
def pieces(style: str) -> tuple[tuple[str, str], ...]:
    """Return each declaration of a style in order, name and value in lower case, without ``!important``."""
    found = _DECLARATION.findall(_COMMENT.sub("", style))
    return tuple((name.lower(), _IMPORTANT.sub("", value).strip().lower()) for name, value in found)


@lru_cache(maxsize=1024)
def declarations(style: str) -> Mapping[str, Declared]:
    """Return what a style attribute, or a rule's body, declares; the last one of a name counts."""
    found: dict[str, Declared] = {}
    for name, value in _DECLARATION.findall(_COMMENT.sub("", style)):
        bare = _IMPORTANT.sub("", value)
        important = bare != value
        if important or not found.get(name.lower(), Declared("", False)).important:
            found[name.lower()] = Declared(bare.strip().lower(), important)
    return found


@lru_cache(maxsize=32)
def rules(css: str, media: str = "") -> tuple[Rule, ...]:
    """Return the rules of a style block in order, those within ``@media`` with its query.

    Of other blocks that begin with an @, such as ``@font-face``, there are none.
    """
    found: list[Rule] = []
    for head, body in _blocks(_COMMENT.sub("", css)):
        if head.startswith("@"):
            if head[:6].lower() == "@media":
                query = f"{media} and {head[6:].strip()}" if media else head[6:].strip()
                inner = rules(body, query)
                found += [
                    Rule(rule.media, rule.selectors, rule.declared, len(found) + at)
                    for at, rule in enumerate(inner)
                ]
        else:
            selectors = tuple(filter(None, map(selector, head.split(","))))
            found.append(Rule(media, selectors, declarations(body), len(found)))
    return tuple(found)


def at_rules(css: str) -> list[str]:
    """Return the heads of everything in a style block that begins with an @, with and without a body."""
    return [found.strip() for found in re.findall(r"@[\w-]+[^{};]*", _COMMENT.sub("", css))]


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before each pair of outermost braces, and between them."""
    depth, start, head = 0, 0, ""
    for brace in re.finditer(r"[{}]", css):
        if brace[0] == "{":
            if depth == 0:
                head, start = css[start : brace.start()].rpartition(";")[2].strip(), brace.end()
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                yield head, css[start : brace.start()]
                start = brace.end()
            depth = max(depth, 0)


@lru_cache(maxsize=1024)
def selector(text: str) -> Selector | None:
    """Return a selector of CSS, None for one that cannot be read."""
    text = text.strip()
    steps: list[tuple[str, Compound]] = []
    position = 0
    for found in _COMPOUND.finditer(text):
        if found.start() != position:
            return None
        steps.append((found[1] or " ", _compound(found[2])))
        position = found.end()
    return Selector(text, tuple(steps)) if steps and position == len(text) else None


def _compound(text: str) -> Compound:
    parts = [found.groupdict() for found in _SIMPLE.finditer(text)]
    tag = next((part["tag"] for part in parts if part["tag"]), "")
    return Compound(
        tag="" if tag == "*" else tag.lower(),
        classes=frozenset(part["class"] for part in parts if part["class"]),
        id=next((part["id"] for part in parts if part["id"]), ""),
        attributes=tuple(
            (part["name"], part["how"] or "", part["value"] or "") for part in parts if part["name"]
        ),
        pseudo=tuple(part["pseudo"] for part in parts if part["pseudo"] and part["pseudo"] != ":root"),
    )


@lru_cache(maxsize=256)
def holds(media: str, view: View) -> bool:
    """Say whether a media query holds for a screen. One that asks for what is not known here does not."""
    return not media.strip() or any(_one_holds(query, view) for query in media.lower().split(","))


def _one_holds(query: str, view: View) -> bool:
    words = _FEATURE.sub(" ", query).split()
    if "not" in words or {"print", "speech", "tty"} & set(words):
        return False
    return all(_feature_holds(name, value, view) for name, value in _FEATURE.findall(query))


def _feature_holds(name: str, value: str, view: View) -> bool:
    if name == "prefers-color-scheme":
        return value == ("dark" if view.dark else "light")
    length = _LENGTH.fullmatch(value)
    if not length:
        return False
    if name in ("min-width", "min-device-width"):
        return view.width >= float(length[1])
    return name in ("max-width", "max-device-width") and view.width <= float(length[1])
