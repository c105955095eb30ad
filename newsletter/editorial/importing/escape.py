"""Text that Markdown shows word for word: whatever it would read as markup gets a backslash."""

import re

from newsletter.editorial.markdown.dialects.addresses import spans

# Anywhere: what opens emphasis, code, links, HTML, entities, escapes; braces only as they open a merge field.
_INLINE = re.compile(
    r"[\\`*\[\]<|]|~(?=~)|(?<=~)~|_(?=\W|_|$)|(?<![^\W_])_|&(?=[#A-Za-z][A-Za-z0-9]*;|#)|\{(?=[{%])"
)
# At the beginning of a line: headings, quotes, lists, rules, underlines of headings.
_START = re.compile(r"[#>+=~-]|:-")
_NUMBER = re.compile(r"([0-9]{1,9})(?=[.)](\s|$))")


def escaped(line: str) -> str:
    """Return one line of plain text as Markdown that reads as that text."""
    inline = _escaped_inline(line)
    numbered = _NUMBER.match(inline)
    if numbered:
        return f"{numbered[1]}\\{inline[numbered.end() :]}"
    return "\\" + inline if _START.match(inline) else inline


def _escaped_inline(line: str) -> str:
    """Escape what is around bare addresses, which are read as they are."""
    done, at = "", 0
    for start, end in spans(line):
        if "&amp;" not in line[start:end]:
            done += _INLINE.sub(r"\\\g<0>", line[at:start]) + line[start:end]
            at = end
    return done + _INLINE.sub(r"\\\g<0>", line[at:])


def escaped_headline(line: str) -> str:
    """Return one line of plain text as what follows the ``#`` of a headline."""
    inline = _escaped_inline(line)
    closing = len(inline) - len(inline.rstrip("#"))  # a run of # at the end would be taken as decoration
    return inline[: len(inline) - closing] + "\\#" * closing


def escaped_subject(text: str) -> str:
    """Return plain text as a subject in which braces are only braces."""
    return re.sub(r"\{(?=[{%])", r"\\{", text)
