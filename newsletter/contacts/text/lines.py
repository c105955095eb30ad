"""Lines: the bytes of a text file, in pieces of any size, as numbered lines of text."""

import codecs
from collections.abc import Iterable, Iterator

from newsletter.contacts.text.encodings import UTF_8, Encoding
from newsletter.errors import AudienceError

MAX_LINE = 1_000_000  # characters; what a line has beyond that is left out, one character to show it excepted


def text_lines(pieces: Iterable[bytes], *, file: str, encoding: Encoding = UTF_8) -> Iterator[str]:
    """Yield lines, each ended by one ``\\n``, whether the file ends them as Unix, Windows or old Macs do.

    A byte order mark is left out. A line of more than MAX_LINE characters comes with MAX_LINE + 1 of them.
    Raises AudienceError naming the line at the first byte that is not of the encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding.name)(
        "surrogateescape" if encoding.fallback else "strict"
    )
    number, first, held, unended = 0, True, "", _Unended()
    for piece in _ended(pieces):
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            raise _undecodable(error, number, encoding, file) from error
        if first and text:
            text, first = text.removeprefix("\ufeff"), False
        lines, rest, held = _split(held + text, last=not piece)
        if lines:
            lines[0] = unended.take() + lines[0]
        unended.add(rest)
        if not piece and unended.length:
            lines.append(unended.take())
        number += len(lines)
        yield from (line + "\n" for line in (_repaired(lines, encoding) if encoding.fallback else lines))


class _Unended:
    """The line that has not ended yet, in the pieces it came in, and no more of it than is kept."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.length = 0

    def add(self, text: str) -> None:
        kept = text[: MAX_LINE + 1 - self.length]
        if kept:
            self._parts.append(kept)
            self.length += len(kept)

    def take(self) -> str:
        text = "".join(self._parts)
        self._parts, self.length = [], 0
        return text


def _ended(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces that hold something, then an empty one for the end."""
    for piece in pieces:
        if piece:
            yield piece
    yield b""


def _split(text: str, *, last: bool) -> tuple[list[str], str, str]:
    """Return the lines that have ended, what follows the last of them, and a \\r that may be half an end."""
    held = ""
    if "\r" in text:
        if text.endswith("\r") and not last:
            text, held = text[:-1], "\r"
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    return lines, lines.pop(), held


def _repaired(lines: Iterable[str], encoding: Encoding) -> Iterator[str]:
    """Yield lines that are UTF-8 as they are, and the others read again as the code page they are in."""
    for line in lines:
        try:
            line.encode()
        except UnicodeEncodeError:
            yield line.encode("utf-8", "surrogateescape").decode(encoding.fallback, "replace")
        else:
            yield line


def _undecodable(error: UnicodeDecodeError, lines: int, encoding: Encoding, file: str) -> AudienceError:
    before = error.object[: error.start].decode(encoding.name, "replace")
    ends = before.count("\n") + before.replace("\r\n", "").count("\r")
    hint = f"Without --encoding {encoding.name}, the file's encoding is found out from what it holds."
    return AudienceError(
        f"The line holds a byte that is not {encoding.title} (0x{error.object[error.start]:02x}).",
        file=file,
        line=lines + ends + 1,
        hint=hint if encoding.given else "Save the file as “CSV UTF-8” in your spreadsheet program.",
    )
