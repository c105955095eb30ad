"""What is left of a merge that nobody finished: both versions of a passage, between seven signs each."""

import re
from collections.abc import Iterator

from newsletter.editorial.faults import Faults

_MARKER = re.compile(r"(<{7}|\|{7}|>{7})( .*)?|={7}")
_SURE = ("<<<<<<<", "|||||||", ">>>>>>>")
_CODE = re.compile(r" {0,3}(```+|~~~+)")


def without_conflicts(lines: list[str], faults: Faults) -> list[str]:
    """Return lines of which every marker, and the later of two versions, is empty; each conflict is a fault.

    Line numbers stay. Code that shows markers is left as it is, and so is a ``=======`` below words.
    """
    found = list(_markers(lines))
    if not any(sign in _SURE for _, sign in found):
        found = [(at, sign) for at, sign in found if not at or not lines[at - 1].strip()]
    if not found:
        return lines
    left = list(lines)
    open_: list[tuple[int, str]] = []
    for at, sign in found:
        if sign == "<<<<<<<" and open_:
            _report(open_, faults)
            open_ = []
        open_.append((at, sign))
        left[at] = ""
        if sign == ">>>>>>>":
            _report(open_, faults)
            _empty_later(left, open_)
            open_ = []
    if open_:
        _report(open_, faults)
    return left


def _markers(lines: list[str]) -> Iterator[tuple[int, str]]:
    fence = ""
    for at, line in enumerate(lines):
        if code := _CODE.match(line):
            if not fence:
                fence = code[1]
            elif code[1].startswith(fence) and not line.strip(" `~"):
                fence = ""
        if not fence and _MARKER.fullmatch(line.rstrip()):
            yield at, line[:7]


def _empty_later(left: list[str], markers: list[tuple[int, str]]) -> None:
    """Leave the first version only: with both, what is said twice would be reported as faults."""
    places = {sign: at for at, sign in reversed(markers)}
    start = min((places[sign] for sign in ("|||||||", "=======") if sign in places), default=None)
    if "<<<<<<<" in places and start is not None:
        for at in range(start, markers[-1][0]):
            left[at] = ""


def _report(markers: list[tuple[int, str]], faults: Faults) -> None:
    if all(sign == "=======" for _, sign in markers):
        for at, sign in markers:
            _report_alone(at, sign, faults)
        return
    lines = [str(at + 1) for at, _ in markers]
    signs = ", ".join(f"“{sign}”" for _, sign in markers)
    where = f"lines {', '.join(lines[:-1])} and {lines[-1]}" if len(lines) > 1 else f"line {lines[0]}"
    faults.add(
        "file-conflict",
        markers[0][0] + 1,
        f"A merge was not finished here: {where} hold{'s' * (len(lines) == 1)} {signs}.",
        "Keep the version you want of what stands between them, and delete the lines with these signs.",
    )


def _report_alone(at: int, sign: str, faults: Faults) -> None:
    faults.add(
        "file-conflict",
        at + 1,
        f"“{sign}” stands here: what a merge left behind, or what was meant as a rule.",
        "Delete the line; a rule across the page is written as three hyphens (---) between empty lines.",
    )
