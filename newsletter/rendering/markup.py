"""The compiler's HTML made valid, and its hidden first line given the language and direction of the rest."""

import re

from newsletter.rendering.bidi import Direction

_AUTO_HEIGHT = re.compile(r'(<img\b(?:\s[\w-]+="[^"]*")*?) height="auto"')
_FIRST_UNMARKED = re.compile(r"<body\b[^>]*>\s*<\w+(?![^>]*\slang=)[^>]*(?=>)")


def made_valid(html: str, language: str, direction: Direction) -> str:
    """Return compiled HTML without what HTML does not know, each child of the body with ``lang`` and ``dir``.

    A mail program that puts the body into a page of its own drops the elements around it, and what they say
    of language and direction. The compiler repeats both on the letter, but not on the line before it.
    """
    html = html.replace('<style type="text/css"', "<style")
    if ' height="auto"' in html:
        html = _AUTO_HEIGHT.sub(r"\1", html)
    return _FIRST_UNMARKED.sub(lambda first: f'{first[0]} lang="{language}" dir="{direction}"', html, count=1)
