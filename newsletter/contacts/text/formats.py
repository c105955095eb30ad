"""Formats: what a file that is no table of text is, and how to make one of it.

Signatures are those of the formats' own specifications; archives are distinguished by the names in them.
"""

import re

from newsletter.errors import AudienceError

HEAD = 64 * 1024  # bytes that are enough to know any of these

_SPREADSHEET = "Open it in your spreadsheet program, save it as “CSV UTF-8”, and import that."
_UNPACK = "Unpack it and import the CSV file that it holds."
_EXPORT = "Export the readers as CSV from the program it comes from, and import that."
_WITH_READERS = "Import the CSV file of readers instead."

# Within an archive, the first of these names says what it is.
_ARCHIVES = (
    (b"xl/", "an Excel workbook (.xlsx)", _SPREADSHEET),
    (b"opendocument.spreadsheet", "an OpenDocument spreadsheet (.ods)", _SPREADSHEET),
    (b"opendocument", "an OpenDocument file", _EXPORT),
    (b"word/", "a Word document (.docx)", "Copy its table into a spreadsheet. " + _SPREADSHEET),
    (b"Index/Document.iwa", "an Apple iWork document (Numbers, Pages)", "Export it as CSV, and import that."),
)
_SIGNATURES = (
    (rb"PK(\x03\x04|\x05\x06|\x07\x08)", "a zip archive", _UNPACK),
    (rb"\x1f\x8b", "a gzip archive", _UNPACK),
    (rb"BZh[1-9]", "a bzip2 archive", _UNPACK),
    (rb"\xfd7zXZ\x00", "an xz archive", _UNPACK),
    (rb"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (rb"Rar!\x1a\x07", "a rar archive", _UNPACK),
    (rb"\x28\xb5\x2f\xfd", "a zstd archive", _UNPACK),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls) or Office document", _SPREADSHEET),
    (rb"%PDF-", "a PDF", _EXPORT),
    (rb"\xff\xd8\xff", "a JPEG picture", _WITH_READERS),
    (rb"\x89PNG\r\n\x1a\n", "a PNG picture", _WITH_READERS),
    (rb"GIF8[79]a", "a GIF picture", _WITH_READERS),
    (rb"RIFF....WEBP", "a WebP picture", _WITH_READERS),
    (rb"SQLite format 3\x00", "an SQLite database", _EXPORT),
    (rb"PAR1", "a Parquet file", _EXPORT),
    (rb"\{\\rtf", "a rich text document (.rtf)", "Copy its table into a spreadsheet. " + _SPREADSHEET),
    (rb"\s*BEGIN:VCARD", "a file of contacts (.vcf)", "Export the contacts as CSV instead, and import that."),
    (rb"\s*<(!doctype|html|head|body|table|div|meta)\b", "a web page (HTML)", _SPREADSHEET),
    (rb"\s*<(\?xml|[a-z]+[^<>]*>\s*<)", "an XML file", _EXPORT),
    (rb'\s*[\[{]\s*(["{\[]|[\]}]\s*\Z)', "a JSON file", _EXPORT),
)
_KNOWN = tuple(
    (re.compile(mark, re.IGNORECASE | re.DOTALL if mark.startswith(rb"\s*") else re.DOTALL), name, advice)
    for mark, name, advice in _SIGNATURES
)


def refuse_other_formats(head: bytes, *, file: str) -> None:
    """Raise AudienceError with the format's name and what to do when a file is plainly no table of text."""
    found = next(((name, advice) for mark, name, advice in _KNOWN if mark.match(head)), None)
    if found is None:
        return
    name, advice = _inside(head) if found[0] == "a zip archive" else found
    raise AudienceError(f"This is {name}, not a CSV file.", file=file, hint=advice)


def _inside(head: bytes) -> tuple[str, str]:
    for mark, name, advice in _ARCHIVES:
        if mark in head:
            return name, advice
    return "a zip archive", _UNPACK
