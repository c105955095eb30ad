"""An editor's file as text: what can be read, and what must be refused before any reading."""

import re

from newsletter.editorial.faults import Faults
from newsletter.editorial.meant.foreign import foreign_file, is_utf16

MAX_BYTES = 1_000_000

# What is neither text nor a line end: C0, DEL and C1 controls, the two separators that some programs
# show as line ends and others do not, halves of surrogate pairs, and the two code points that never are
# characters (YAML refuses them too).
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def is_text(text: str) -> bool:
    """Say whether text is free of control characters."""
    return not _NOT_TEXT.search(text)


def read_source(data: bytes, file: str) -> str:
    """Return a file's bytes as text, without a byte order mark; line ends stay as they are.

    Raises IssueError with every line that is not UTF-8 or holds a control character, and for a file that
    is empty, longer than 1,000,000 bytes, or of another kind: a Word file, a picture, a web page.
    """
    faults = Faults(file)
    if found := foreign_file(data):
        faults.add("file-not-text", 1, f"This is {found.what}, not plain text.", found.hint)
    elif len(data) > MAX_BYTES:
        _too_large(faults)
    elif is_utf16(data):
        faults.add("file-encoding", 1, "The file is UTF-16, not UTF-8.", _SAVE_AS_UTF8)
    faults.raise_any()
    text = data.decode(errors="replace").removeprefix("\ufeff")
    if "\ufffd" in text:
        _report_encoding(data, faults)
    without_odd_characters(text, faults)
    faults.raise_any()
    return text


_SAVE_AS_UTF8 = "Save it as UTF-8: most editors have it under “Save as” or “Encoding”."


def _too_large(faults: Faults) -> None:
    faults.add(
        "file-too-large",
        1,
        f"The file is too large for an issue: more than {MAX_BYTES:,} bytes.",
        "Is it the right file? Pictures lie next to the text, not in it.",
    )


def _report_encoding(data: bytes, faults: Faults) -> None:
    for number, line in enumerate(re.split(rb"\r\n?|\n", data), start=1):
        try:
            line.decode()
        except UnicodeDecodeError as error:
            byte = line[error.start]
            faults.add(
                "file-encoding",
                number,
                f"This line is not UTF-8: the byte 0x{byte:02X}, which Latin-1 reads as “{_latin(byte)}”.",
                _SAVE_AS_UTF8,
            )


def _latin(byte: int) -> str:
    """Show the byte as Windows-1252, which is what files called Latin-1 nearly always are."""
    return bytes([byte]).decode("cp1252", "replace")


def without_odd_characters(text: str, faults: Faults) -> str:
    """Return text with ``\\n`` as its only line end and spaces for control characters, each a fault."""
    lines = re.sub(r"\r\n?", "\n", text.removeprefix("\ufeff"))
    if not lines.strip():
        faults.add(
            "file-empty", 1, "The file is empty.", "For an issue, newsletter new 'HEADLINE' writes a frame."
        )
        faults.raise_any()
    if len(text) > MAX_BYTES:
        _too_large(faults)
        faults.raise_any()
    if _NOT_TEXT.search(lines):
        for number, line in enumerate(lines.split("\n"), start=1):
            for character in dict.fromkeys(_NOT_TEXT.findall(line)):
                _odd(faults, number, character)
        faults.raise_if_full()
    return _NOT_TEXT.sub(" ", lines)


def _odd(faults: Faults, line: int, character: str) -> None:
    name = "a NUL byte" if character == "\0" else f"the invisible character U+{ord(character):04X}"
    faults.add(
        "file-control-character",
        line,
        f"This line holds {name}, which no mail can show.",
        "Delete it; it often comes along when text is pasted. To begin a new line, press Enter.",
    )
