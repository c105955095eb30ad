"""How a mail is built, for readers who hear it: headings, tables of layout, lists, pictures, roles, ids."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from newsletter.checks.letter.read import HEADINGS
from newsletter.checks.mail.texts import THEME, quoted, some
from newsletter.checks.registry import CheckedIssue, Remark, check

_LAYOUT = ("presentation", "none")
_VML = re.compile(
    r"<v:(?!fill|stroke|textbox|path|formulas|f\b|shapetype)(\w+)\b([^>]*)>(.*?)</v:\1\s*>", re.DOTALL
)
# WAI-ARIA 1.2, as far as a mail has any use for it; roles of widgets are none.
_ROLES = {
    "article", "banner", "cell", "columnheader", "complementary", "contentinfo", "definition", "document",
    "feed", "figure", "group", "heading", "img", "link", "list", "listitem", "main", "math", "navigation",
    "none", "note", "paragraph", "presentation", "region", "row", "rowgroup", "rowheader", "separator",
    "strong", "emphasis", "code", "blockquote", "caption", "time", "table", "term", "text", "image",
}  # fmt: skip
_ARIA = {
    "aria-atomic", "aria-braillelabel", "aria-brailleroledescription", "aria-busy", "aria-colcount",
    "aria-colindex", "aria-colspan", "aria-controls", "aria-current", "aria-describedby",
    "aria-description", "aria-details", "aria-disabled", "aria-flowto", "aria-hidden", "aria-keyshortcuts",
    "aria-label", "aria-labelledby", "aria-level", "aria-live", "aria-owns", "aria-posinset",
    "aria-relevant", "aria-roledescription", "aria-rowcount", "aria-rowindex", "aria-rowspan",
    "aria-setsize", "aria-sort",
}  # fmt: skip
_TRUTHS = ("aria-atomic", "aria-busy", "aria-disabled", "aria-hidden")
_REFERENCES = (
    "aria-controls",
    "aria-describedby",
    "aria-details",
    "aria-flowto",
    "aria-labelledby",
    "aria-owns",
)


@check("mail-headings", "error")
def mail_headings(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a mail without its one main heading, with a level left out, or with a heading of no words."""
    if not checked.letter:
        return
    headings = [element for element in checked.letter.named(*HEADINGS) if not is_unseen(element)]
    levels = [int(heading.tag[1]) for heading in headings]
    if levels.count(1) != 1:
        yield Remark(
            None,
            f"The mail has {levels.count(1)} main headings (h1); it needs exactly one.",
            f"{THEME} Make the issue's headline the h1, stories h2.",
        )
    for before, level in pairwise(levels):
        if level > before + 1:
            yield Remark(
                None,
                f"A heading h{level} follows h{before}: a level is left out.",
                f"{THEME} Who moves from heading to heading would look for what is missing.",
            )
    for heading in headings:
        if not name_of(heading):
            yield Remark(
                None,
                f"A heading ({heading.tag}) has no words.",
                f"{THEME} Screen readers announce it all the same: take it out, or use another element.",
            )


@check("mail-alt", "error")
def mail_alt(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for pictures that a template writes without an alt attribute."""
    for picture in checked.letter.named("img") if checked.letter else ():
        if picture.get("alt") is None:
            yield Remark(
                None,
                f"The picture {(picture.get('src') or '')[:80]} has no alt attribute in the mail.",
                f'{THEME} Write alt, and alt="" for mere decoration.',
            )


@check("mail-role", "warning")
def mail_role(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for tables of layout that are announced as tables, and for tables of data that are not."""
    if not checked.letter:
        return
    tables = list(checked.letter.named("table"))
    announced = [table for table in tables if not _is_layout(table) and _lays_out(table)]
    if announced:
        yield Remark(
            None,
            f"{_count(announced, 'table')} of layout would be read out as of data, with rows and columns.",
            f'{THEME} Give each <table> of layout role="presentation".',
        )
    silenced = [table for table in tables if _is_layout(table) and _heads(table)]
    if silenced:
        yield Remark(
            None,
            f"{_count(silenced, 'table')} with column heads would not be read out as one.",
            f'{THEME} Take role="{silenced[0].get("role")}" away from it.',
        )


@check("mail-table-headers", "warning")
def mail_table_headers(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for tables of data whose cells would be read out without what they mean."""
    for table in checked.letter.named("table") if checked.letter else ():
        if _is_layout(table) or _lays_out(table) or _is_marked_headless(table):
            continue
        heads = _heads(table)
        if not any(name_of(head) for head in heads):
            yield Remark(
                None,
                f"The table that begins with {quoted(' '.join(table.itertext()))} has no column heads.",
                f'{THEME} Write the cells of its first row as <th scope="col">.',
            )
        elif wrong := [head.get("scope") for head in heads if head.get("scope") not in _SCOPES]:
            yield Remark(
                None,
                f"A column head has scope=“{wrong[0]}”, which means nothing.",
                f'{THEME} Write scope="col" or scope="row".',
            )


_SCOPES = (None, "col", "row", "colgroup", "rowgroup")


@check("mail-list", "warning")
def mail_list(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for list items outside a list, and for lists with something else in them."""
    if not checked.letter:
        return
    for item in checked.letter.named("li"):
        if item.getparent().tag not in ("ul", "ol", "menu"):
            yield Remark(
                None,
                f"The list item {quoted(name_of(item))} is in no list.",
                f"{THEME} Put <li> into <ul> or <ol>.",
            )
    for found in checked.letter.named("ul", "ol"):
        strays = [child.tag for child in found if child.tag not in ("li", "script", "template")]
        if strays:
            yield Remark(
                None,
                f"A list has a <{strays[0]}> among its items, so that its length is read out wrongly.",
                f"{THEME} Put it into an <li>, or after the list.",
            )


@check("mail-id", "warning")
def mail_id(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for ids that several elements have, so that a link within the letter leads to the wrong one."""
    ids = (
        Counter(element.get("id") for element in checked.letter.elements)
        if checked.letter
        else Counter[str]()
    )
    double = [name for name, count in ids.items() if name and count > 1]
    if double:
        yield Remark(None, f"Several elements have one id: {some(double)}.", f"{THEME} Make each id unique.")


@check("mail-aria", "warning")
def mail_aria(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for roles and ARIA attributes that mean nothing, or refer to what is not there."""
    if not checked.letter:
        return
    ids = {element.get("id") for element in checked.letter.elements}
    for element in checked.letter.elements:
        for fault in _aria_faults(element, ids):
            yield Remark(
                None, f"On a <{element.tag}>: {fault}.", f"{THEME} Screen readers go by it, or drop it."
            )


@check("mail-vml", "warning")
def mail_vml(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for drawings for Outlook that say nothing, or hold links or headings nobody can reach."""
    comments = checked.letter.comments if checked.letter else ()
    for tag, attributes, inner in (found for comment in comments for found in _VML.findall(comment)):
        if not re.search(r"\balt\s*=", attributes):
            yield Remark(
                None,
                f"A drawing for Outlook (<v:{tag}>) has no alt.",
                f'{THEME} Write alt, and alt="" for mere decoration: its name is read out without.',
            )
        for name, what in (("a", "a link"), *((heading, "a heading") for heading in sorted(HEADINGS))):
            if re.search(rf"<{name}\b", inner, re.IGNORECASE):
                yield Remark(
                    None,
                    f"A drawing for Outlook (<v:{tag}>) holds {what}, which no keyboard reaches.",
                    f"{THEME} Put it outside of the drawing; href on the drawing itself works.",
                )


def _aria_faults(element: Any, ids: set[str | None]) -> Iterator[str]:
    for role in (element.get("role") or "").split():
        if role not in _ROLES and not role.startswith(("doc-", "graphics-")):
            yield f"“{role}” is no role that a mail can have"
    if element.get("aria-hidden") == "true" and (
        element.tag == "a" or element.find(".//a[@href]") is not None
    ):
        yield "aria-hidden hides a link that the keyboard still reaches"
    for name, value in element.attrib.items():
        if not name.startswith("aria-"):
            continue
        if name not in _ARIA:
            yield f"there is no attribute {name}"
        elif name in _TRUTHS and value not in ("true", "false"):
            yield f"{name} is “{value}”, neither true nor false"
        elif name in _REFERENCES and not ids.issuperset(value.split()):
            yield f"{name} refers to “{value}”, which is not there"


def is_unseen(element: Any) -> bool:
    """Say whether programs that read aloud pass over an element."""
    return any(around.get("aria-hidden") == "true" for around in (element, *element.iterancestors()))


def name_of(element: Any) -> str:
    """Return what programs that read aloud call an element: its label, or its words and its pictures' alt."""
    label = (element.get("aria-label") or "").strip()
    if label:
        return str(label)
    words = [element.text or ""]
    for child in element:
        if child.tag == "img":
            words.append(child.get("alt") or "")
        elif isinstance(child.tag, str):
            words.append(name_of(child))
        words.append(child.tail or "")
    found = " ".join("".join(words).split())
    return found or " ".join((element.get("title") or "").split())


def _is_layout(table: Any) -> bool:
    return (table.get("role") or "").lower() in _LAYOUT


def _heads(table: Any) -> list[Any]:
    return [head for head in table.iter("th") if _table_of(head) is table]


def _table_of(cell: Any) -> Any:
    return next(around for around in cell.iterancestors("table"))


def _lays_out(table: Any) -> bool:
    """Say whether a table without heads is one of layout: it holds others, or has one row or column."""
    if _heads(table) or table.find("caption") is not None or table.get("role"):
        return False
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    columns = max((len(row) for row in rows), default=0)
    return len(rows) < 2 or columns < 2 or table.find(".//table") is not None


def _is_marked_headless(table: Any) -> bool:
    """Say whether the brief left out all column heads, which is reported at its line."""
    row = next(table.iter("tr"), None)
    return (
        row is not None and len(row) > 0 and all("head" in (cell.get("class") or "").split() for cell in row)
    )


def _count(found: list[Any], noun: str) -> str:
    return f"{len(found)} {noun}{'s' * (len(found) > 1)}"
