"""What a file holds, read from its first bytes; its name says nothing."""

import re

from newsletter.pictures.values import AGAIN, Refusal

SHOWN = frozenset({"JPEG", "PNG", "GIF"})  # what every mail program shows
READ = SHOWN | {"WebP", "AVIF", "TIFF", "BMP"}  # what Pillow can turn into one of them

_EXPORT = "Open it in an image program and export it as JPEG, or as PNG where it is a drawing."
_IPHONE = (
    "Export it as JPEG. On an iPhone: Settings, Camera, Formats, Most Compatible makes new photos JPEG files."
)
_RIGHT_FILE = "Is it the right file? Name a JPEG or PNG file next to the issue."

_START = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00\x10\x00\x00\x00CR", "raw"),  # Canon
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"BM", "BMP"),
    (b"%PDF-", "PDF"),
    (b"8BPS", "Photoshop"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"FUJIFILMCCD-RAW", "raw"),
    (b"IIRO", "raw"),  # Olympus
    (b"IIRS", "raw"),
    (b"IIU\x00", "raw"),  # Panasonic
    (b"\x00\x00\x01\x00", "icon"),
    (b"PK\x03\x04", "zip"),
    (b"Rar!", "zip"),
    (b"7z\xbc\xaf", "zip"),
    (b"%!PS", "PostScript"),
    (b"\xd0\xcf\x11\xe0", "Office"),
    (b"\x1aE\xdf\xa3", "film"),
)
_BRANDS = (
    ((b"avif", b"avis"), "AVIF"),
    ((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"), "HEIC"),
    ((b"crx ",), "raw"),  # Canon's newer ones
    ((b"mif1", b"msf1", b"miaf"), "HEIC"),
)
_SVG = re.compile(rb"<svg[\s>:]|<!DOCTYPE\s+svg", re.IGNORECASE)
_HTML = re.compile(rb"<(!DOCTYPE\s+html|html|head|body)\b", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_NO_BYTES = re.compile(rb"\x00*")

_REFUSALS = {
    "HEIC": Refusal("it is a HEIC photo, as iPhones save them, which mail programs do not show", _IPHONE),
    "SVG": Refusal(
        "it is an SVG drawing, which most mail programs do not show",
        "Export it as PNG, 1,152 pixels wide for the whole column.",
    ),
    "PDF": Refusal("it is a PDF document, which mail programs do not show as a picture", _EXPORT),
    "raw": Refusal("it is a camera's raw file, which mail programs do not show", _EXPORT),
    "Photoshop": Refusal("it is a Photoshop file, which mail programs do not show", _EXPORT),
    "JPEG 2000": Refusal("it is JPEG 2000 inside, which mail programs do not show", _EXPORT),
    "JPEG XL": Refusal("it is JPEG XL inside, which mail programs do not show", _EXPORT),
    "PostScript": Refusal("it is PostScript inside, which mail programs do not show", _EXPORT),
    "icon": Refusal("it is an icon file, which mail programs do not show", _EXPORT),
    "zip": Refusal("it is an archive or an Office document, no picture", "Take the picture out of it first."),
    "Office": Refusal("it is an Office document, no picture", "Take the picture out of it first."),
    "film": Refusal("it is a film, no picture", "Name a still from it, and link it to the film."),
    "HTML": Refusal(
        "it is a web page, no picture",
        "The picture was not saved, but the page it stood on: save the picture itself.",
    ),
    "text": Refusal("it is text, no picture", _RIGHT_FILE),
    "empty": Refusal("the file is empty", AGAIN),
    "unknown": Refusal("it is no picture of a known kind, or a damaged one", _RIGHT_FILE),
}


def kind_of(data: bytes) -> str:
    """Return what bytes hold: a key of the refusals, or one of READ."""
    if not data or _NO_BYTES.fullmatch(data):
        return "empty"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[4:8] == b"ftyp":
        return _branded(data)
    return next((kind for start, kind in _START if data.startswith(start)), "") or _written(data[:4096])


def refusal_of(kind: str) -> Refusal:
    """Return why a kind that cannot be read is refused."""
    return _REFUSALS[kind]


def _branded(data: bytes) -> str:
    """Distinguish the kinds that share a container by the brands it names (ISO/IEC 14496-12, 4.3)."""
    length = min(int.from_bytes(data[:4], "big"), len(data), 256)
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, length - 3, 4))]
    for wanted, kind in _BRANDS:
        if any(brand in wanted for brand in brands):
            return kind
    return "film"


def _written(start: bytes) -> str:
    """Distinguish kinds of text."""
    if _SVG.search(start):
        return "SVG"
    if _HTML.search(start):
        return "HTML"
    return "unknown" if _CONTROL.search(start) else "text"
