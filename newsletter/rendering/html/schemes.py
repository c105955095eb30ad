"""A letter as a program in light or in dark mode takes it, whatever the browser that shows it prefers."""

import re

_SCHEME_ASKED = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.IGNORECASE)
_SCHEMES_OFFERED = re.compile(r"(color-scheme\"?\s*(?:content=\"|:)\s*)light(?:\s+dark)?\b", re.IGNORECASE)


def in_scheme(html: str, *, dark: bool) -> str:
    """Return a mail's HTML as a client in light or dark mode takes it, whatever this browser prefers.

    Each question for ``prefers-color-scheme`` is put in place of its answer.
    """
    wanted = "dark" if dark else "light"
    answered = _SCHEME_ASKED.sub(
        lambda asked: "(min-width:0)" if asked[1].lower() == wanted else "(max-width:0)", html
    )
    return _SCHEMES_OFFERED.sub(rf"\g<1>{wanted}", answered)
