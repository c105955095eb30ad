"""Headings: what a column's heading says that it holds, by its words, in the languages people use.

A heading has a role when every word of it belongs to that role: “Subscriber Email” is an address, “Email
opt-in” and “E-mail 1 - Type” are something about one. So there is a vocabulary of words, not a list of
headings.
"""

import re
import unicodedata
from functools import cache
from typing import Literal

from newsletter.contacts.table.vocabulary import ADDRESS, ELECTRONIC, SECOND, VOCABULARY

Role = Literal["", "email", "name", "first_name", "last_name", "status", "given", "family"]

MAX_HEADING = 100  # characters; a longer one is a question somebody was asked, not a name

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PART = re.compile(r"[a-z]+|\d+|[^\W\d_]+")
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ`׳״\"](?=\w)")


def _plain(text: str) -> str:
    """Return text in small letters without accents, each word parted from the next by a space."""
    spread = _CAMEL.sub(" ", unicodedata.normalize("NFKC", text))
    letters = unicodedata.normalize("NFKD", _APOSTROPHE.sub("", spread).casefold().replace("ø", "o"))
    bare = "".join(letter for letter in letters if not unicodedata.category(letter).startswith("M"))
    return " ".join(_PART.findall(unicodedata.normalize("NFC", bare.replace("ı", "i"))))


@cache
def _phrases(text: str) -> frozenset[str]:
    return frozenset(filter(None, map(_plain, text.split(","))))


# In lists with one of these columns, a column of theirs that is just called “name” is the family name.
_GERMANIC_FIRST = frozenset({"vorname", "vornamen", "rufname", "voornaam", "roepnaam", "fornavn", "fornamn"})
_GERMANIC_NAME = frozenset({"name", "naam", "navn", "namn"})

_NAME_FILLERS = _phrases(
    "subscriber, contact, customer, member, reader, donor, recipient, attendee, participant, guest, patron, "
    "billing, your, my, the, of, what, whats, is, please, enter, required"
)
_STATUS = frozenset({"status", "subscription status"})


@cache
def _names() -> dict[str, Role]:
    """Return every phrase for a name with its role; where two languages disagree, the first role stands."""
    found: dict[str, Role] = {}
    for role, texts in (
        ("name", [words.name for words in VOCABULARY.values()]),
        ("first_name", [words.first for words in VOCABULARY.values()]),
        ("last_name", [words.last for words in VOCABULARY.values()]),
        ("family", [words.family for words in VOCABULARY.values()]),
        ("given", [words.given for words in VOCABULARY.values()]),
    ):
        for text in texts:
            for phrase in _phrases(text):
                found.setdefault(phrase, role)  # type: ignore[arg-type]  # each is a Role, in a tuple of str
    return found


@cache
def _email_words() -> tuple[frozenset[str], frozenset[str]]:
    """Return the words for an address, and all the words that may stand in a heading with one."""
    email = frozenset[str]().union(*(_phrases(words.email) for words in VOCABULARY.values()))
    around = frozenset[str]().union(*(_phrases(words.around) for words in VOCABULARY.values()))
    return email, email | around | _phrases(ELECTRONIC) | _phrases(ADDRESS)


def role_of(heading: str) -> Role:
    """Return what a heading says that its column holds; "" when it is none of what a reader always has.

    ``given`` and ``family`` are words for a whole name that mean part of one where the list has the other.
    """
    if len(heading) > MAX_HEADING:
        return ""
    plain = _plain(heading)
    if plain in _STATUS:
        return "status"
    if plain in {"first", "last"}:
        return "first_name" if plain == "first" else "last_name"
    if _is_email(_joined(plain.split())):
        return "email"
    names = _names()
    return names.get(plain) or names.get(
        " ".join(word for word in plain.split() if word not in _NAME_FILLERS), ""
    )


def is_second(heading: str) -> bool:
    """Say whether a heading of addresses names itself another one than the reader's first."""
    words = set(_plain(heading).split())
    return bool(words & _phrases(SECOND)) or any(
        word.isdecimal() and word not in {"0", "1"} for word in words
    )


def is_germanic_first(heading: str) -> bool:
    """Say whether a heading is a given name in a language whose lists call the family name just “name”."""
    return _plain(heading) in _GERMANIC_FIRST


def is_germanic_name(heading: str) -> bool:
    """Say whether a heading is the “name” of such a list."""
    return _plain(heading) in _GERMANIC_NAME


def _joined(words: list[str]) -> list[str]:
    """Join what is written apart: “E Mail”, “e-Posta”, “E-Mail-Adresse”."""
    email, _ = _email_words()
    found: list[str] = []
    for word in words:
        if found and found[-1] == "e" and f"e{word}" in email:
            found[-1] = f"e{word}"
        else:
            found.append(word)
    return found


def _is_email(words: list[str]) -> bool:
    email, allowed = _email_words()
    found = set(words)
    named = found & email or (found & _phrases(ELECTRONIC) and found & _phrases(ADDRESS))
    return bool(named) and all(word in allowed or word.isdecimal() for word in words)
