"""Chunks: a stream of any length, some of it at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in lists of ``size``, the last one shorter; no more than one list is held."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
