"""The list in a post to the webhook: every item for itself, so that a strange one costs no other."""

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

import orjson

from newsletter.delivery.webhook import Unreadable

MAX_SHOWN = 600  # bytes kept of what cannot be read
MAX_DIGITS = 20  # of a whole number; Python refuses to read one of more than 4,300 (CVE-2020-10735)

# A string, whether or not it ends, or a sign that shapes the document. Each byte is looked at once.
_SIGN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
_MARK_AND_SPACE = b"\xef\xbb\xbf \t\r\n"


def read_list(body: bytes, *, at_most: int) -> list[Mapping[str, object]]:
    """Return the objects of a JSON array; what is none, or cannot be read, becomes a report of its own kind.

    Raises Unreadable when the body is no array, holds no object among its items, or more than ``at_most``.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        document = None
    plain = isinstance(document, list) and all(isinstance(item, dict) for item in document)
    items: list[Mapping[str, object]] = document if plain else _one_by_one(body, at_most)
    if len(items) > at_most:
        raise _too_many(at_most)
    return items


def _one_by_one(body: bytes, at_most: int) -> list[Mapping[str, object]]:
    found: list[Mapping[str, object]] = []
    objects = 0
    for raw in _items(body):
        if len(found) == at_most:
            raise _too_many(at_most)
        item = _item(raw)
        objects += item is not None
        found.append(_strange(raw) if item is None else item)
    if found and not objects:
        raise Unreadable("The post is no JSON array of objects.")
    return found


def _items(body: bytes) -> Iterator[bytes]:
    """Yield the bytes of each item of an array, whatever they are. Raises Unreadable when it does not end."""
    text = body.strip(_MARK_AND_SPACE)
    depth, begin, ended = 0, 1, False
    for sign in _SIGN.finditer(text):
        match sign[0]:
            case b"[" | b"{":
                depth += 1
            case b"]" | b"}":
                depth -= 1
            case b",":
                pass
            case _:
                continue
        ended = depth <= 0
        if ended or (depth == 1 and sign[0] == b","):
            if item := text[begin : sign.start()].strip():
                yield item
            begin = sign.end()
        if ended:
            break
    if not ended or begin != len(text) or text[:1] != b"[":
        raise Unreadable("The post is not JSON.")


def _item(raw: bytes) -> dict[str, object] | None:
    """Return the object that the bytes are, or None."""
    try:
        item = orjson.loads(raw)
    except orjson.JSONDecodeError:  # it is strict; one odd value would cost all that its event says
        try:
            item = json.loads(raw.decode("utf-8", "replace"), parse_int=_number)
        except (ValueError, RecursionError):
            return None
    return item if isinstance(item, dict) else None


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


def _strange(raw: bytes) -> dict[str, Any]:
    """Return a report that says what could not be read; the same for the same bytes."""
    return {
        "event": "unreadable",
        "text": raw[:MAX_SHOWN].decode("utf-8", "replace"),
        "digest": blake2b(raw, digest_size=16).hexdigest(),
    }


def _too_many(at_most: int) -> Unreadable:
    return Unreadable(f"The post holds more than {at_most:,} events.")
