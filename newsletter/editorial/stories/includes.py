"""Living backgrounds in a story: each takes the place of the line that includes it, whole and alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from newsletter.editorial.faults import Faults
from newsletter.editorial.issue import Background, Included, lines_of
from newsletter.editorial.markdown.includes import WORD, include_within
from newsletter.editorial.names import suggestion
from newsletter.editorial.stories.story import INCLUDE, Block, GatheredSection, line_of
from newsletter.errors import Finding

_NAMED = 8  # names that are listed where none is near


@dataclass(frozen=True, slots=True)
class KnownBackgrounds:
    """What an issue may include: backgrounds by name, and the faults of those that cannot be read.

    ``names`` are those of all there are, for suggestions; each has its text in ``read``, or its faults in
    ``unread``, if the issue names it. ``renamed`` has the present names of those it names by a former one.
    """

    read: Mapping[str, Background] = field(default_factory=dict)
    unread: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    names: Sequence[str] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[object, ...]:
        """Return what tells these from others: all that may come into an issue read with them."""
        read = ((name, background.file, background.source) for name, background in self.read.items())
        unread = ((name, tuple(findings)) for name, findings in self.unread.items())
        return (*read, *unread, tuple(self.names), *self.renamed.items())


@dataclass(slots=True)
class Includes:
    """Put backgrounds where an issue of so many ``lines`` wants them; it has those that are ``found``."""

    known: KnownBackgrounds
    lines: int
    faults: Faults
    found: dict[str, Included] = field(default_factory=dict)

    def of(self, part: GatheredSection) -> Background | None:
        """Return the background that a section consists of; None when it includes none, or not soundly."""
        includes = [block for block in part.blocks if block[0].type == INCLUDE]
        self._report_nested(part.blocks)
        self._report_within_text(part.blocks)
        if not includes or not self._is_placed(part, includes[0]) or not self._is_alone(part, includes):
            return None
        token = includes[0][0]
        return self._named(str(token.meta["word"]), str(token.meta["name"]), line_of(includes[0]))

    def body(self, background: Background) -> tuple[Token, ...]:
        """Return a background's tokens with their lines counted on from the issue's."""
        after = self.found[background.name].after
        return tuple(_moved(token, after) for token in background.body)

    def _named(self, word: str, name: str, line: int) -> Background | None:
        if word.casefold() != WORD or not name:
            self._report_unclear(word, name, line)
        elif name in self.known.unread:
            self.faults.add_elsewhere(self.known.unread[name])
        elif name not in self.known.read:
            self._report_unknown(name, line)
        else:
            background = self.known.read[name]
            if name not in self.found:
                after = self.lines + sum(
                    len(lines_of(included.background.source)) for included in self.found.values()
                )
                self.found[name] = Included(background, after)
            return background
        return None

    # ── faults ──────────────────────────────────────────────────────────────────────────────────────────

    def _is_placed(self, part: GatheredSection, block: Block) -> bool:
        if part.kind == WORD:
            return True
        if self.faults.has("brief-label-missing", line_of(block), line_of(block)):
            return False
        where = "before any label" if part.kind == "lede" else f"under “{part.label}”"
        self.faults.add(
            "background-misplaced",
            line_of(block),
            f"A living background is included {where}; it belongs under the label of a background.",
            "Move the line below that label, or write the label above it.",
        )
        return False

    def _report_nested(self, blocks: Sequence[Block]) -> None:
        for block in blocks:
            for token in block if len(block) > 1 else ():
                if token.type == INCLUDE:
                    self.faults.add(
                        "background-misplaced",
                        token.map[0] + 1 if token.map else line_of(block),
                        "A living background is included within a list or a quote.",
                        "Give the line no bullet, no “>” and no indentation.",
                    )

    def _report_within_text(self, blocks: Sequence[Block]) -> None:
        for text, line in (found for block in blocks for found in _texts(block)):
            if written := include_within(text):
                self.faults.add(
                    "background-misplaced",
                    line,
                    f"“{written[:60]}” stands within other text, so readers would see these very words.",
                    f"Give it a line of its own, with nothing else on it: ::: {WORD} NAME\n"
                    "If it is meant as text, put it between backticks.",
                )

    def _is_alone(self, part: GatheredSection, includes: Sequence[Block]) -> bool:
        others = [*part.blocks]
        others.remove(includes[0])
        if others:
            second = len(includes) > 1 and includes[1] is others[0]
            self.faults.add(
                "background-alone",
                line_of(others[0]),
                f"“{part.label}” includes a second living background."
                if second
                else f"“{part.label}” holds more than the living background that it includes.",
                "The card says who reviewed its text and when, so it holds that text alone. Move the rest "
                "into another section or the background's own file; pictures may stand below the line.",
            )
        return not others

    def _report_unclear(self, word: str, name: str, line: int) -> None:
        self.faults.add(
            "background-unknown",
            line,
            f"“::: {word}” names no background to include."
            if not name
            else f"“::: {word} {name}” was meant to include a background.",
            f"Write: ::: {WORD} {name or 'NAME'}" + ("" if name else f"\n{self._listed()}"),
        )

    def _report_unknown(self, name: str, line: int) -> None:
        if present := self.known.renamed.get(name):
            message = f"The background “{name}” was renamed."
            self.faults.add("background-unknown", line, message, f"Write: ::: {WORD} {present}")
            return
        self.faults.add(
            "background-unknown",
            line,
            f"There is no background “{name[:80]}”.",
            f"{suggestion(name.removesuffix('.md').rpartition('/')[2], self.known.names)}{self._listed()}",
        )

    def _listed(self) -> str:
        names = self.known.names
        if not names:
            return "There is none yet: a background is a file in backgrounds/, such as backgrounds/NAME.md."
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return f"There {'is' if len(names) == 1 else 'are'}: {', '.join(names[:_NAMED])}{more}."


def _moved(token: Token, after: int) -> Token:
    return token.copy(map=[token.map[0] + after, token.map[1] + after] if token.map else None)


def _texts(block: Block) -> Iterator[tuple[str, int]]:
    """Yield the texts of a block outside code, each with its line."""
    line = line_of(block)
    for token in block:
        line = token.map[0] + 1 if token.map else line
        for child in token.children or ():
            line += child.type in ("softbreak", "hardbreak")
            if child.type == "text":
                yield child.content, line
