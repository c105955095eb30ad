"""A mail's HTML as a reader meets it: its elements, and every run of words with the styles it has."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from newsletter.checks.letter.css import Declared, Rule, Selector, View, declarations, holds, rules
from newsletter.checks.letter.lengths import font_size, line_height
from newsletter.rendering.html.colours import BLACK, WHITE, Colour, colour_of, first_colour, over

LIGHT, DARK, PHONE = View(), View(dark=True), View(width=375)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BLOCKS = HEADINGS | {
    "address", "article", "blockquote", "body", "center", "dd", "div", "dl", "dt", "figure", "footer",
    "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
}  # fmt: skip
_BOLD = HEADINGS | {"b", "strong", "th"}
_UNDERLINED = frozenset({"u", "ins"})
LINK = Colour(0, 0, 238)  # of a link that no style colours
_SEEN = 2  # pixels: words that are smaller cannot be seen, and are not meant to be
_NO_WORDS = frozenset({"head", "style", "script", "title", "noscript", "template"})
_STYLE = re.compile(r"<style\b([^>]*)>(.*?)</style\s*>", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MEDIA = re.compile(r"\bmedia\s*=\s*[\"']([^\"']*)", re.IGNORECASE)


class Look(NamedTuple):
    """How words look: what an element hands on to what is in it. Sizes in pixels."""

    colour: Colour = BLACK
    ground: Colour = WHITE
    size: float = 16.0
    line: str = "normal"
    bold: bool = False
    align: str = ""
    underlined: bool = False
    shown: bool = True
    link: Any = None  # the element of the link around it

    @property
    def visible(self) -> bool:
        """Say whether words that look so are seen at all."""
        return self.shown and self.size >= _SEEN

    @property
    def line_height(self) -> float:
        """Return how high a line of it is, in pixels."""
        return line_height(self.line, self.size)


Weight = tuple[int, int, int]
_Indexed = tuple[Selector, Weight, int, Mapping[str, Declared]]


@dataclass(frozen=True, slots=True)
class Run:
    """A run of words in one element, and how it looks. Those of a picture are what stands in its place."""

    text: str
    element: Any
    look: Look
    of_picture: bool = False


class Letter:
    """The HTML of a mail, read once for all checks, without comments, which Outlook alone reads."""

    def __init__(self, html: str) -> None:
        from lxml import etree

        parser = etree.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True, encoding="utf-8")
        self.html = html
        root = etree.fromstring(html.encode("utf-8", "replace") or b"<html/>", parser)
        self.root: Any = etree.fromstring(b"<html/>", parser) if root is None else root
        self.elements: tuple[Any, ...] = tuple(self.root.iter())
        self._looks: dict[View, tuple[Run, ...]] = {}
        self._computed: dict[View, dict[Any, Mapping[str, str]]] = {}
        self._sentences: dict[Any, bool] = {}  # whether a block has words besides links

    @cached_property
    def body(self) -> Any:
        """Return the element that holds the letter."""
        return self.root.find("body") if self.root.find("body") is not None else self.root

    @cached_property
    def style_blocks(self) -> tuple[tuple[str, str], ...]:
        """Return each style block with the screens it is for, those that Outlook alone reads left out."""
        found = _STYLE.findall(_COMMENT.sub("", self.html))
        return tuple((media[1] if (media := _MEDIA.search(head)) else "", css) for head, css in found)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Return the rules of all style blocks in order."""
        return tuple(rule for media, css in self.style_blocks for rule in rules(css, media))

    @cached_property
    def comments(self) -> tuple[str, ...]:
        """Return the comments, which hold what Outlook alone reads."""
        return tuple(_COMMENT.findall(self.html))

    def named(self, *tags: str) -> Iterator[Any]:
        """Yield the elements of these names, in order."""
        return (element for element in self.elements if element.tag in tags)

    def words(self, view: View = LIGHT) -> tuple[Run, ...]:
        """Return every run of words with how it looks to a reader, hidden ones too."""
        if view not in self._looks:
            self._computed[view] = {}
            self._looks[view] = tuple(self._walk(self.root, Look(), view))
        return self._looks[view]

    def computed(self, element: Any, view: View = LIGHT) -> Mapping[str, str]:
        """Return what the styles say of an element itself, by property."""
        self.words(view)
        return self._computed[view].get(element, {})

    def is_in_sentence(self, link: Any) -> bool:
        """Say whether a link stands among words: its block has some besides links."""
        block = block_of(link)
        if block not in self._sentences:
            links = block.xpath(".//a[@href]")
            rest = _signs(block) - sum(map(_signs, links))
            self._sentences[block] = rest > len(links)  # a sign between two links makes no sentence
        return self._sentences[block]

    @cached_property
    def first_runs(self) -> Mapping[Any, Run]:
        """Return the first run of words in each element."""
        found: dict[Any, Run] = {}
        for run in self.words():
            if not run.of_picture:
                found.setdefault(run.element, run)
        return found

    def _walk(self, element: Any, around: Look, view: View) -> Iterator[Run]:
        if element.tag in _NO_WORDS:
            return
        own = self._declared(element, view)
        self._computed[view][element] = own
        look = _look(element, own, around)
        if element.tag == "img" and (element.get("alt") or "").strip():
            yield Run(element.get("alt"), element, look, of_picture=True)
        if element.text and element.text.strip():
            yield Run(element.text, element, look)
        for child in element:
            if isinstance(child.tag, str):
                yield from self._walk(child, look, view)
            if child.tail and child.tail.strip():
                yield Run(child.tail, element, look)

    def _declared(self, element: Any, view: View) -> Mapping[str, str]:
        """Return the value of each property that is said of an element, the one that wins."""
        found: dict[str, Declared] = {}
        for _weight, _place, declared in sorted(self._matching(element, view), key=itemgetter(0, 1)):
            _win(found, declared)
        _win(found, declarations(element.get("style") or ""))
        return {name: declared.value for name, declared in found.items()}

    def _matching(self, element: Any, view: View) -> Iterator[tuple[Weight, int, Mapping[str, Declared]]]:
        index = self._index(view)
        keys = ["", element.tag, *(f".{name}" for name in (element.get("class") or "").split())]
        if element.get("id"):
            keys.append(f"#{element.get('id')}")
        for key in keys:
            for selector, weight, place, declared in index.get(key, ()):
                if selector.matches(element):
                    yield weight, place, declared

    @lru_cache(maxsize=8)  # noqa: B019  (a letter is one of a handful, and goes with its views)
    def _index(self, view: View) -> Mapping[str, list[_Indexed]]:
        """Return the rules that hold for a screen and can match, by what their element has to have."""
        index: dict[str, list[_Indexed]] = {}
        for place, rule in enumerate(self.rules):
            if holds(rule.media, view):
                for selector in rule.selectors:
                    if selector.needs <= self._there:
                        found = (selector, selector.weight, place, rule.declared)
                        index.setdefault(selector.key, []).append(found)
        return index

    @cached_property
    def _there(self) -> frozenset[str]:
        """Return the names, ``.classes``, ``#ids`` and ``[attributes]`` of the letter's elements."""
        there: set[str] = set()
        for element in self.elements:
            there.add(element.tag)
            there.update(f"[{name}]" for name in element.attrib)
            there.update(f".{name}" for name in (element.get("class") or "").split())
            there.add(f"#{element.get('id')}")
        return frozenset(there)


def block_of(element: Any) -> Any:
    """Return the paragraph, cell or the like that an element stands in."""
    return next((around for around in element.iterancestors() if around.tag in BLOCKS), element.getparent())


def _signs(element: Any) -> int:
    return len("".join(element.xpath("string()").split()))


def _win(found: dict[str, Declared], later: Mapping[str, Declared]) -> None:
    """Let what is said later win, unless only what was said before is ``!important``."""
    for name, declared in later.items():
        if declared.important or name not in found or not found[name].important:
            found[name] = declared


def _look(element: Any, own: Mapping[str, str], around: Look) -> Look:
    tag = element.tag
    ground = _ground(element, own, around)
    size = font_size(own, tag, around.size)
    link = element if tag == "a" and element.get("href") is not None else around.link
    return Look(
        colour=_colour(element, own, around, link is element),
        ground=ground,
        size=size,
        line=own.get("line-height", around.line),
        bold=_is_bold(own, tag, around.bold),
        align=own.get("text-align", (element.get("align") or around.align).lower()),
        underlined=_is_underlined(own, element, around),
        shown=around.shown and not _is_hidden(element, own),
        link=link,
    )


def _ground(element: Any, own: Mapping[str, str], around: Look) -> Colour:
    said = own.get("background-color")
    found = colour_of(said) if said else first_colour(own.get("background", ""))
    if found is None and not said:
        found = colour_of(element.get("bgcolor") or "")
    return over(found, around.ground) if found else around.ground


def _colour(element: Any, own: Mapping[str, str], around: Look, is_link: bool) -> Colour:
    said = own.get("color") or (element.get("color") or "" if element.tag == "font" else "")
    found = colour_of(said) if said else LINK if is_link else None
    return over(found, around.ground) if found else around.colour


def _is_bold(own: Mapping[str, str], tag: str, around: bool) -> bool:
    weight = own.get("font-weight", "")
    if weight.isdigit():
        return int(weight) >= 600
    return weight in ("bold", "bolder") or (not weight and (tag in _BOLD or around))


def _is_underlined(own: Mapping[str, str], element: Any, around: Look) -> bool:
    said = own.get("text-decoration", own.get("text-decoration-line", ""))
    if said:
        return "underline" in said or (around.underlined and around.link is not None)
    is_link = element.tag == "a" and element.get("href") is not None
    return is_link or element.tag in _UNDERLINED or around.underlined


def _is_hidden(element: Any, own: Mapping[str, str]) -> bool:
    return (
        own.get("display") == "none"
        or own.get("visibility") == "hidden"
        or own.get("opacity") in ("0", "0.0", "0%")
        or ("display" not in own and element.get("hidden") is not None)
    )


@lru_cache(maxsize=2)  # what is checked, and what it is compared with
def letter_of(html: str) -> Letter:
    """Return a mail's HTML, read."""
    return Letter(html)
