"""Lines: the bytes of a text file, in pieces of any size, as numbered lines of text."""

import codecs
from collections.abc import Iterable, Iterator

from newsletter.errors import AudienceError

MAX_LINE = 1_000_000  # characters without a line's end: no table of readers, whatever else it is

_SIGNATURES = {
    b"\xff\xfe": "The file is UTF-16, not UTF-8.",
    b"\xfe\xff": "The file is UTF-16, not UTF-8.",
    b"PK\x03\x04": "This is a spreadsheet or an archive, not a CSV file.",
    b"\xd0\xcf\x11\xe0": "This is a spreadsheet, not a CSV file.",
    b"%PDF": "This is a PDF, not a CSV file.",
}
_SAVE_AS = "Save it as “CSV UTF-8” in your spreadsheet program, and import that."


def text_lines(pieces: Iterable[bytes], *, file: str) -> Iterator[str]:
    """Yield lines, each ended by one ``\\n``, whether the file ends them as Unix, Windows or old Macs do.

    A byte order mark is left out. Raises AudienceError naming the line at the first byte that is not UTF-8,
    at a line without an end, or when the file is empty or plainly no text.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    number, rest, first = 0, "", True
    for piece in _ended(pieces):
        try:
            text = rest + decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            raise _not_utf8(error, number, file) from error
        if first and piece:
            _refuse_other_formats(piece, file)
            text, first = text.removeprefix("\ufeff"), not text
        lines, rest = _split(text, last=not piece)
        for line in lines:
            number += 1
            yield line + "\n"
        if len(rest) > MAX_LINE:
            raise AudienceError(
                f"The line is longer than {MAX_LINE:,} characters.", file=file, line=number + 1
            )
    if first:
        raise AudienceError("The file is empty.", file=file, hint="Its first line must name the columns.")
    if rest:
        yield rest + "\n"


def _ended(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces that hold something, then an empty one for the end."""
    for piece in pieces:
        if piece:
            yield piece
    yield b""


def _split(text: str, *, last: bool) -> tuple[list[str], str]:
    held = ""
    if "\r" in text:
        if text.endswith("\r") and not last:  # its \n may come with the next piece
            text, held = text[:-1], "\r"
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    return lines, lines.pop() + held


def _refuse_other_formats(piece: bytes, file: str) -> None:
    for start, sentence in _SIGNATURES.items():
        if piece.startswith(start):
            raise AudienceError(sentence, file=file, hint=_SAVE_AS)


def _not_utf8(error: UnicodeDecodeError, lines: int, file: str) -> AudienceError:
    for start, sentence in _SIGNATURES.items():
        if lines == 0 and error.object.startswith(start):
            return AudienceError(sentence, file=file, hint=_SAVE_AS)
    before = error.object[: error.start]
    ends = before.count(b"\n") + before.replace(b"\r\n", b"").count(b"\r")
    return AudienceError(
        f"The line holds a byte that is not UTF-8 (0x{error.object[error.start]:02x}).",
        file=file,
        line=lines + ends + 1,
        hint=f"The file is probably in an older encoding (Latin-1, Windows-1252). {_SAVE_AS}",
    )
