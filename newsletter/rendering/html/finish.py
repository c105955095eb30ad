"""Markdown tokens to HTML that stands inside ``mj-text``: well-formed, safe, no layout of its own."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from newsletter.editorial.issue import Picture
from newsletter.rendering.html.bidi import START
from newsletter.rendering.html.lines import LINE, with_line
from newsletter.rendering.html.sides import Sides
from newsletter.rendering.html.tables import (
    A_PAGE,
    A_PHONE,
    NARROWEST,
    is_number,
    is_prose,
    least_width,
    pieces,
    rows_of,
    runs_left_to_right,
    table_at,
    words_of,
)
from newsletter.rendering.merge import Fields
from newsletter.rendering.publication import Direction, direction

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_SPECIAL = re.compile('[&<>"]')

_UNBROKEN = "white-space:nowrap"
_ROOM = "min-width:8em"  # or a sentence would have one word a line where its neighbours are wide
# Table cells around a mail's text would grow with what is in them; one of a fixed layout holds what scrolls.
_BOX = (
    '<table role="presentation" border="0" cellpadding="0" cellspacing="0" width="100%"'
    ' style="table-layout:fixed"><tr><td class="sheet">'
)
_BOX_END = "</td></tr></table>"
# The containers around it break words at any letter, which a cell would inherit.
_WHOLE = 'width="100%" style="word-break:normal;overflow-wrap:normal"'


def escape(text: str) -> str:
    """Return text with ``& < > "`` as references."""
    return _SPECIAL.sub(lambda match: _ESCAPES[match[0]], text) if _SPECIAL.search(text) else text


@dataclass(slots=True)
class HtmlWriter:
    """Write tokens as HTML. ``top`` is the level of the first heading below a label; ``page`` runs that way.

    ``sides.enter`` begins a story. ``lines`` puts the brief's line on what came from it, for a preview.
    """

    fields: Fields
    top: int = 3
    page: Direction = "ltr"
    table_word: str = "Table"
    lines: bool = False
    sides: Sides = field(init=False)
    _level: int = field(default=0, init=False)
    _cell: str = field(default="td", init=False)  # the element of the cell that is open
    _in_table: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.sides = Sides(self.page)

    def blocks(self, tokens: Sequence[Token]) -> list[str | Picture]:
        """Return runs of HTML and the pictures between them, in order."""
        self._level = self.top - 1
        self.sides.read(tokens)
        found: list[str | Picture] = []
        run: list[str] = []
        for position, token in enumerate(tokens):
            if token.type == "picture":
                found += ["".join(run)] if run else []
                run = []
                found.append(token.meta["picture"])
            else:
                self.sides.begin(tokens, position)
                run.append(self._at_its_line(token, self._block(token, tokens, position)))
                self.sides.go_on(token)
        return [*found, "".join(run)] if run else found

    def _at_its_line(self, token: Token, html: str) -> str:
        if not self.lines or token.map is None or token.type == "inline":
            return html
        return with_line(html, token.map[0] + 1)

    def at_line(self, line: int, html: str) -> str:
        """Return HTML that says its line in the brief, where lines are wanted."""
        return f'<span {LINE}="{line}">{html}</span>' if self.lines else html

    def inline(self, tokens: Iterable[Token]) -> str:
        """Return inline tokens as HTML."""
        return "".join([_INLINE[token.type](self, token) for token in tokens])

    def words(self, text: str) -> str:
        """Return text as HTML; in a table, with what must not break kept together."""
        if not self._in_table:
            return escape(text)
        return "".join(
            f'<span style="{_UNBROKEN}">{escape(piece)}</span>' if whole else escape(piece)
            for piece, whole in pieces(text)
        )

    def close_table(self, token: Token, following: Token | None) -> str:
        """Close a table and its box."""
        self._in_table = False
        return f"</table></div>{_BOX_END}"

    def close_cell(self) -> str:
        """Close the cell that is open."""
        return f"</{self._cell}>"

    def cell(self, token: Token, content: Token | None) -> str:
        """Open a table's cell, aligned as its column; a number reads from the left and stays on its line."""
        words = words_of(content)
        table = self.sides.here
        style = str(token.attrs.get("style", f"text-align:{START[table]}"))
        own = "ltr" if runs_left_to_right(words) else self.sides.own
        # A head without words heads nothing: programs that read aloud would say so at each cell below.
        self._cell = token.tag if content is not None and content.content else "td"
        kind = ' scope="col"' if self._cell == "th" else ' class="head"' if token.tag == "th" else ""
        facing = f' dir="{own}"' if own != table else ""
        style += f";{_UNBROKEN}" if is_number(words) else f";{_ROOM}" if is_prose(words) else ""
        return f'<{self._cell}{kind}{facing} style="{escape(style)}">'

    def _table(self, rows: list[list[str]]) -> str:
        """Open a table in a box of its own, which scrolls where the table's words need more than there is."""
        self._in_table = True
        label = escape(f"{self.table_word}: {', '.join(filter(None, rows[0]))}")
        needed = least_width(rows)
        # A box that scrolls has to be reached by the keyboard; one that never scrolls is not worth a stop.
        reach = f' tabindex="0" role="group" aria-label="{label}"' if needed > NARROWEST else ""
        wide = self.sides.classes("wide", *["wider"] * (needed > A_PAGE)) if needed > A_PHONE else ""
        box = f"<div{wide}{self.sides.facing(style='overflow-x:auto')}{reach}>"
        return f"{_BOX}{box}<table{self.sides.classes('data')} {_WHOLE}>"

    def _block(self, token: Token, tokens: Sequence[Token], position: int) -> str:
        if token.type == "inline":
            return self.inline(token.children or ())
        if token.type == "table_open":
            return self._table(rows_of(table_at(tokens, position)))
        following = tokens[position + 1] if position + 1 < len(tokens) else None
        return _BLOCK[token.type](self, token, following)

    def heading(self, token: Token, following: Token | None) -> str:
        """Open a heading, never more than one level below the last."""
        if token.nesting < 0:
            return f"</h{self._level}>"
        wanted = self.top + max(0, int(token.tag[1]) - 3)
        self._level = min(wanted, self._level + 1, 6)
        return f"<h{self._level}{self.sides.facing()}>"


def _tag(writer: HtmlWriter, token: Token, following: Token | None) -> str:
    return f"</{token.tag}>" if token.nesting < 0 else f"<{token.tag}>"


def _paragraph(writer: HtmlWriter, token: Token, following: Token | None) -> str:
    if token.hidden:  # a tight list's item: its text stands in the li itself
        return ""
    return "</p>" if token.nesting < 0 else f"<p{writer.sides.facing()}>"


def _list(writer: HtmlWriter, token: Token, following: Token | None) -> str:
    if token.nesting < 0:
        return f"</{token.tag}>"
    start = f' start="{token.attrs["start"]}"' if token.attrs.get("start", 1) != 1 else ""
    return f"<{token.tag}{start}{writer.sides.classes()}{writer.sides.facing()}>"


def _quote(writer: HtmlWriter, token: Token, following: Token | None) -> str:
    return (
        "</blockquote>"
        if token.nesting < 0
        else f"<blockquote{writer.sides.classes()}{writer.sides.facing()}>"
    )


def _cell(writer: HtmlWriter, token: Token, following: Token | None) -> str:
    return writer.close_cell() if token.nesting < 0 else writer.cell(token, following)


def _code_block(writer: HtmlWriter, token: Token, following: Token | None) -> str:
    # A newline inside pre is text; written as a reference, nothing on the way takes it for layout.
    code = escape(token.content.rstrip("\n")).replace("\n", "&#10;")
    return f'<pre{writer.sides.facing()}><code class="block">{code}</code></pre>'


def _item(writer: HtmlWriter, token: Token, following: Token | None) -> str:
    if token.nesting < 0:
        return "</li>"
    task = ' class="task"' if token.meta.get("task") else ""
    return f"<li{task}{writer.sides.facing()}>"


def _notes(writer: HtmlWriter, token: Token, following: Token | None) -> str:
    return "</div>" if token.nesting < 0 else f'<div class="notes"{writer.sides.facing()}>'


_Block = Callable[[HtmlWriter, Token, Token | None], str]
_BLOCK: dict[str, _Block] = {
    "paragraph_open": _paragraph,
    "paragraph_close": _paragraph,
    "heading_open": HtmlWriter.heading,
    "heading_close": HtmlWriter.heading,
    "bullet_list_open": _list,
    "bullet_list_close": _list,
    "ordered_list_open": _list,
    "ordered_list_close": _list,
    "list_item_open": _item,
    "list_item_close": _item,
    "blockquote_open": _quote,
    "blockquote_close": _quote,
    "table_close": HtmlWriter.close_table,
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
    "footnote_block_open": _notes,
    "footnote_block_close": _notes,
    "footnote_open": lambda writer, token, following: (
        ""
    ),  # its number leads to it, its first words introduce it
    "footnote_close": lambda writer, token, following: "",
}


def _link(writer: HtmlWriter, token: Token) -> str:
    address = writer.sides.left_to_right if token.info == "auto" else ""  # it is its own text
    return f'<a href="{escape(str(token.attrs.get("href", "")))}"{address}>'


def _span(writer: HtmlWriter, token: Token) -> str:
    language = str(token.attrs["lang"])
    facing = direction(language)
    own = f' dir="{facing}"' if facing != writer.sides.here else ""
    return f'<span lang="{escape(language)}"{own}>'


def _code(writer: HtmlWriter, token: Token) -> str:
    return f"<code{writer.sides.left_to_right}>{writer.words(token.content)}</code>"


def _field(writer: HtmlWriter, token: Token) -> str:
    return writer.fields.field(token.meta["field"]).html_tag


def _reference(writer: HtmlWriter, token: Token) -> str:
    number = token.meta["number"]
    place = _place_of(number, token.meta["use"])
    return f'<sup class="note"><a href="#note-{number}" id="{place}" role="doc-noteref">[{number}]</a></sup>'


def _anchor(writer: HtmlWriter, token: Token) -> str:
    """Write a note's number, which leads back to the first place that refers to it; others follow it."""
    number = token.meta["number"]
    back = f'<a href="#{_place_of(number, 1)}" id="note-{number}" role="doc-backlink">[{number}]</a> '
    others = range(2, token.meta["uses"] + 1)
    return back + "".join(
        f'<a href="#{_place_of(number, use)}" role="doc-backlink">↩{use}</a> ' for use in others
    )


def _place_of(number: int, use: int) -> str:
    return f"ref-{number}" if use == 1 else f"ref-{number}-{use}"


_Inline = Callable[[HtmlWriter, Token], str]
_INLINE: dict[str, _Inline] = {
    "text": lambda writer, token: writer.words(token.content),
    "text_special": lambda writer, token: escape(token.content),
    "merge_field": _field,
    "softbreak": lambda writer, token: "" if token.hidden else "\n",
    "hardbreak": lambda writer, token: "<br/>",
    "code_inline": _code,
    "strong_open": lambda writer, token: "<strong>",
    "strong_close": lambda writer, token: "</strong>",
    "em_open": lambda writer, token: "<em>",
    "em_close": lambda writer, token: "</em>",
    "s_open": lambda writer, token: "<s>",
    "s_close": lambda writer, token: "</s>",
    "footnote_ref": _reference,
    "footnote_anchor": _anchor,
    "span_open": _span,
    "span_close": lambda writer, token: "</span>",
    "link_open": _link,
    "link_close": lambda writer, token: "</a>",
    # The brief refuses a picture within text; its words are kept anyway.
    "image": lambda writer, token: escape(token.content),
    "html_inline": lambda writer, token: escape(token.content),
}
