"""The compiler's HTML made valid, and its hidden first line given the language and direction of the rest."""

import re

from newsletter.rendering.bidi import Direction

_FIRST_UNMARKED = re.compile(r"<body\b[^>]*>\s*<\w+(?![^>]*\slang=)[^>]*(?=>)")


def made_valid(html: str, language: str, direction: Direction) -> str:
    """Return compiled HTML without what HTML does not know, each child of the body with ``lang`` and ``dir``.

    A mail program that puts the body into a page of its own drops the elements around it, and what they say
    of language and direction. The compiler repeats both on the letter, but not on the line before it.
    """
    # Text holds its quotation marks as references, so that both stand in tags alone.
    html = html.replace('<style type="text/css"', "<style").replace(' height="auto"', "")
    return _FIRST_UNMARKED.sub(lambda first: f'{first[0]} lang="{language}" dir="{direction}"', html, count=1)
