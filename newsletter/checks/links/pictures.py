"""Links around pictures: whether the picture's alt text, the only text they have, says where they lead."""

from collections.abc import Iterator
from urllib.parse import unquote

from newsletter.checks.links.address import PICTURE_ENDINGS, fault_of, host_of, parts_of
from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.checks.visible.scan import compiled
from newsletter.checks.words.links import LEADS, NO_NAME

_WORD = r"[^\W\d_]{3,}"
_LONG = 5  # letters of a word that may end in a plural's


@check("link-picture-vague", "notice")
def link_picture_vague(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a linked picture whose alt text, its link's only text, has no word of where it leads."""
    for picture in checked.pictures:
        if not picture.href or not picture.alt.strip() or fault_of(picture.href) or _is_picture(picture.href):
            continue
        said = {_stem(word) for word in _words(picture.alt)}
        there = {_stem(word) for word in _words(_readable_parts(picture.href))} - NO_NAME
        if not said & there and not said & LEADS:
            yield Remark(
                picture.line,
                f"The picture is a link to {host_of(picture.href)}, and its alt text says nothing of it.",
                "Add where it leads: “A prison gate at dusk: read the court’s ruling”.",
                cause=f"picture on {picture.line}",
            )


def _words(text: str) -> list[str]:
    return [word.casefold() for word in compiled(_WORD).findall(text)]


def _stem(word: str) -> str:
    """Return a word without what its plural adds in many languages."""
    return word.removesuffix("s") if len(word) >= _LONG else word


def _readable_parts(href: str) -> str:
    parts = parts_of(href)
    return f"{host_of(href)} {unquote(parts.path)}" if parts else ""


def _is_picture(href: str) -> bool:
    parts = parts_of(href)
    return parts is not None and parts.path.casefold().endswith(PICTURE_ENDINGS)
