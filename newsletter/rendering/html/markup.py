"""The compiler's HTML made valid, and its hidden first line given the language and direction of the rest."""

import re
from collections.abc import Mapping

from newsletter.rendering.publication import Direction, PictureInfo

_AUTO_HEIGHT = re.compile(
    r'<img\b(?P<before>(?:\s[\w-]+="[^"]*")*?) height="auto"(?P<after>(?:\s[\w-]+="[^"]*")*)'
)
_SOURCE = re.compile(r'\ssrc="([^"]*)"')
_WIDTH = re.compile(r'\swidth="([0-9]+)"')
_FIRST_UNMARKED = re.compile(r"<body\b[^>]*>\s*<\w+(?![^>]*\slang=)[^>]*(?=>)")


def made_valid(html: str, language: str, direction: Direction, shapes: Mapping[str, PictureInfo]) -> str:
    """Return compiled HTML without what HTML does not know, each child of the body with ``lang`` and ``dir``.

    ``shapes`` are pictures of known size, by their address as it stands in the HTML: a height in proportion
    lets programs that know no styles lay out by it.

    A mail program that puts the body into a page of its own drops the elements around it, and with them
    language and direction. The compiler repeats both on the letter, but not on the line before it.
    """
    html = html.replace('<style type="text/css"', "<style")
    if ' height="auto"' in html:
        html = _AUTO_HEIGHT.sub(lambda image: _with_height(image, shapes), html)
    return _FIRST_UNMARKED.sub(lambda first: f'{first[0]} lang="{language}" dir="{direction}"', html, count=1)


def _with_height(image: re.Match[str], shapes: Mapping[str, PictureInfo]) -> str:
    attributes = image["before"] + image["after"]
    source, width = _SOURCE.search(attributes), _WIDTH.search(attributes)
    shape = shapes.get(source[1]) if source else None
    if shape is None or width is None:
        return f"<img{attributes}"
    height = max(1, round(int(width[1]) * shape.height / shape.width))
    return f'<img{image["before"]} height="{height}"{image["after"]}'
