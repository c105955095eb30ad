"""Record ``newsletter demo`` as it runs in a terminal, as a picture that moves: docs/pictures/demo.svg.

Run by ``make pictures``. Nothing in the picture is written by hand: it is what a run writes to a terminal
of 80 columns, at the pace at which it does.
"""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

HERE = Path(__file__).parent
COLUMNS = 80
ROWS = 60
MOMENT = 0.2  # seconds between two states of a line that are both shown
HOLD = 8.0  # seconds the end is shown before it begins again
LETTER, LINE, EDGE, TOP = 8.4, 19, 18, 44  # sizes in the picture: a character, a line, the margins
COLOURS = {"31": "#ff7b72", "32": "#7ee787", "36": "#79c0ff", "90": "#484f58", "91": "#f97583"}

_PIECE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|([\r\n])|([^\x1b\r\n]+)")

Styled = tuple[tuple[str, str], ...]  # pieces of a line: text, and its style as SVG has it


@dataclass
class Shown:
    """What a line of the terminal showed, from when until when (seconds)."""

    row: int
    pieces: Styled
    since: float
    until: float


class Screen:
    """As much of a terminal as the demo asks for: lines, one cursor, colours, bold."""

    def __init__(self) -> None:
        self.rows: list[list[tuple[str, str]]] = [[]]
        self.row = self.column = 0
        self.style = ""

    def write(self, text: str) -> None:
        for numbers, order, control, words in _PIECE.findall(text):
            if words:
                self._put(words)
            elif control == "\n":
                self._to(self.row + 1)
            elif control == "\r":
                self.column = 0
            elif order == "A":
                self._to(self.row - int(numbers or 1))
            elif order == "K":
                self.rows[self.row] = []
            elif order == "m":
                self._paint(numbers)

    def _to(self, row: int) -> None:
        self.row = max(0, row)
        while len(self.rows) <= self.row:
            self.rows.append([])

    def _put(self, words: str) -> None:
        line = self.rows[self.row]
        line += [(" ", "")] * (self.column - len(line))
        line[self.column : self.column + len(words)] = [(letter, self.style) for letter in words]
        self.column += len(words)

    def _paint(self, numbers: str) -> None:
        for number in (numbers or "0").split(";"):
            if number == "0":
                self.style = ""
            elif number == "1":
                self.style += ' font-weight="700"'
            elif number in COLOURS:
                self.style = re.sub(r' fill="[^"]*"', "", self.style) + f' fill="{COLOURS[number]}"'

    def line(self, row: int) -> Styled:
        pieces: list[tuple[str, str]] = []
        for letter, style in self.rows[row]:
            if pieces and pieces[-1][1] == style:
                pieces[-1] = pieces[-1][0] + letter, style
            else:
                pieces.append((letter, style))
        return tuple(pieces)


def played(folder: Path) -> Iterator[tuple[float, str]]:
    """Run the demo in a terminal of its own; yield what it writes, and when (seconds since it began)."""
    program = folder / "bin" / "newsletter"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nfrom newsletter.cli import main\nmain()\n")
    program.chmod(0o755)
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "TERM": "xterm"}
    environment.pop("COLORTERM", None)  # the sixteen colours that every terminal has
    process = subprocess.Popen(
        ["newsletter", "demo"],  # noqa: S607  (by the name that a person types, so that it calls itself so)
        cwd=folder,
        env=environment,
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    began, rest = time.monotonic(), b""
    yield 0.0, "\x1b[1m$ newsletter demo\x1b[0m\r\n"
    while chunk := _read(master):
        whole, rest = _whole(rest + chunk)
        yield time.monotonic() - began, whole
    if process.wait():
        raise SystemExit(f"The demo ended with {process.returncode}; nothing was recorded.")


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # how Linux says that nobody writes to the terminal any more
        return b""


def _whole(data: bytes) -> tuple[str, bytes]:
    """Return what is complete of a piece of the stream, and the begun character or order at its end."""
    cut = re.search(rb"(\x1b(\[[0-9;?]*)?|[\xc0-\xff][\x80-\xbf]{0,2})$", data)
    if cut and not _is_whole(cut[0]):
        return data[: cut.start()].decode(), data[cut.start() :]
    return data.decode(), b""


def _is_whole(end: bytes) -> bool:
    try:
        return not end.startswith(b"\x1b") and bool(end.decode())
    except UnicodeDecodeError:
        return False


def recorded(stream: Iterator[tuple[float, str]]) -> tuple[list[Shown], float]:
    """Return every state of every line that was shown for a moment at least, and how long all took."""
    screen, latest, done, end = Screen(), dict[int, Shown](), list[Shown](), 0.0
    for end, text in stream:
        screen.write(text)
        for row in range(len(screen.rows)):
            pieces, before = screen.line(row), latest.get(row)
            if before and before.pieces == pieces:
                continue
            if before and end - before.since < MOMENT:
                before.pieces = pieces
                continue
            if before:
                before.until = end
                done.append(before)
            latest[row] = Shown(row, pieces, end, float("inf"))
    shown = [state for state in (*done, *latest.values()) if any(text.strip() for text, _ in state.pieces)]
    return sorted(shown, key=lambda state: (state.since, state.row)), end


def drawn(shown: list[Shown], seconds: float) -> str:
    """Return the picture: each state of a line appears when it did and goes when it did."""
    whole = seconds + HOLD
    rows = max(state.row for state in shown) + 1
    width, height = COLUMNS * LETTER + 2 * EDGE, rows * LINE + TOP + EDGE
    moments, texts = "", ""
    for number, state in enumerate(shown):
        moments += _moment(number, state, whole)
        texts += _text(number, state)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" \
aria-labelledby="name" fill="#c9d1d9">
<title id="name">A run of newsletter demo in a terminal</title>
<style>
text {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; \
font-size: 14px; white-space: pre }}
.gone {{ visibility: hidden }}
@media (prefers-reduced-motion: no-preference) {{
g {{ animation: {whole:.2f}s step-end infinite }}
{moments}}}
</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<circle cx="20" cy="20" r="6" fill="#ff5f57"/><circle cx="40" cy="20" r="6" fill="#febc2e"/>\
<circle cx="60" cy="20" r="6" fill="#28c840"/>
{texts}</svg>
"""


def _moment(number: int, shown: Shown, whole: float) -> str:
    steps = "0% { visibility: hidden } " if shown.since > 0 else ""
    steps += f"{shown.since / whole:.3%} {{ visibility: visible }}"
    if shown.until < whole:
        steps += f" {shown.until / whole:.3%} {{ visibility: hidden }}"
    return f"@keyframes m{number} {{ {steps} }} #g{number} {{ animation-name: m{number} }}\n"


def _text(number: int, shown: Shown) -> str:
    gone = ' class="gone"' if shown.until != float("inf") else ""
    column, pieces = 0, ""
    for text, style in shown.pieces:
        if text.strip():
            pieces += (
                f'<text x="{EDGE + column * LETTER:.1f}" y="{TOP + 14 + shown.row * LINE}"'
                f' textLength="{len(text) * LETTER:.1f}" lengthAdjust="spacingAndGlyphs"{style}>'
                f"{escape(text, quote=False)}</text>"
            )
        column += len(text)
    return f'<g id="g{number}"{gone}>{pieces}</g>\n'


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        picture = drawn(*recorded(played(Path(folder))))
    (HERE / "demo.svg").write_text(picture, encoding="utf-8")
