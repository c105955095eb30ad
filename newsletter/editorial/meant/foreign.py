"""Files that are not plain text, recognised by how they begin: one sentence about each of them."""

import re
from dataclasses import dataclass

_LOOKED_AT = 4096  # bytes: every format says what it is within these

_AS_TEXT = "Save it as plain text in UTF-8, or copy its text into a new file; then: newsletter import FILE"
_PICTURE = "A picture lies next to the issue's text, which names it: ![What it shows](picture.jpg)"


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """What a file is, as the end of “This is …”, and what to do about it."""

    what: str
    hint: str


_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"{\\rtf", "a rich-text file (.rtf)", _AS_TEXT),
    (b"%PDF-", "a PDF file", _AS_TEXT),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word or Office file (.doc)", _AS_TEXT),
    (b"\xff\xd8\xff", "a picture (JPEG)", _PICTURE),
    (b"\x89PNG\r\n", "a picture (PNG)", _PICTURE),
    (b"GIF87a", "a picture (GIF)", _PICTURE),
    (b"GIF89a", "a picture (GIF)", _PICTURE),
    (b"BM", "a picture (BMP)", _PICTURE),
    (b"II*\0", "a picture (TIFF)", _PICTURE),
    (b"MM\0*", "a picture (TIFF)", _PICTURE),
    (b"8BPS", "a Photoshop file", _PICTURE),
    (b"\x1f\x8b", "a compressed file (gzip)", "Unpack it first."),
    (b"BZh91AY&SY", "a compressed file (bzip2)", "Unpack it first."),
    (b"\xfd7zXZ", "a compressed file (xz)", "Unpack it first."),
    (b"7z\xbc\xaf", "a compressed file (7z)", "Unpack it first."),
    (b"Rar!\x1a\x07", "a compressed file (rar)", "Unpack it first."),
    (b"SQLite format 3\0", "a database", "Name the issue's text file instead."),
    (b"bplist00", "a property list (.webloc, .plist), not a text", "Name the issue's text file instead."),
)
_ZIPPED: tuple[tuple[bytes, str], ...] = (
    (b"word/", "a Word file (.docx)"),
    (b"xl/", "an Excel file (.xlsx)"),
    (b"ppt/", "a PowerPoint file (.pptx)"),
    (b"application/vnd.oasis.opendocument.text", "a LibreOffice file (.odt)"),
    (b"application/vnd.oasis.opendocument", "a LibreOffice file"),
    (b"application/epub+zip", "an e-book (.epub)"),
    (b"Index/Document.iwa", "a Pages file (.pages)"),
)
_ENTRY = re.compile(rb"PK(?:\x03\x04.{26}|\x01\x02.{42})(.{1,40})", re.DOTALL)
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+(?:html|svg)|(?P<svg>svg\b)"
    rb"|(?:html|head|body|meta|title|div|p|table|article|section|main|span|font|h[1-6]|ul|ol|blockquote)\b[^<]*>)",
    re.IGNORECASE | re.DOTALL,
)
_MAIL_HEADER = re.compile(
    rb"^(?:Return-Path|Received|MIME-Version|Message-ID|Content-Type|Delivered-To|DKIM-Signature|X-[\w-]+): ",
    re.IGNORECASE | re.MULTILINE,
)
_ANY_HEADER = re.compile(rb"(?:From |[\w-]+: )")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def foreign_file(data: bytes) -> ForeignFile | None:
    """Say what a file is that was given as an issue's text; None for what may be one."""
    begin = data[:_LOOKED_AT]
    if begin.startswith(b"PK\x03\x04"):
        return ForeignFile(_zipped(data), _AS_TEXT)
    for signature, what, hint in _SIGNATURES:
        if begin.startswith(signature) and (signature != b"BM" or b"\0" in begin):
            return ForeignFile(what, hint)
    return _picture_container(begin) or _markup(begin.removeprefix(b"\xef\xbb\xbf"))


def is_utf16(data: bytes) -> bool:
    """Say whether bytes are UTF-16: by their mark, or by a NUL in every other place of Western text."""
    begin = data[:_LOOKED_AT]
    if begin.startswith(_UTF16_MARKS):
        return True
    half = len(begin) // 2
    return half >= 4 and any(begin[side::2].count(0) > 0.4 * half for side in (0, 1))


def _zipped(data: bytes) -> str:
    # A file that was read in part has no list of its entries at the end; each entry begins with its own name.
    names = b"\n".join([data[:200], *_ENTRY.findall(data)])
    return next((what for part, what in _ZIPPED if part in names), "a zip file")


def _picture_container(begin: bytes) -> ForeignFile | None:
    if begin[:4] == b"RIFF" and begin[8:12] == b"WEBP":
        return ForeignFile("a picture (WebP)", _PICTURE)
    if begin[4:8] == b"ftyp":
        brand = begin[8:12]
        pictures = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIC", b"msf1": "HEIC", b"avif": "AVIF"}
        what = f"a picture ({pictures[brand]})" if brand in pictures else "a film"
        return ForeignFile(what, _PICTURE)
    return None


def _markup(begin: bytes) -> ForeignFile | None:
    if found := _HTML.match(begin):
        if found["svg"]:
            return ForeignFile("a picture (SVG)", _PICTURE)
        return ForeignFile(
            "a web page (HTML)",
            "Open it in a browser, copy its text into a new file; then: newsletter import FILE",
        )
    head = re.split(rb"\r?\n\r?\n", begin, maxsplit=1)[0]
    if _ANY_HEADER.match(head) and len(_MAIL_HEADER.findall(head)) >= 2:
        return ForeignFile(
            "a saved mail (.eml)",
            "Open it in a mail program, copy its text into a new file; then: newsletter import FILE",
        )
    return None
