"""Where the front matter begins and ends: two lines of ``---``, or what a word processor made of them."""

import re
from collections.abc import Sequence
from itertools import takewhile

from newsletter.editorial.faults import Faults
from newsletter.editorial.front.foreign import read_foreign
from newsletter.editorial.front.keys import (
    FENCE,
    OF_AN_ISSUE,
    FrontMatter,
    Keys,
    is_known,
    key_of,
    read_keys,
)
from newsletter.editorial.invisible import tidy, without_ends

MAX_FRONT = 50_000  # characters: nobody writes as many, and a brief's limit is a megabyte

_DASHES = "-\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
_LIKE = re.compile(rf"[{_DASHES} ]+|[*_=~. …·•]+")
_DASH = re.compile("[\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d]")
_CODE = re.compile(r"```|~~~")
_WITH_WORDS = re.compile(r"-{3,} \S")
_HEADLINE = re.compile(r"#{1,6}\s+\S")
_LOOKED_AT = 20  # lines at a file's top in which to look for front matter below other text


def read_front(lines: list[str], faults: Faults, keys: Keys = OF_AN_ISSUE) -> FrontMatter:
    """Return the front matter of a file's lines. What is wrong with it is added to ``faults``."""
    first = next((at for at, line in enumerate(lines) if tidy(line)), 0)
    front = read_foreign(lines, first, faults, keys) or _read(
        lines, _below_others(lines, first, faults, keys), faults, keys
    )
    if front is None:
        faults.add(
            "front-missing",
            first + 1,
            f"The file has no front matter, so no {keys.first}.",
            f"Begin the file with three lines: ---, then “{keys.first}: …”, then --- again.",
        )
        return FrontMatter(whole=False, body=first, keys=keys)
    if _CODE.match(lines[first]):
        _skip_code_fence(lines, front)
    _skip_second(lines, front, faults)
    return front


def _skip_code_fence(lines: Sequence[str], front: FrontMatter) -> None:
    """Step over the end of the code block around the front matter, or everything below it would be code."""
    at = next((at for at in range(front.body, len(lines)) if tidy(lines[at])), front.body)
    if at < len(lines) and _CODE.match(lines[at]):
        front.body = at + 1


def _read(lines: list[str], first: int, faults: Faults, keys: Keys) -> FrontMatter | None:
    """Read from the opening fence on; None when the file begins with neither a fence nor a key."""
    start = _start(lines, first, keys)
    if start is None:
        return None
    last = _last_of_keys(lines, start, len(lines), keys)
    end = _closing(lines, start, keys)
    if start > first:
        _report_fence(lines, first, "begins", faults)
    else:
        _report_no_opening(first, last, end, faults)
    front = FrontMatter(body=last if end is None else end + 1, keys=keys)
    if end is not None:
        _report_fence(lines, end, "ends", faults)
    elif start > first:
        _report_open(first, last, faults)
        front.whole = bool(last > start)
    if not _report_long(lines[start : front.body], first + 1, faults, keys):
        read_keys(lines[start : last if end is None else end], start + 1, front, faults)
    else:
        front.whole = False
    return front


def _below_others(lines: Sequence[str], first: int, faults: Faults, keys: Keys) -> int:
    """Return where the front matter begins; note lines above it, such as a comment or a code fence."""
    if not lines or _start(lines, first, keys) is not None:
        return first
    for at in range(first + 1, min(first + _LOOKED_AT, len(lines))):
        if _HEADLINE.match(lines[at - 1]):
            break
        if _like_fence(lines[at]) and is_known(_next_said(lines, at + 1), keys):
            above = without_ends(lines[first])[:60]
            faults.add(
                "front-missing",
                first + 1,
                f"“{above}” stands above the front matter, which begins on line {at + 1}.",
                "Nothing stands above the first line of ---: delete it, or move it below the second one.",
            )
            return at
    return first


def _next_said(lines: Sequence[str], start: int) -> str:
    return next((line for line in lines[start:] if tidy(line)), "")


def _start(lines: Sequence[str], first: int, keys: Keys) -> int | None:
    """Return where the keys begin: after the fence, or at the first line when that is a key already."""
    if not lines or is_known(lines[first], keys):
        return first if lines else None
    if tidy(lines[first]) == FENCE:
        return first + 1
    if not _like_fence(lines[first]):
        return None
    known = is_known(_next_said(lines, first + 1), keys) or _holds_keys(lines, first + 1, keys)
    return first + 1 if known else None


def _holds_keys(lines: Sequence[str], start: int, keys: Keys) -> bool:
    """Say whether a known key stands among other keys, up to the next line that may be a fence."""
    block = list(takewhile(lambda line: not _like_fence(line), lines[start : start + _LOOKED_AT]))
    said = [line for line in block if tidy(line)]
    return (
        len(block) < len(lines) - start
        and all(key_of(line, keys) for line in said)
        and any(is_known(line, keys) for line in said)
    )


def _like_fence(line: str) -> bool:
    """Say whether a line holds nothing but signs that may stand for a fence."""
    plain = tidy(line)
    if not plain or line[:1] in (" ", "\t") or plain in "*_=~·•":
        return False
    return bool(_LIKE.fullmatch(plain) or _WITH_WORDS.match(plain))


def _closing(lines: Sequence[str], start: int, keys: Keys) -> int | None:
    """Return the line of the closing fence; None when the brief begins before any comes."""
    for at in range(start, len(lines)):
        if tidy(lines[at]) == FENCE or _like_fence(lines[at]):
            return None if _begins_brief(lines[_last_of_keys(lines, start, at, keys) : at]) else at
    return None


def _begins_brief(tail: Sequence[str]) -> bool:
    """Say whether the lines after the last key are a brief, and not comments or a stray line."""
    said = [at for at, line in enumerate(tail) if tidy(line) and not line.startswith("#")]
    headline = any(_HEADLINE.match(line) for line in tail)
    return bool(said) and (headline or any(not tidy(line) for line in tail[: said[-1]]))


def _last_of_keys(lines: Sequence[str], start: int, stop: int, keys: Keys) -> int:
    """Return the line after the last one that belongs to a key.

    Behind an empty line or a heading only known keys count: a label with its colon looks like any other key.
    """
    last, apart, below = start, False, False
    for at in range(start, stop):
        line = lines[at]
        if not tidy(line):
            apart = True
        elif is_known(line, keys) or (not apart and key_of(line, keys)):
            last, apart, below = at + 1, False, True
        elif below and line[:1] in (" ", "\t"):
            last = at + 1
        else:
            below, apart = False, apart or bool(_HEADLINE.match(line))
    return last


def _skip_second(lines: Sequence[str], front: FrontMatter, faults: Faults) -> None:
    """Note a second front matter right below the first, and go on below it.

    It is read where the first one is empty, so that its keys are not reported as missing.
    """
    at = next((at for at in range(front.body, len(lines)) if tidy(lines[at])), None)
    if at is None:
        return
    start = at + _like_fence(lines[at])
    if start >= len(lines) or not is_known(lines[start], front.keys):
        return
    end = _closing(lines, start, front.keys)
    if end is None:
        return
    faults.add(
        "front-twice",
        at + 1,
        f"A second front matter stands here, up to line {end + 1}.",
        "Keep one: all keys between the first line of --- and the next one.",
    )
    if not front.lines:
        read_keys(lines[start:end], start + 1, front, faults)
    front.body = end + 1
    front.whole = front.whole and front.keys.first in front.lines


# ── faults ──────────────────────────────────────────────────────────────────────────────────────────────


def _report_fence(lines: Sequence[str], at: int, does: str, faults: Faults) -> None:
    written = without_ends(lines[at])
    if tidy(written) == FENCE:
        return
    why = " Autocorrection has made a dash of them." if _DASH.search(written) else ""
    faults.add(
        "front-fence",
        at + 1,
        f"“{written[:40]}” stands here, where the front matter {does} with three hyphens.{why}",
        "Write --- here, and nothing else on the line.",
    )


def _report_no_opening(first: int, last: int, end: int | None, faults: Faults) -> None:
    if end is None:
        message = "The two lines of --- around the front matter are missing."
        hint = f"Write --- above line {first + 1}, and --- below line {last}."
    else:
        message = "The first line of --- is missing; the file begins with its keys."
        hint = f"Write --- on a line of its own above line {first + 1}."
    faults.add("front-missing", first + 1, message, hint)


def _report_open(first: int, last: int, faults: Faults) -> None:
    faults.add(
        "front-open",
        first + 1,
        "The front matter has no end.",
        f"Write a second line of three hyphens (---) below line {last}.",
    )


def _report_long(lines: Sequence[str], line: int, faults: Faults, keys: Keys) -> bool:
    length = sum(len(text) + 1 for text in lines)
    if length <= MAX_FRONT:
        return False
    faults.add(
        "front-long",
        line,
        f"The front matter has {length:,} characters; at most {MAX_FRONT:,} are allowed.",
        f"Close it with a line of three hyphens (---) right after its keys ({', '.join(keys.names)}); "
        "the text comes below.",
    )
    return True
