"""Fields: what a brief can say of a reader, cleaned and bounded so that no value costs a reader the mail."""

import html
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from newsletter.contacts.names import NOBODY, is_no_name, only_names, read_first_name, read_name
from newsletter.contacts.titles import Titles
from newsletter.errors import AudienceError

BUILT_IN = ("email", "name", "first_name", "last_name")

# Names that the newsletter fills in itself; a column called so would turn a signed link into a stranger's.
RESERVED = frozenset({"unsubscribe_url", "view_url", "preferences_url"})

# A provider may take no more than 10,000 bytes of values a reader. A value may stand there twice: plain, and
# escaped for HTML. At worst: three names at 800, attributes 3,000, an address 1,800, so 2,800 for links.
MAX_NAME = 100  # characters; never more than 800 bytes twice over, whatever they are
MAX_ATTRIBUTES = 3_000  # bytes of all attributes, each counted as it is and again escaped
MAX_FIELD_NAME = 40

# Control characters, and those that turn the direction of the text around them or break its line.
_HOSTILE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def clean(text: str) -> str:
    """Return text on one line without control characters; all else, however odd, stays."""
    if text.isascii() and text.isprintable():
        return text.strip()
    # Python's white space holds the line breaks that are left: tab, newline, U+0085, U+2028, U+2029.
    return " ".join(unicodedata.normalize("NFC", _HOSTILE.sub("", text)).split())


def field_name(header: str) -> str:
    """Return the merge field name of a column: lower case, ASCII, words joined by ``_``; "" if none is left.

    Accents go (``Città`` is ``citta``), since a brief's merge fields are plain ASCII words.
    """
    plain = unicodedata.normalize("NFKD", clean(header)).encode("ascii", "ignore").decode().lower()
    name = _NOT_WORD.sub("_", plain).strip("_")[:MAX_FIELD_NAME].rstrip("_")
    return f"column_{name}" if name[:1].isdigit() else name


def cost(value: str) -> int:
    """Return the bytes a value can take in a request: as it is, and escaped for HTML."""
    if value.isascii() and value.isalnum():
        return 2 * len(value)
    return len(value.encode()) + len(html.escape(value).encode())


def attributes(given: Mapping[str, str]) -> dict[str, str]:
    """Return attributes given by hand under their field names, clean and without the empty ones.

    Raises AudienceError for a name that is no field's or the newsletter's own, and beyond the bound.
    """
    values = {field_name(name): text for name, value in given.items() if (text := clean(value))}
    for name in values.keys() & {"", "email", "name", *RESERVED}:
        raise AudienceError(
            f"No attribute can be called “{name}”.", hint="Use letters, digits and _, as in city."
        )
    values.update({name: shorten(values[name]) for name in BUILT_IN if name in values})
    if not fits(values):
        text = f"The values take more than {MAX_ATTRIBUTES:,} bytes in a mail."
        raise AudienceError(text, hint="Shorten them.")
    return values


def shorten(name: str) -> str:
    """Return a name within the bound; no reader is lost over a long one."""
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1].rstrip() + "…"


def fits(attrs: Mapping[str, str]) -> bool:
    """Say whether attributes, without the names, stay within what a reader may bring along."""
    return sum(cost(value) for name, value in attrs.items() if name not in BUILT_IN) <= MAX_ATTRIBUTES


def fitting(attrs: dict[str, str]) -> list[str]:
    """Take out of attributes what is beyond the bound, the longest value first; return the names of those."""
    costs = {name: cost(value) for name, value in attrs.items() if name not in BUILT_IN}
    total, gone = sum(costs.values()), []
    while total > MAX_ATTRIBUTES:
        longest = max(costs, key=costs.__getitem__)
        total -= costs.pop(longest)
        del attrs[longest]
        gone.append(longest)
    return gone


def recipient_values(
    email: str, name: str, attrs: Mapping[str, str], titles: Titles = "drop"
) -> dict[str, str]:
    """Return the value of every field of a reader: the built-in ones, then the list's attributes.

    A missing first or last name is taken from the name, and a missing name from those two. Cells that hold no
    name count as missing, and ``titles`` says how who is listed with one is greeted; see ``names``.
    """
    ([whole], [first], [last]) = names_of((name,), (attrs,), titles)
    return {**attrs, "email": email, "name": whole, "first_name": first, "last_name": last}


def names_of(
    names: Sequence[str], attributes: Sequence[Mapping[str, str]], titles: Titles = "drop"
) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """Return readers' whole, first and last names as ``recipient_values`` has them, each in their order.

    There is at least one reader. It is done for many at once, since a send does it for all.
    """
    pairs = [_first_names(found.get("first_name", ""), titles) for found in attributes]
    firsts, greeted = zip(*pairs, strict=True)
    lasts = only_names([found.get("last_name", "") for found in attributes])
    joined = [f"{first} {last}".strip() for first, last in zip(firsts, lasts, strict=True)]
    if max(map(len, joined)) > MAX_NAME:
        joined = [*map(shorten, joined)]
    if not any(names):
        return joined, greeted, lasts
    known = [read_name(name, titles) if name else NOBODY for name in names]
    return (
        [name.whole or parts for name, parts in zip(known, joined, strict=True)],
        [own if first else name.first for name, first, own in zip(known, firsts, greeted, strict=True)],
        [last or name.last for name, last in zip(known, lasts, strict=True)],
    )


@lru_cache(maxsize=4096)  # readers share first names
def _first_names(text: str, titles: Titles) -> tuple[str, str]:
    """Return what a cell of first names holds, "" for no name, and how its reader is greeted."""
    if not text or is_no_name(text):
        return "", ""
    return text, read_first_name(text, titles)
