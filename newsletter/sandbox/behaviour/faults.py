"""Faults on demand: which of the coming requests of mail fare badly, and how."""

import random
import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from newsletter.errors import UsageError

FAULTS: Mapping[str, str] = {
    "accept-then-time-out": "takes the mail and never answers",
    "cut-answer": "takes the mail and breaks off in the middle of a 202",
    "429": "asks to wait, without saying how long; takes nothing",
    "429-reset": "asks to wait two seconds; takes nothing",
    "5xx": "answers 500; takes nothing",
    "accept-then-5xx": "takes the mail and answers 500",
    "slow": "takes the mail and answers after some seconds (slow=SECONDS)",
    "redirect": "sends the client elsewhere; takes nothing",
    "garbage": "takes the mail and answers what nobody can read",
}
SLOW_SECONDS = 5.0
MAX_SECONDS = 3600.0
MAX_COUNT = 1_000_000

_WRITTEN = re.compile(r"(?P<name>[a-z0-9-]+)(?:=(?P<seconds>[0-9.]+))?(?::(?P<much>[0-9.]+%?))?")
_FIELDS = frozenset(("fault", "count", "share", "seed", "seconds"))


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault and the requests it meets: the next ``count``, or a ``share`` of all, drawn from ``seed``."""

    name: str
    count: int = 1
    share: float | None = None
    seed: int | None = None
    seconds: float = SLOW_SECONDS


def parse_fault(text: str) -> Fault:
    """Read NAME, NAME:COUNT, NAME:SHARE (0.05 or 5%) or slow=SECONDS with either. Raises UsageError."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise _refused(f"“{text}” is no fault")
    much = found["much"] or "1"
    entry: dict[str, Any] = {"fault": found["name"]}
    if found["seconds"]:
        entry["seconds"] = _number(found["seconds"], text)
    if much.endswith("%"):
        entry["share"] = _number(much[:-1], text) / 100
    elif "." in much:
        entry["share"] = _number(much, text)
    else:
        entry["count"] = int(_number(much, text))
    return read_fault(entry)


def read_faults(document: object) -> list[Fault]:
    """Read a JSON list of faults, each a name or an object, or one alone. Raises UsageError."""
    return [read_fault(entry) for entry in (document if isinstance(document, list) else [document])]


def read_fault(entry: object) -> Fault:
    """Read one fault: its name, or an object of fault, count, share, seed, seconds. Raises UsageError."""
    if isinstance(entry, str):
        entry = {"fault": entry}
    if not isinstance(entry, dict) or str(entry.get("fault")) not in FAULTS:
        raise _refused("There is no such fault")
    if not entry.keys() <= _FIELDS:
        raise _refused(f"A fault has the fields {', '.join(sorted(_FIELDS))} alone")
    if "count" in entry and "share" in entry:
        raise _refused("A fault has either a count or a share")
    share, seed = entry.get("share"), entry.get("seed")
    if not _within(share, 0, 1, none=True) or not _within(entry.get("seconds", 0), 0, MAX_SECONDS):
        raise _refused(f"A share lies between 0 and 1, seconds between 0 and {MAX_SECONDS:.0f}")
    count = entry.get("count", 1)
    if not _whole(count) or not 1 <= count <= MAX_COUNT or not (seed is None or _whole(seed)):
        raise _refused(f"A count is a whole number from 1 to {MAX_COUNT:,}, a seed a whole number")
    return Fault(str(entry["fault"]), count, share, seed, float(entry.get("seconds", SLOW_SECONDS)))


def in_words(fault: Fault) -> str:
    """Return a planned fault as a sentence."""
    if fault.share is not None:
        requests = f"{fault.share:.3g} of all requests of mail"
    elif fault.count > 1:
        requests = f"the next {fault.count:,} requests of mail"
    else:
        requests = "the next request of mail"
    return f"{fault.name}: {FAULTS[fault.name]} ({requests})"


class FaultPlan:
    """Deal faults out to requests, in order. Safe for threads."""

    def __init__(self, planned: Sequence[Fault] = ()) -> None:
        self._lock = threading.Lock()
        self._done = Counter[str]()
        self._next: list[Fault] = []
        self._shares: list[tuple[Fault, random.Random]] = []
        self.add(planned)

    def add(self, planned: Sequence[Fault]) -> None:
        """Plan more: counted ones stand in line, and a share goes for all requests from now on."""
        with self._lock:
            self._next += [fault for fault in planned if fault.share is None]
            self._shares += [
                (fault, random.Random(fault.seed))  # noqa: S311  (a drill, to be repeated with its seed)
                for fault in planned
                if fault.share is not None
            ]

    def clear(self) -> None:
        """Let every request from now on fare well."""
        with self._lock:
            self._next.clear()
            self._shares.clear()

    def draw(self) -> Fault | None:
        """Return the fault that meets this request; None when it fares well."""
        with self._lock:
            fault = self._from_line() or self._by_lot()
            if fault:
                self._done[fault.name] += 1
            return fault

    def state(self) -> dict[str, Any]:
        """Return what is planned and what was done, for a person."""
        with self._lock:
            return {
                "next": [{"fault": fault.name, "count": fault.count} for fault in self._next],
                "shares": [
                    {"fault": fault.name, "share": fault.share, "seed": fault.seed}
                    for fault, _ in self._shares
                ],
                "done": dict(self._done),
            }

    def _from_line(self) -> Fault | None:
        if not self._next:
            return None
        first = self._next[0]
        self._next[:1] = [replace(first, count=first.count - 1)] if first.count > 1 else []
        return first

    def _by_lot(self) -> Fault | None:
        # Every lot is drawn, so that each share depends on its own seed and the number of requests alone.
        met = [fault for fault, lot in self._shares if lot.random() < (fault.share or 0)]
        return met[0] if met else None


def _within(value: object, least: float, most: float, *, none: bool = False) -> bool:
    if value is None:
        return none
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(text: str, whole: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise _refused(f"“{whole}” is no fault: {text} is no number") from error


def _refused(why: str) -> UsageError:
    return UsageError(
        f"{why}.",
        hint=f"Write NAME, NAME:COUNT or NAME:SHARE (5xx:3, 429:0.05). Known are: {', '.join(FAULTS)}.",
    )
