"""What a page's text drags along when it is copied: links past the menu, notices, calls, file names."""

import re
from typing import Literal

Chrome = Literal["menu", "notice"]

_MENU = re.compile(
    r"(skip|jump|go) (past |to )?(the )?(main )?(content|navigation|menu|search)( bar)?"
    r"|(open|close|toggle|main)? ?menu( close menu)?|search|home|log ?in|sign ?in|sign ?up|subscribe|account"
    r"|my account|cart|donate|share|back|advertisement|print|email this",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"(already|not|not yet|are you) an? (paying |paid )?(subscriber|member)\b"
    r"|this (article|content|post|story|brief) is (only |reserved )?for (paying |paid )?(members|subscribers)"
    r"|(members|subscribers)[- ]only\b"
    r"|(please )?(make sure to )?(log|sign) ?in(to)? (to )?(your account|read|view|continue)",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(r"\b(log|sign) ?in(to)?\b|\baccount\b|\bsubscribe\b|\bmembership\b", re.IGNORECASE)
_CALL = re.compile(
    r"(keep|stay) (up to date|informed|in touch)|(sign|signup|join|subscribe|follow|donate|support)( up)?"
    r" (to|for|us|our|the|now|today|on|here)\b|(share|forward) this|get (our|the) (latest|newsletter)"
    r"|enter your e-?mail",
    re.IGNORECASE,
)
_LEGAL = re.compile(r"all rights reserved|^©|^\(c\) [0-9]{4}|^copyright\b", re.IGNORECASE)
_PICTURE = re.compile(
    r"\S.{0,120}\.(jpe?g|png|gif|webp|heic|avif|tiff?|svg)"  # any file name with a picture's ending
    # what cameras call one; no two parts may take the same letter, or a long line would be tried all ways
    r"|(img|dsc|dscf|dscn|pxl|mvimg|gopr|dji)[ _-]?[0-9]{3}[0-9a-z]*([ _-][0-9a-z]+){0,4}"
    r"|screen ?shot [0-9]{4}-[0-9]{2}-[0-9]{2}.{0,30}",
    re.IGNORECASE,
)
_HEX_GROUPS = re.compile(r"[0-9a-f]{3,32}([ _-][0-9a-f]{2,32}){2,8}|[0-9a-f]{16,64}", re.IGNORECASE)
_ENDS_SENTENCE = re.compile(r"""[.?…:;。？؟۔।"”’»)\]]$""")
MAX_CALL = 100  # characters; a longer line is prose


def chrome(line: str) -> Chrome | None:
    """Say whether a line is a menu's word or a notice to members, and not the author's."""
    if _MENU.fullmatch(line.rstrip(" .:")):
        return "menu"
    return "notice" if _NOTICE.match(line) and _ACCOUNT.search(line) else None


def is_picture_name(line: str) -> bool:
    """Say whether a line is nothing but a picture's file name: with an ending, a camera's, or a bare UUID."""
    if _PICTURE.fullmatch(line):
        return "{" not in line  # braces would read as a merge field, which no file name can hold
    if not _HEX_GROUPS.fullmatch(line):
        return False
    digits = sum(character.isdigit() for character in line)
    letters = sum(character.isalpha() for character in line)
    return digits >= 4 and letters >= 2 and digits + letters >= 16


def is_call(line: str) -> bool:
    """Say whether a line asks the reader to do something with the site: shouted, or in well-known words."""
    return len(line) <= MAX_CALL and bool(line.isupper() or _CALL.match(line) or _LEGAL.search(line))


def is_loose(line: str) -> bool:
    """Say whether a line may belong to a page's foot: short, and not a sentence."""
    return len(line) <= MAX_CALL and bool(_LEGAL.search(line) or not _ENDS_SENTENCE.search(line))
