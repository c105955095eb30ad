"""Signs that Markdown takes away or changes, and those that nobody sees, against the editor's intention."""

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from newsletter.checks.reading import as_shown, feet, passages, sections, shown
from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.editorial.invisible import BLANK, NOT_SEEN, code_points

_OPENS = ("em_open", "strong_open")
_SHOWN_AROUND = 20  # characters before and after swallowed signs that a finding quotes
_ALWAYS_ODD = "\u180e\u202d\u202e\u2060-\u2064\u206a-\u206f\ufeff"
_ODD = re.compile(f"[{_ALWAYS_ODD}]")
_ODD_IN_SPACED_WORDS = re.compile("[\u200b]")
_ODD_FROM_LEFT_TO_RIGHT = re.compile("[\u202a-\u202c\u2066-\u2069]")
# Compiled where a text needs them, since long ranges take milliseconds at every start.
_WITHOUT_SPACES = (  # Thai to Burmese, Khmer, Chinese, Japanese, Korean
    "[\u0e00-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]"
)
_RIGHT_TO_LEFT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
_IN_CURLY = re.compile("[“”„‟‘’‚]([^“”„‟]*)[“”„‟‘’]")
_BEFORE_COLON = re.compile("[^:：]{0,100}")
_BEFORE_WORDS = re.compile(
    f"[{BLANK}{NOT_SEEN}]*(#{{1,6}}|[*_]{{1,3}}(?=[{BLANK}{NOT_SEEN}]))[{BLANK}{NOT_SEEN}]*"
)
_STRAIGHT = re.compile(r"[^:：]{1,100}[:：]\s*[\"']")
_WANTS_QUOTES = re.compile(r"[:：](\s|$)|(^|\s)#")


@check("text-swallowed", "warning")
def text_swallowed(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a multiplication whose asterisks Markdown takes for emphasis."""
    for _, section in sections(checked.issue):
        for passage in passages(section):
            yield from _swallowed(passage.tokens, passage.line)


def _swallowed(tokens: Sequence[Token], line: int) -> Iterator[Remark]:
    for at, token in enumerate(tokens):
        line += token.type in ("softbreak", "hardbreak")
        if token.type not in _OPENS or not token.markup.startswith("*"):
            continue
        end = next(i for i in range(at, len(tokens)) if _closes(tokens[i], token))
        before, after = _text(tokens, at, -1), _text(tokens, end, 1)
        inside = shown(tokens[at + 1 : end])
        if inside and _is_sum(before[-1:], inside, after[:1]):
            written = f"{before[-_SHOWN_AROUND:]}{token.markup}{inside}{token.markup}{after[:_SHOWN_AROUND]}"
            yield Remark(
                line,
                f"Readers do not see the asterisks in “{written.strip()}”: Markdown takes them for emphasis.",
                "Write × for times, or put a backslash before each asterisk that is meant as such.",
            )


@check("code-open", "warning")
def code_open(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a block of code that is never closed, so that everything below it would be shown as code."""
    for _, section in sections(checked.issue):
        for token in section.body:
            if token.type != "fence" or not token.map:
                continue
            lines = checked.lines
            last = lines[token.map[1] - 1].strip(" \t>") if token.map[1] <= len(lines) else ""
            if (
                token.map[1] - token.map[0] < 2
                or not last.startswith(token.markup)
                or last.strip(token.markup[0])
            ):
                yield Remark(
                    token.map[0] + 1,
                    f"The code that begins here with {token.markup} is never closed: all below is code.",
                    f"Write {token.markup} on a line of its own where the code ends.",
                )


def _closes(token: Token, opening: Token) -> bool:
    return token.type == opening.type.replace("open", "close") and token.level == opening.level


def _text(tokens: Sequence[Token], at: int, step: int) -> str:
    """Return the text next to a token, empty ones skipped; nothing where there is something else."""
    at += step
    while 0 <= at < len(tokens) and tokens[at].type == "text":
        if tokens[at].content:
            return tokens[at].content
        at += step
    return ""


def _is_sum(before: str, inside: str, after: str) -> bool:
    """Say whether signs are between letters or digits on both sides, one of them a digit."""
    around = (before, inside[0], inside[-1], after)
    touches = all(sign.isascii() and sign.isalnum() for sign in (before, after) if sign)
    return bool(before and after and touches) and any(sign.isdigit() for sign in around)


@check("list-number", "warning")
def list_number(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a year taken for a list's number, and for numbers of a list that readers see as others."""
    for _, section in sections(checked.issue):
        before = False
        for at, token in enumerate(section.body):
            if token.type == "ordered_list_open":
                yield from _numbers(section.body, at, after_another=before)
                before = True


def _numbers(tokens: Sequence[Token], at: int, *, after_another: bool) -> Iterator[Remark]:
    opening = tokens[at]
    written: list[tuple[int, int]] = []  # number and line
    for token in tokens[at + 1 :]:
        if token.level == opening.level and token.type == "ordered_list_close":
            break
        if token.type == "list_item_open" and token.level == opening.level + 1 and token.info.isdecimal():
            written.append((int(token.info), token.map[0] + 1 if token.map else 1))
    if not written:
        return
    first, line = written[0]
    if len(written) == 1 and first > 1 and not after_another:
        yield Remark(
            line,
            f"Markdown takes “{first}” for a list's number, and sets this line as an item of a list.",
            f"If it is a sentence, put a backslash before the sign that follows: {first}\\.",
        )
    elif {number for number, _ in written} != {first}:
        yield from _renumbered(written)


def _renumbered(written: Sequence[tuple[int, int]]) -> Iterator[Remark]:
    for place, (number, line) in enumerate(written):
        seen_as = written[0][0] + place
        if number != seen_as:
            yield Remark(
                line,
                f"“{number}” is written before this item, but readers see “{seen_as}”: Markdown counts on.",
                f"Put a backslash before the sign that follows ({number}\\.), and an empty line above.",
            )
            return  # all the following numbers are wrong for the same reason


@check("text-invisible", "warning")
def text_invisible(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for invisible characters that came into a line of a front matter by pasting."""
    front = ((key, value, checked.line_of(key)) for key, value in _front(checked))
    for key, value, line in (*front, *feet(checked.issue)):
        if odd := _odd(value):
            yield Remark(
                line,
                f"“{key}” holds an invisible character: {code_points(odd)}.",
                "Delete the words around it and type them again; it often comes along when text is pasted.",
            )


def _front(checked: CheckedIssue) -> Iterator[tuple[str, str]]:
    issue = checked.issue
    yield "subject", "".join(map(as_shown, issue.subject))
    yield "preheader", "".join(map(as_shown, issue.preheader))
    yield "by", issue.by
    yield "correction", issue.correction


def _odd(text: str) -> str:
    """Return the invisible characters of a text that have no use in its script."""
    if text.isascii():
        return ""
    found = _ODD.findall(text)
    spaced, one_way = _ODD_IN_SPACED_WORDS.findall(text), _ODD_FROM_LEFT_TO_RIGHT.findall(text)
    if spaced and not re.search(_WITHOUT_SPACES, text):
        found += spaced
    if one_way and not re.search(_RIGHT_TO_LEFT, text):
        found += one_way
    return "".join(found)


@check("syntax-invisible", "notice")
def syntax_invisible(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for what was taken away to know a key, a heading or a label: other programs may not know it."""
    if checked.source.isascii():
        return
    keys = set(checked.issue.front_lines.values())
    for number, line in enumerate(checked.lines, start=1):
        found = None if line.isascii() else (_BEFORE_COLON if number in keys else _BEFORE_WORDS).match(line)
        if found and (odd := code_points(found[0])):
            yield Remark(
                number,
                f"This line begins with an invisible character or a blank of another kind: {odd}.",
                "It was taken away; type the line's beginning again, for other programs may stumble over it.",
            )


@check("subject-quotes", "warning")
def subject_quotes(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for curly quotation marks that were meant to hold a value together, as straight ones do."""
    for key, value in _front(checked):
        found = _IN_CURLY.fullmatch(value.strip())
        if found and _WANTS_QUOTES.search(found[1]) and not _is_quoted(checked, key):
            begin, end = value.strip()[0], value.strip()[-1]
            yield Remark(
                checked.line_of(key),
                f"The curly quotation marks {begin} and {end} around “{key}” are shown to readers.",
                f'If they only hold it together, write straight ones ("…") or none: {key}: {found[1]}',
            )


def _is_quoted(checked: CheckedIssue, key: str) -> bool:
    """Say whether a value is in straight quotes as well, so that the curly ones are its own."""
    line = checked.line_of(key)
    return line is not None and bool(_STRAIGHT.match(checked.lines[line - 1]))
