"""How a file is put together, found without decoding it; and the same file without what is not the picture.

Positions, cameras, dates, comments and small copies of a photo have parts of their own. Leaving those out
changes no pixel, so that a photo that needs nothing else is not compressed a second time.
"""

import re
import zlib
from dataclasses import dataclass

_MAX_PARTS = 200_000  # a file of more parts is made to be slow

# JPEG, ISO/IEC 10918-1 table B.1. Within a scan, 0xFF is followed by 0x00 or a restart marker.
_MARKER_IN_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_START, _END, _SCAN, _ADOBE = 0xD8, 0xD9, 0xDA, 0xEE
_ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length
_PICTURE = {
    *range(0xC0, 0xD0),
    *range(0xDA, 0xE0),
    _ADOBE,
}  # tables, frames, scans, colours
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_USUAL_FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive: the ones that every program decodes
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"

_PNG_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"gAMA", b"cHRM", b"sRGB"}
_PNG_READ = _PNG_KEPT | {b"iCCP", b"eXIf"}
_GIF_LOOPS = {b"NETSCAPE2.0", b"ANIMEXTS1.0"}


@dataclass(frozen=True, slots=True)
class Anatomy:
    """How a file is put together. ``bare`` is the file without what is not the picture.

    ``read`` is what a decoder gets: where a file may hold megabytes of text, only what bears on the pixels.
    ``sound`` says that the checksums of the pixels hold, ``whole`` that the file's end is there, ``frames``
    how many pictures follow each other, ``scans`` in how many passes a JPEG is drawn. ``usual`` says that
    every mail program decodes ``bare``, ``lossy`` that it gave up exactness to be small.
    """

    bare: bytes
    read: bytes
    sound: bool = True
    whole: bool = True
    frames: int = 1
    scans: int = 1
    usual: bool = True
    lossy: bool = False


def anatomy(kind: str, data: bytes) -> Anatomy:
    """Return how a file of a kind is put together; any bytes will do."""
    reader = {"JPEG": _jpeg, "PNG": _png, "GIF": _gif, "WebP": _webp, "AVIF": _avif}.get(kind)
    return reader(data) if reader else Anatomy(data, data, usual=False)


def _little(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "little")


def _jpeg(data: bytes) -> Anatomy:
    kept, at, scans, usual = [data[:2]], 2, 0, True
    for _part in range(_MAX_PARTS):
        at = data.find(b"\xff", at)
        if at < 0 or at + 2 > len(data):
            break
        marker = data[at + 1]
        if marker == _END:
            return Anatomy(b"".join([*kept, data[at : at + 2]]), data, scans=scans, usual=usual, lossy=True)
        if marker in (0x00, 0xFF, _START) or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _SCAN:
            scans += 1
            following = _MARKER_IN_SCAN.search(data, end)
            end = following.start() if following else len(data)
        usual = usual and (marker not in _FRAMES or marker in _USUAL_FRAMES)
        if marker in _PICTURE:
            kept.append(data[at:end])
        elif data[at + 4 : at + 9] == b"JFIF\x00":
            kept.append(_JFIF)  # without the small copy that may follow
        at = end
    return Anatomy(b"".join([*kept, b"\xff\xd9"]), data, whole=False, scans=scans, usual=usual, lossy=True)


def _png(data: bytes) -> Anatomy:
    kept, read, at, frames, sound = [data[:8]], [data[:8]], 8, 1, True
    for _part in range(_MAX_PARTS):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        if len(kind) < 4 or end > len(data):
            break
        if kind == b"acTL":
            frames = max(1, int.from_bytes(data[at + 8 : at + 12], "big"))
        if kind in _PNG_KEPT:
            kept.append(data[at:end])
            checksum = int.from_bytes(data[end - 4 : end], "big")
            sound = sound and zlib.crc32(memoryview(data)[at + 4 : end - 4]) == checksum
        if kind in _PNG_READ:
            read.append(data[at:end])
        if kind == b"IEND":
            usual = data[24:25] != b"\x10"
            return Anatomy(b"".join(kept), b"".join(read), sound, frames=frames, usual=usual)
        at = end
    return Anatomy(data, data, whole=False, frames=frames, usual=False)


def _gif(data: bytes) -> Anatomy:
    at = 13 + _colours(data, 10)
    kept, frames = [data[:at]], 0
    for _part in range(_MAX_PARTS):
        kind = data[at : at + 1]
        if kind == b";" or (frames and not kind):  # many programs forget the last byte, and all forgive it
            return Anatomy(b"".join([*kept, b";"]), data, frames=frames)
        if kind == b",":
            frames += 1
            end = _after_blocks(data, at + 11 + _colours(data, at + 9))
            keep = True
        elif kind == b"!":
            end = _after_blocks(data, at + 2)
            keep = data[at + 1 : at + 2] == b"\xf9" or data[at + 3 : at + 14] in _GIF_LOOPS
        else:
            end, keep = at + 1 if kind == b"\x00" else 0, False  # stray zeros are forgiven, too
        if not end:
            break
        if keep:
            kept.append(data[at:end])
        at = end
    return Anatomy(data, data, whole=False, frames=max(1, frames), usual=False)


def _colours(data: bytes, at: int) -> int:
    """Return how many bytes the table of colours takes that a packed field announces."""
    packed = data[at] if at < len(data) else 0
    return 3 * 2 ** ((packed & 7) + 1) if packed & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    """Return where a run of GIF's sub-blocks ends; 0 when the file ends first."""
    while at < len(data):
        if not data[at]:
            return at + 1
        at += data[at] + 1
    return 0


def _webp(data: bytes) -> Anatomy:
    whole = _little(data, 4, 4) + 8 <= len(data)
    moves = data[12:16] == b"VP8X" and bool(_little(data, 20, 1) & 0x02)
    lossy = data[12:16] == b"VP8 " or b"VP8 " in data[30:4096]
    return Anatomy(data, data, whole=whole, frames=2 if moves else 1, usual=False, lossy=lossy)


def _avif(data: bytes) -> Anatomy:
    """Walk over the outermost boxes (ISO/IEC 14496-12, 4.2): size, kind, content."""
    at = 0
    for _part in range(_MAX_PARTS):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        at += size
        if size < 8 or at >= len(data):
            break
    return Anatomy(data, data, whole=at <= len(data), usual=False, lossy=True)
