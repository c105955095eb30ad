"""Characters nobody sees: blanks of other widths, joiners, marks of direction; taken away around syntax.

In running text they have their uses (a soft hyphen in a long word, a no-break space before a unit, the
joiners of an emoji) and stay. Around a key, a fence, a heading's “#” or a label they only keep it from being
known.
"""

import re

BLANK = " \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"  # the inside of a character class
NOT_SEEN = "\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"

_NOT_SEEN = re.compile(f"[{NOT_SEEN}]")
_ODD = re.compile(f"(?![ \t])[{BLANK}{NOT_SEEN}]")
_BLANKS = re.compile(f"[{BLANK}]+")
# A value keeps marks of direction: one after a Hebrew exclamation mark puts that where it belongs.
_ENDS = (
    " \t\n\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
    "\xad\u180e\u200b\u2060\ufeff"
)
_LEADING = re.compile(f"[{BLANK}{NOT_SEEN}]+")


def tidy(text: str) -> str:
    """Return text as syntax is compared: nothing invisible, one space for blanks, none at its ends."""
    if text.isascii():
        return " ".join(text.split())
    return _BLANKS.sub(" ", _NOT_SEEN.sub("", text)).strip()


def without_ends(text: str) -> str:
    """Return text without the blanks and invisible characters it begins and ends with."""
    return text.strip(_ENDS)


def without_start(text: str) -> str:
    """Return text from its first visible character on."""
    found = _LEADING.match(text)
    return text[found.end() :] if found else text


def code_points(text: str) -> str:
    """Name the invisible characters and odd blanks of a text, each once: “U+200B and U+FEFF”; "" for none."""
    names = [f"U+{ord(character):04X}" for character in dict.fromkeys(_ODD.findall(text))]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
