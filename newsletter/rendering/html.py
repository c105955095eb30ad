"""Markdown tokens to HTML that stands inside ``mj-text``: well-formed, safe, no layout of its own."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from newsletter.editorial.issue import Picture
from newsletter.rendering.bidi import START, Direction, block_directions
from newsletter.rendering.merge import Fields

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_SPECIAL = re.compile('[&<>"]')


def escape(text: str) -> str:
    """Return text with ``& < > "`` as references."""
    return _SPECIAL.sub(lambda match: _ESCAPES[match[0]], text) if _SPECIAL.search(text) else text


@dataclass(slots=True)
class HtmlWriter:
    """Write tokens as HTML. ``top`` is the level of the first heading below a label; ``page`` runs that way.

    Between two calls of ``enter`` all text belongs to one story.
    """

    fields: Fields
    top: int = 3
    page: Direction = "ltr"
    _story: Direction = field(default="ltr", init=False)
    _own: Direction = field(default="ltr", init=False)  # of the block that is being opened
    _around: list[Direction] = field(default_factory=list, init=False)  # of the elements around it
    _level: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.enter(self.page)

    def enter(self, story: Direction) -> None:
        """Begin a story that runs that way: what has no words runs with it."""
        self._story = story
        self._around = [self.page]

    def blocks(self, tokens: Sequence[Token]) -> list[str | Picture]:
        """Return runs of HTML and the pictures between them, in order."""
        self._level = self.top - 1
        directions = block_directions(tokens, self._story)
        found: list[str | Picture] = []
        run: list[str] = []
        for position, token in enumerate(tokens):
            if token.type == "picture":
                found += ["".join(run)] if run else []
                run = []
                found.append(token.meta["picture"])
            else:
                self._own = directions.get(position, self._story)
                run.append(self._block(token, tokens, position))
                self._keep_around(token)
        return [*found, "".join(run)] if run else found

    def inline(self, tokens: Iterable[Token]) -> str:
        """Return inline tokens as HTML."""
        return "".join([_INLINE[token.type](self, token) for token in tokens])

    def facing(self, own: Direction | None = None) -> str:
        """Return the attributes of a block that runs otherwise than what it stands in; as a rule none.

        ``own`` is its direction, without it that of the block being opened. Its alignment is said too, since
        the containers around it say left, or right.
        """
        own = own or self._own
        return "" if own == self._around[-1] else f' dir="{own}" style="text-align:{START[own]}"'

    def _keep_around(self, token: Token) -> None:
        if token.nesting > 0 and not token.hidden:
            self._around.append(self._own)
        elif token.nesting < 0 and not token.hidden:
            self._around.pop()

    def _block(self, token: Token, tokens: Sequence[Token], position: int) -> str:
        if token.type == "inline":
            return self.inline(token.children or ())
        following = tokens[position + 1] if position + 1 < len(tokens) else None
        return _BLOCK[token.type](self, token, following)

    def heading(self, token: Token, following: Token | None) -> str:
        """Open a heading, never more than one level below the last."""
        if token.nesting < 0:
            return f"</h{self._level}>"
        wanted = self.top + max(0, int(token.tag[1]) - 3)
        self._level = min(wanted, self._level + 1, 6)
        return f"<h{self._level}{self.facing()}>"


def _tag(writer: HtmlWriter, token: Token, following: Token | None) -> str:
    return f"</{token.tag}>" if token.nesting < 0 else f"<{token.tag}>"


def _paragraph(writer: HtmlWriter, token: Token, following: Token | None) -> str:
    if token.hidden:  # a tight list's item: its text stands in the li itself
        return ""
    return "</p>" if token.nesting < 0 else f"<p{writer.facing()}>"


def _ordered(writer: HtmlWriter, token: Token, following: Token | None) -> str:
    if token.nesting < 0:
        return "</ol>"
    start = token.attrs.get("start", 1)
    return "<ol>" if start == 1 else f'<ol start="{start}">'


def _table(writer: HtmlWriter, token: Token, following: Token | None) -> str:
    return "</table>" if token.nesting < 0 else '<table class="data" width="100%">'


def _cell(writer: HtmlWriter, token: Token, following: Token | None) -> str:
    if token.nesting < 0:
        return f"</{token.tag}>"
    scope = ' scope="col"' if token.tag == "th" else ""
    style = token.attrs.get("style")
    align = f' align="{str(style).rpartition(":")[2]}" style="{escape(str(style))}"' if style else ""
    return f"<{token.tag}{scope}{align}{writer.facing()}>"


def _code_block(writer: HtmlWriter, token: Token, following: Token | None) -> str:
    # A newline inside pre is text; written as a reference, nothing on the way takes it for layout.
    code = escape(token.content.rstrip("\n")).replace("\n", "&#10;")
    return f'<pre><code class="block">{code}</code></pre>'


_Block = Callable[[HtmlWriter, Token, Token | None], str]
_BLOCK: dict[str, _Block] = {
    "paragraph_open": _paragraph,
    "paragraph_close": _paragraph,
    "heading_open": HtmlWriter.heading,
    "heading_close": HtmlWriter.heading,
    "bullet_list_open": _tag,
    "bullet_list_close": _tag,
    "ordered_list_open": _ordered,
    "ordered_list_close": _ordered,
    "list_item_open": _tag,
    "list_item_close": _tag,
    "blockquote_open": _tag,
    "blockquote_close": _tag,
    "table_open": _table,
    "table_close": _table,
    "thead_open": _tag,
    "thead_close": _tag,
    "tbody_open": _tag,
    "tbody_close": _tag,
    "tr_open": _tag,
    "tr_close": _tag,
    "th_open": _cell,
    "th_close": _cell,
    "td_open": _cell,
    "td_close": _cell,
    "fence": _code_block,
    "code_block": _code_block,
    "hr": lambda writer, token, following: "<hr/>",
}


def _link(writer: HtmlWriter, token: Token) -> str:
    return f'<a href="{escape(str(token.attrs.get("href", "")))}">'


def _field(writer: HtmlWriter, token: Token) -> str:
    return writer.fields.field(token.meta["field"]).html_tag


_Inline = Callable[[HtmlWriter, Token], str]
_INLINE: dict[str, _Inline] = {
    "text": lambda writer, token: escape(token.content),
    "text_special": lambda writer, token: escape(token.content),
    "merge_field": _field,
    "softbreak": lambda writer, token: "\n",
    "hardbreak": lambda writer, token: "<br/>",
    "code_inline": lambda writer, token: f"<code>{escape(token.content)}</code>",
    "strong_open": lambda writer, token: "<strong>",
    "strong_close": lambda writer, token: "</strong>",
    "em_open": lambda writer, token: "<em>",
    "em_close": lambda writer, token: "</em>",
    "s_open": lambda writer, token: "<s>",
    "s_close": lambda writer, token: "</s>",
    "link_open": _link,
    "link_close": lambda writer, token: "</a>",
    # The brief refuses a picture amid text; its words are kept all the same.
    "image": lambda writer, token: escape(token.content),
    "html_inline": lambda writer, token: escape(token.content),
}
