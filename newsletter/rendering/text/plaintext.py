"""Markdown tokens to the text part: what a reader of plain mail, or a speech program, gets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from newsletter.editorial.issue import FieldUse, Picture
from newsletter.rendering.merge import Fields
from newsletter.rendering.text.wrap import WIDTH, pad, wrap
from newsletter.widths import display_width

_GAP = "  "  # between a table's columns
_VALUE = 12  # columns that a reader's value is likely to take where no default says more


@dataclass(slots=True)
class TextWriter:
    """Write tokens as lines. ``picture_word`` is what introduces a picture's alt text."""

    fields: Fields
    picture_word: str = "Picture"
    _lengths: dict[str, int] = field(default_factory=dict, init=False)  # of merge fields' values, by tag

    def wrap(self, text: str, columns: int = WIDTH) -> list[str]:
        """Return the lines of a text, each merge field taken to be as long as its default."""
        return wrap(text, columns, self._lengths)

    def blocks(self, tokens: Sequence[Token], columns: int = WIDTH) -> list[str]:
        """Return the lines of block tokens, an empty line between blocks, none at the ends."""
        lines: list[str] = []
        position = 0
        while position < len(tokens):
            end = _end(tokens, position)
            block = self._block(tokens[position], tokens[position + 1 : end], columns)
            if lines and block:
                lines.append("")
            lines += block
            position = end + 1
        return lines

    def picture(self, picture: Picture, columns: int = WIDTH) -> list[str]:
        """Return a picture as its alt text, caption and link."""
        alt = picture.alt.strip()
        lines = wrap(f"[{self.picture_word}: {alt}]" if alt else f"[{self.picture_word}]", columns)
        if picture.caption:
            lines += wrap(picture.caption, columns)
        if picture.href:
            lines.append(f"<{picture.href}>")
        return lines

    def inline(self, tokens: Iterable[Token]) -> str:
        """Return inline tokens as text: links as ``label <url>``, merge fields as raw tags."""
        parts: list[str] = []
        open_links: list[tuple[str, int]] = []
        for token in tokens:
            if token.type == "link_open":
                open_links.append((str(token.attrs.get("href", "")), len(parts)))
            elif token.type == "link_close" and open_links:
                href, start = open_links.pop()
                parts.append(_target(href, "".join(parts[start:])))
            else:
                parts.append(self._shown(token))
        return "".join(parts)

    def _tag(self, use: FieldUse) -> str:
        tag = self.fields.field(use).raw_tag
        self._lengths[tag] = display_width(use.default) or _VALUE
        return tag

    def _shown(self, token: Token) -> str:
        match token.type:
            case "merge_field":
                return self._tag(token.meta["field"])
            case "softbreak":
                return "" if token.hidden else " "
            case "hardbreak":
                return "\v"
            case "footnote_ref":
                return f"[{token.meta['number']}]"
            case "footnote_anchor":
                return f"[{token.meta['number']}] "
            case "s_open" | "s_close":
                return "~~"
        return token.content if token.nesting == 0 else ""

    def _block(self, token: Token, inside: Sequence[Token], columns: int) -> list[str]:
        match token.type:
            case "picture":
                return self.picture(token.meta["picture"], columns)
            case "fence" | "code_block":
                return [f"    {line}".rstrip() for line in token.content.rstrip("\n").split("\n")]
            case "hr":
                return ["* * *"]
            case "blockquote_open":
                return [f"> {line}".rstrip() for line in self.blocks(inside, columns - 2)]
            case "bullet_list_open" | "ordered_list_open":
                return self._list(token, inside, columns)
            case "table_open":
                return self._table(inside, columns)
            case "footnote_block_open":
                return self._notes(inside, columns)
            case _:
                return self.wrap("".join(self.inline(t.children or ()) for t in inside), columns)

    def _list(self, token: Token, inside: Sequence[Token], columns: int) -> list[str]:
        number = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None
        loose = any(
            t.type == "paragraph_open" and not t.hidden and t.level == token.level + 2 for t in inside
        )
        lines: list[str] = []
        position = 0
        while position < len(inside):
            end = _end(inside, position)
            mark = "- " if number is None else f"{number}. "
            body = self._item(inside[position + 1 : end], max(8, columns - len(mark))) or [""]
            if lines and loose:
                lines.append("")
            lines += [(mark if n == 0 else " " * len(mark)) + line for n, line in enumerate(body)]
            number = None if number is None else number + 1
            position = end + 1
        return [line.rstrip() for line in lines]

    def _item(self, tokens: Sequence[Token], columns: int) -> list[str]:
        lines: list[str] = []
        position = 0
        while position < len(tokens):
            end = _end(tokens, position)
            tight = tokens[position].hidden or tokens[position].type.endswith("list_open")
            if lines and not tight:
                lines.append("")
            lines += self._block(tokens[position], tokens[position + 1 : end], columns)
            position = end + 1
        return lines

    def _notes(self, inside: Sequence[Token], columns: int) -> list[str]:
        """Return notes one below the other; their number stands before their first word."""
        lines: list[str] = []
        position = 0
        while position < len(inside):
            end = _end(inside, position)
            lines += self.blocks(inside[position + 1 : end], columns)
            position = end + 1
        return lines

    def _table(self, inside: Sequence[Token], columns: int) -> list[str]:
        rows, aligns = self._cells(inside)
        sizes = [max(display_width(row[n]) for row in rows if n < len(row)) for n in range(len(rows[0]))]
        if sum(sizes) + len(_GAP) * (len(sizes) - 1) > columns:
            return self._as_list(rows, columns)
        lines = [
            _GAP.join(pad(cell, sizes[n], aligns[n]) for n, cell in enumerate(row)).rstrip() for row in rows
        ]
        return [lines[0], _GAP.join("─" * size for size in sizes), *lines[1:]]

    def _cells(self, inside: Sequence[Token]) -> tuple[list[list[str]], list[str]]:
        rows: list[list[str]] = []
        aligns: list[str] = []
        for token in inside:
            if token.type == "tr_open":
                rows.append([])
            elif token.type in {"th_open", "td_open"} and len(rows) == 1:
                aligns.append(str(token.attrs.get("style", "left")).rpartition(":")[2])
            elif token.type == "inline":
                rows[-1].append(" ".join(wrap(self.inline(token.children or ()), 10_000)))
        return rows, aligns

    def _as_list(self, rows: Sequence[Sequence[str]], columns: int) -> list[str]:
        """Return a table too wide for its columns as one ``Head: cell`` a line, rows apart."""
        lines: list[str] = []
        for row in rows[1:]:
            lines += [""] if lines else []
            for head, cell in zip(rows[0], row, strict=False):
                lines += self.wrap(f"{head}: {cell}" if head else cell, columns)
        return lines or self.wrap(" | ".join(rows[0]), columns)


def _end(tokens: Sequence[Token], position: int) -> int:
    """Return where the block that opens at ``position`` closes; itself when it holds nothing."""
    depth = 0
    for index in range(position, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index
    return len(tokens)


def _target(href: str, label: str) -> str:
    if href in {label, f"mailto:{label}", f"https://{label}"}:
        return ""
    return f" <{href}>" if label else f"<{href}>"
