"""MJML to HTML: checked before, because the compiler passes mistakes on, and repaired where it damages text.

The compiler (mrml) lets unknown tags and attributes through into the mail, drops white space between inline
elements where it begins with a newline, and prints attribute values with Rust's escapes. It holds the
interpreter's lock, and a template nested thousands deep takes the process down with it.
"""

import re
from functools import lru_cache

from newsletter.rendering.mjml.faults import INNER_NAME, VOID, MjmlFault, explain
from newsletter.rendering.mjml.repair import repair, repair_tag
from newsletter.rendering.mjml.rules import ATTRIBUTES, CHILDREN, ENDING

_DEEPEST = 100  # elements within one another; the HTML parser behind the inliner drops all below 256

_TAG = re.compile(
    r"<(/?)([A-Za-z][\w.-]*)((?:\s+[\w:-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*)\s*(/?)>"  # values hold no raw <
)
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_COMPONENT = re.compile(r"</?mj(?:ml|-[\w-]+)")
_SHORT_COLOUR = re.compile(r"#(?![0-9a-fA-F]{6}\b)[0-9a-fA-F]{3,8}\b")
_ANYWHERE = {"css-class": "string", "mj-class": "string"}
_EVERY_ATTRIBUTE = {
    name: kind for attribute in ATTRIBUTES.values() for name, kind in attribute.items()
} | _ANYWHERE
_OF_ATTRIBUTES = frozenset({"mj-all", "mj-class", *ATTRIBUTES}) - {"mjml", "mj-head", "mj-attributes"}


def compile_mjml(source: str) -> str:
    """Return MJML as HTML with MSO comments, checked and repaired first.

    Raises MjmlFault for an unknown tag or attribute, a value of the wrong type, a tag in the wrong place or
    not closed, a picture without alt, nesting past 100, and whatever the compiler refuses.
    """
    from mjml import mjml2html

    repaired = _Reader(source).read()
    try:
        return mjml2html(repaired, fonts={})
    except ValueError as error:
        raise explain(source, str(error)) from error


class _Reader:
    """Walk MJML from tag to tag, checking each, and write it out repaired."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.out: list[str] = []
        self.open: list[tuple[str, int]] = []
        self.rooted = False

    def read(self) -> str:
        position = 0
        while True:
            start = self.source.find("<", position)
            between = self.source[position : start if start >= 0 else None]
            if between and not between.isspace():
                raise MjmlFault(
                    f"“{between.strip()[:40]}” stands outside of any text.",
                    position + len(between) - len(between.lstrip()),
                    "Put it into an mj-text.",
                )
            # The space between tags is left out: the compiler stumbles over some of it and needs none.
            if start < 0:
                break
            position = self._comment(start) if self.source.startswith("<!--", start) else self._tag(start)
        if self.open:
            raise MjmlFault(f"<{self.open[-1][0]}> is never closed.", self.open[-1][1])
        if not self.rooted:
            raise MjmlFault("There is no <mjml>.", 0)
        return "".join(self.out)

    def _comment(self, start: int) -> int:
        end = self.source.find("-->", start)
        if end < 0:
            raise MjmlFault("This comment is never closed.", start)
        self.out.append(self.source[start : end + 3])
        return end + 3

    def _tag(self, start: int) -> int:
        tag = _TAG.match(self.source, start)
        if tag is None:
            raise MjmlFault(
                f"“{self.source[start : start + 40].splitlines()[0]}” is no well-formed tag.",
                start,
                'Every attribute needs its value in quotes, and a < in text is written "&lt;".',
            )
        closing, name, attributes, empty = tag.groups()
        if closing:
            return self._close(name, tag)
        self._place(name, start)
        try:
            check_attributes(name, attributes, self._defines)
        except MjmlFault as fault:
            fault.offset += tag.start(3)
            raise
        self.out.append(repair_tag(tag[0]))
        if empty:
            return tag.end()
        if name in ENDING and not self._defines:
            return self._content(name, tag)
        self.open.append((name, start))
        return tag.end()

    @property
    def _defines(self) -> bool:
        return bool(self.open) and self.open[-1][0] == "mj-attributes"

    def _close(self, name: str, tag: re.Match[str]) -> int:
        if not self.open or self.open[-1][0] != name:
            expected = f"</{self.open[-1][0]}> should come first" if self.open else "nothing is open"
            raise MjmlFault(f"</{name}> closes nothing here: {expected}.", tag.start())
        self.open.pop()
        self.out.append(tag[0])
        return tag.end()

    def _place(self, name: str, start: int) -> None:
        if not self.open:
            if name != "mjml" or self.rooted:
                raise MjmlFault(f"<{name}> stands outside of <mjml>.", start)
            self.rooted = True
            return
        parent = self.open[-1][0]
        known = name in ATTRIBUTES or (self._defines and name in _OF_ATTRIBUTES)
        if not known:
            raise MjmlFault(f"<{name}> is no MJML tag a mail can use.", start, _nearest(name, ATTRIBUTES))
        allowed = _OF_ATTRIBUTES if self._defines else CHILDREN.get(parent, frozenset())
        if name == "mj-attributes" and parent == "mj-head":
            return
        if name not in allowed:
            within = ", ".join(sorted(allowed)) or "nothing"
            raise MjmlFault(f"<{name}> may not stand in <{parent}>.", start, f"<{parent}> takes: {within}.")

    def _content(self, name: str, tag: re.Match[str]) -> int:
        start = tag.end()
        end = self.source.find(f"</{name}>", start)
        content = self.source[start:end]
        if end < 0 or f"<{name}" in content:
            raise MjmlFault(f"<{name}> is never closed.", tag.start())
        if name != "mj-style":
            inner = _COMPONENT.search(content) if "<mj" in content or "</mj" in content else None
            if inner:
                raise MjmlFault(f"{inner[0]}> may not stand in <{name}>.", start + inner.start())
            _check_depth(content, start)
        self.out.append(content if name == "mj-style" else repair(content))
        self.out.append(f"</{name}>")
        return end + len(name) + 3


@lru_cache(maxsize=1024)
def check_attributes(name: str, attributes: str, defines: bool = False) -> None:
    """Raise MjmlFault unless the attributes are a component's, of the right types; alt is always written.

    The fault's offset counts from the attributes' beginning. ``defines``: below mj-attributes.
    """
    known = _EVERY_ATTRIBUTE if defines and name in {"mj-all", "mj-class"} else ATTRIBUTES[name]
    seen = set()
    for match in _ATTRIBUTE.finditer(attributes):
        key, value = match[1], match[2] if match[2] is not None else match[3]
        kind = "string" if name == "mj-class" and key == "name" else known.get(key) or _ANYWHERE.get(key)
        if kind is None:
            message = f"<{name}> has no attribute {key}."
            raise MjmlFault(message, match.start(), _nearest(key, known))
        fault = "is written twice" if key in seen else _fault(key, kind, value)
        if fault:
            raise MjmlFault(f'{key}="{value[:60]}" of <{name}> {fault}.', match.start())
        seen.add(key)
    if name == "mj-image" and not defines and "alt" not in seen:
        raise MjmlFault("<mj-image> has no alt.", 0, 'Write alt="" for a picture that is decoration alone.')


_UNIT = {"px": r"-?\d+(?:\.\d+)?px", "%": r"-?\d+(?:\.\d+)?%", "em": r"-?\d*\.?\d+em", "": r"\d+(?:\.\d+)?"}


@lru_cache(maxsize=256)
def _pattern(kind: str) -> re.Pattern[str]:
    base, _, rest = kind.partition("(")
    words, _, times = rest.partition(")")
    if base == "enum":
        return re.compile("|".join(re.escape(word) for word in words.split(",")))
    if base in {"unit", "unitWithNegative"}:
        one = "(?:" + "|".join(_UNIT.get(unit, unit) for unit in words.split(",")) + "|0)"
        return re.compile(rf"{one}(?:\s+{one}){{0,3}}" if times else one)
    fixed = {"color": "#[0-9a-fA-F]{6}|transparent|none", "boolean": "true|false", "integer": r"\d+"}
    return re.compile(fixed.get(base, ".*"), re.DOTALL)


@lru_cache(maxsize=4096)
def _fault(key: str, kind: str, value: str) -> str:
    if key == "mj-class" and " " in value.strip():
        return "names two classes, of which only the first would count"
    if kind == "string" and key.startswith("border") and _SHORT_COLOUR.search(value):
        return "needs its colour in six hexadecimal digits"
    if _pattern(kind).fullmatch(value):
        return ""
    if kind == "color":
        return "is no colour of six hexadecimal digits"
    return f"should be {kind}"


def _nearest(name: str, known: object) -> str:
    import difflib

    close = difflib.get_close_matches(name, list(known), n=1)  # type: ignore[call-overload]
    return f"Did you mean {close[0]}?" if close else ""


def _check_depth(content: str, start: int) -> None:
    if content.count("<") <= _DEEPEST:
        return
    depth = 0
    for tag in INNER_NAME.finditer(content):
        if tag[1]:
            depth -= 1
        elif not tag[3] and tag[2].lower() not in VOID:
            depth += 1
        if depth > _DEEPEST:
            raise MjmlFault(f"Elements are nested more than {_DEEPEST} deep.", start + tag.start())
