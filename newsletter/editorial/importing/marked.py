"""A text that is Markdown already, as Google Docs and others export it: only its headings are corrected."""

import re

from newsletter.editorial.importing.draft import ImportDraft
from newsletter.editorial.importing.escape import escaped_headline
from newsletter.editorial.importing.pagelines import PageLine, bare

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t\u00a0]+(\S.*)$")
_FURTHER = re.compile(r"^ {0,3}#{1,6}[ \t\u00a0]+\S|^(\*\*|__)\S|\\[-.!+=#>_*\[\]()&~]", re.MULTILINE)
_ANCHOR = re.compile(r"\s*\{#[^{}\s]{1,200}\}\s*$")
_CLOSING = re.compile(r"\s+#+\s*$")
_BOLD = re.compile(r"(\*\*|__|\*|_)(?=\S)(.+?)(?<=\S)\1")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_LONGEST_HEADING = 2_000  # characters of a line whose marks are looked at
_LONGEST_LABEL = 300  # characters of a line that are looked at for a label


def begins_with_headline(text: str) -> bool:
    """Say whether a text's first words are a headline as Markdown writes it."""
    heading = _HEADING.match(text.strip().partition("\n")[0])
    return bool(heading and len(heading[1]) == 1)


def is_marked(text: str) -> bool:
    """Say whether a text is Markdown: it begins with a headline as such, and has more of its signs."""
    rest = text.strip().partition("\n")[2]
    return begins_with_headline(text) and _FURTHER.search(rest) is not None


def take_marked(text: str, draft: ImportDraft) -> None:
    """Take every line as it is, except headings: the first is the headline, a label's gets two ``#``."""
    body: list[str] = []
    fence = ""
    for number, raw in enumerate(text.split("\n"), start=1):
        line = PageLine(number, bare(raw), begins=True)
        fenced = _FENCE.match(raw)
        if fenced and fence in ("", fenced[1]):
            fence = "" if fence else fenced[1]
        heading = None if fence else _HEADING.match(raw)
        body += _taken(line, raw, heading, draft)
    draft.paragraphs.append("\n".join(body).strip("\n").split("\n"))


def _taken(line: PageLine, raw: str, heading: re.Match[str] | None, draft: ImportDraft) -> list[str]:
    if heading and not draft.headline and len(heading[1]) == 1:
        draft.headline, draft.headline_line = _words(heading[2]), line
        draft.note(line, "kept", "The headline.")
        return []
    if heading:
        return [_heading(line, heading, draft)]
    if line.text:
        run_in = draft.labels.run_in(_words(line.text[:_LONGEST_LABEL]))
        if run_in:
            draft.kinds.add(run_in[0])
        draft.note(line, "kept", "Markdown, as it stands.")
    return [raw]


def _heading(line: PageLine, heading: re.Match[str], draft: ImportDraft) -> str:
    words = _words(heading[2])
    kind = draft.labels.kind_of(words)
    if kind:
        draft.kinds.add(kind)
        draft.note(line, "kept", f"Begins the section “{kind}”, with its label.")
        return f"## {escaped_headline(words)}"
    if len(heading[1]) == 1:
        draft.note(line, "kept", "The headline of another story.")
        return f"# {escaped_headline(words)}"
    draft.note(line, "kept", "A subhead: it is no label of the publication.")
    return f"### {escaped_headline(words)}"


def _words(marked: str) -> str:
    """Return a heading's words without the marks that exports put around them."""
    if len(marked) > _LONGEST_HEADING:
        return marked
    bare = _CLOSING.sub("", _ANCHOR.sub("", marked)).strip()
    return _ESCAPE.sub(r"\1", _BOLD.sub(r"\2", bare)).strip()
