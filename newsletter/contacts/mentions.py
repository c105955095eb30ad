"""Mentions: one address wherever it stands in a text, however it is written there."""

import re
import unicodedata
from functools import lru_cache

from newsletter.contacts.address import on_the_wire

ERASED = "(erased)"

# How a text may hold a character other than as itself: percent-encoded once or more often (links), as an HTML
# entity, as a JSON escape, as quoted-printable (mail).
_PERCENT = "%(?:25)*"
# What stands before an address makes it a longer one, unless it is a sign that was encoded.
_START = (
    r"(?:(?<![\w.+%'!#$^~-])|(?<!\w')(?<=')"
    r"|(?<=%2[0-9acf])|(?<=%3[a-f])|(?<=%0[ad])|(?<=%5[bd])|(?<=%7[bd])|(?<=\\u00[237][0-9a-f]))"
)
_END = r"(?!\w|[-.]\w)"


@lru_cache(maxsize=1)  # one address is looked for in many places, and no other is kept
def pattern(address: str) -> re.Pattern[str]:
    """Return what finds a normalised address in a text: whole, in any case and any usual encoding.

    A longer address that ends or begins like it is another one and is not found. In a bounce address (VERP)
    the sign @ is written as ``=``.
    """
    local, _, domain = address.rpartition("@")
    domains = "|".join(dict.fromkeys(map(_spelled, (domain, on_the_wire(address).rpartition("@")[2]))))
    name, sign = _spelled(local), _character("@")
    plain = f"{_START}{name}{sign}(?:{domains}){_END}"
    bounce = f"(?<=[-+]){name}=(?:{domains})(?={sign})"
    return re.compile(f"{plain}|{bounce}", re.IGNORECASE)


def _spelled(text: str) -> str:
    return "".join(map(_character, text))


def _character(character: str) -> str:
    """Return a pattern for one character, and for the same one composed of several (NFD)."""
    spellings = [re.escape(character), _bytes(_PERCENT, character), _entity(character), _escape(character)]
    if character == "@":
        spellings.append("=40|&commat;")
    parts = unicodedata.normalize("NFD", character)
    if parts != character:
        spellings += [re.escape(parts), _bytes(_PERCENT, parts)]
    upper = character.upper()
    if upper != character:  # of what is encoded, the case is hidden from the pattern
        spellings += [_bytes(_PERCENT, upper), _entity(upper), _escape(upper)]
    return f"(?:{'|'.join(spellings)})"


def _bytes(sign: str, text: str) -> str:
    return "".join(f"{sign}{byte:02x}" for byte in text.encode())


def _entity(text: str) -> str:
    return "".join(f"&\\#(?:0*{ord(letter)}|x0*{ord(letter):x});" for letter in text)


def _escape(text: str) -> str:
    return "".join(f"\\\\u{unit.hex()}" for unit in _utf_16(text))


def _utf_16(text: str) -> list[bytes]:
    data = text.encode("utf-16-be")
    return [data[at : at + 2] for at in range(0, len(data), 2)]


def without(text: str, found: re.Pattern[str]) -> str:
    """Return a text in which each mention of an address says that it was erased."""
    return found.sub(ERASED, text)
