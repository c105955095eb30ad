"""Pictures: an image alone in its paragraph becomes a block of its own; anywhere else it is a fault."""

import re
from collections.abc import Sequence
from urllib.parse import unquote

from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from newsletter.editorial.faults import Faults
from newsletter.editorial.issue import Picture

_BREAKS = ("softbreak", "hardbreak")
MAX_PICTURES = 500  # in one issue: each is read from the disk and measured

# A name that Markdown does not take for one: with spaces, or before a caption in curly quotation marks.
_SPACED = re.compile(
    r"!\[(?P<alt>[^\[\]\n]{0,500})\]\([ \t]*"
    r"(?P<name>(?![a-z][a-z0-9+.-]+:|//)(?:[^()<>\n\"“”„«»]|\([^()\n]{0,50}\)){1,300}?"
    r"\.(?:jpe?g|png|gif|webp|avif|hei[cf]|tiff?|bmp|svg))"
    r"(?:[ \t]*[\"'“”„«»‘](?P<caption>[^\"“”„«»\n]{0,500})[\"'“”„«»’])?[ \t]*\)",
    re.IGNORECASE,
)


def spaced_picture(state: StateInline, silent: bool) -> bool:
    """Read a picture whose file's name holds spaces, though CommonMark wants ``<…>`` around it."""
    found = _SPACED.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        token = state.push("image", "img", 0)
        token.content, token.children = found["alt"], []
        state.md.inline.parse(found["alt"], state.md, state.env, token.children)
        token.attrs = {"src": state.md.normalizeLink(found["name"]), "alt": ""}
        if found["caption"]:
            token.attrs["title"] = found["caption"]
    state.pos = found.end()
    return True


def lift_pictures(tokens: Sequence[Token], faults: Faults) -> list[Token]:
    """Return block tokens with each top-level paragraph of nothing but images as ``picture`` tokens.

    An image among words, or within a list, a quote, a table or a heading, is a fault.
    """
    lifted: list[Token] = []
    for token in tokens:
        pictures = _pictures(token) if token.type == "inline" and _in_paragraph(token, lifted) else []
        if pictures:
            lifted[-1:] = pictures
        elif token.type == "paragraph_close" and lifted and lifted[-1].type == "picture":
            continue
        else:
            _report_image_among_words(token, faults)
            lifted.append(token)
    _report_many([token for token in lifted if token.type == "picture"], faults)
    return lifted


def _report_many(pictures: Sequence[Token], faults: Faults) -> None:
    if len(pictures) > MAX_PICTURES:
        picture: Picture = pictures[MAX_PICTURES].meta["picture"]
        faults.add(
            "brief-pictures-many",
            picture.line,
            f"The file has {len(pictures):,} pictures; at most {MAX_PICTURES} are allowed in an issue.",
            "Take this one out and those below it, or split the file into several issues.",
        )
        faults.raise_any()


def _in_paragraph(token: Token, before: Sequence[Token]) -> bool:
    return token.level == 1 and bool(before) and before[-1].type == "paragraph_open"


def _pictures(inline: Token) -> list[Token]:
    """Return a token for each image, or nothing when the paragraph holds anything else."""
    pictures: list[Token] = []
    href = ""
    line = inline.map[0] if inline.map else 0
    for child in inline.children or ():
        if child.type == "image":
            pictures.append(_block(_picture(child, href, line + 1), line))
        elif child.type in ("link_open", "link_close"):
            href = str(child.attrs.get("href", ""))
        elif child.type in ("softbreak", "hardbreak"):
            line += 1
        elif child.type != "text" or child.content.strip():
            return []
    return pictures


def _block(picture: Picture, line: int) -> Token:
    return Token("picture", "", 0, map=[line, line + 1], block=True, meta={"picture": picture})


def _picture(image: Token, href: str, line: int) -> Picture:
    return Picture(
        src=_source(str(image.attrs.get("src", ""))),
        alt=_one_line(_text(image.children or ())),
        caption=_one_line(str(image.attrs.get("title", ""))),
        href=href,
        line=line,
    )


def _one_line(text: str) -> str:
    """Return text with its spaces evened out; no-break and thin ones belong to the words, as in 10 000."""
    return re.sub("[ \t\n]+", " ", text).strip()


def _source(address: str) -> str:
    """Return a file's name as it is on disk; a URL stays percent-encoded."""
    return address if "://" in address or address.startswith("data:") else unquote(address)


def _text(children: Sequence[Token]) -> str:
    return "".join(
        child.content if child.type not in _BREAKS else "" if child.hidden else " " for child in children
    )


def _report_image_among_words(token: Token, faults: Faults) -> None:
    line = token.map[0] + 1 if token.map else 1
    for child in token.children or ():
        line += child.type in ("softbreak", "hardbreak")
        if child.type == "image":
            faults.add(
                "brief-picture-in-text",
                line,
                "A picture stands amid text, in a list, a quote, a table or a heading.",
                "Give it a line of its own with an empty line before and after.",
            )
