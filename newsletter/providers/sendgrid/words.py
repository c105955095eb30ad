"""SendGrid's words, fit to be kept and shown."""

import re

MAX_REASON = 300  # characters

_ADDRESS = re.compile(r"[^\s<>\[\]]*@[^\s<>\[\]]*")  # too much rather than too little
_LINK = re.compile(r"https?://[^\s<>\"']+")
_KEY = re.compile(r"\bSG\.[\w.-]+|(?<=Bearer )\S+")


def scrub(text: str) -> str:
    """Return a vendor's or system's words without addresses, links or keys: reasons are kept and shown."""
    text = _LINK.sub("(a link)", text)
    text = _KEY.sub("(a key)", text)
    text = _ADDRESS.sub("(an address)", text)
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def shorten(text: str) -> str:
    """Return at most MAX_REASON characters."""
    return text if len(text) <= MAX_REASON else text[: MAX_REASON - 1] + "…"
