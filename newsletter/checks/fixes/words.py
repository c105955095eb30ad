"""What a reader gets of an issue, but for blanks, invisible characters and the kind of quotation marks."""

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from newsletter.editorial.invisible import BLANK, NOT_SEEN
from newsletter.editorial.issue import Issue, Picture, Section

_NOT_SEEN = re.compile(f"[{NOT_SEEN}]")
_BLANKS = re.compile(f"[{BLANK}]+")
_MARKS = str.maketrans(dict.fromkeys("“”„«»", '"'))


def words_of(issue: Issue) -> object:
    """Return a value that is the same for two issues of which every reader gets the same words and pages."""
    front = (issue.date, issue.number, issue.language, issue.correction, issue.by, issue.ignored)
    heads = tuple(tuple(_of_tokens(line)) for line in (issue.subject, issue.preheader))
    stories = tuple(
        (tuple(_of_tokens(story.headline)), tuple(map(_of_part, story.parts))) for story in issue.stories
    )
    return front, heads, stories, tuple(comment.text for comment in issue.comments)


def _of_part(part: Section | Picture) -> object:
    if isinstance(part, Picture):
        return part
    return part.kind, _plain(part.label), tuple(_of_tokens(part.body))


def _of_tokens(tokens: Sequence[Token]) -> Iterator[object]:
    """Yield what each token is to a reader; text that lies side by side is one, however it was read."""
    text = ""
    for token in tokens:
        if token.type == "text":
            text += token.content
            continue
        if plain := _plain(text):
            yield plain
        text = ""
        yield _of_token(token)
    if plain := _plain(text):
        yield plain


def _of_token(token: Token) -> object:
    if token.children:
        return token.type, tuple(_of_tokens(token.children))
    attributes = tuple(sorted((name, str(value)) for name, value in token.attrs.items()))
    return (
        token.type,
        token.tag,
        token.nesting,
        token.hidden,
        token.info,
        attributes,
        token.content,
        _meta(token),
    )


def _meta(token: Token) -> object:
    """Return what a token of ours is about, without the line it is on."""
    known = {key: value for key, value in (token.meta or {}).items() if key != "line"}
    return str(sorted(known.items(), key=str))


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", _NOT_SEEN.sub("", text)).translate(_MARKS).strip()
