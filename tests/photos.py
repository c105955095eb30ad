"""Pictures that tests look at, made by Pillow, and the structure of what comes out."""

import random
import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms, ImageDraw

from newsletter.pictures import Place, Ready, Refusal
from newsletter.pictures.ready import make_ready

PLACE = Place(1152, 1280)
POSITION = b"52.5163N-secret-place"  # stands for whatever must not leave the newsroom
GPS = 0x8825


def saved(picture: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    """Return a picture as a file."""
    written = BytesIO()
    picture.save(written, form, **options)
    return written.getvalue()


def opened(data: bytes) -> Image.Image:
    """Return a file's pixels."""
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


def photo(width: int = 600, height: int = 400, mode: str = "RGB") -> Image.Image:
    """Return soft colours with some grain, which compress as a photo does."""
    size = width, height
    noise = random.Random(7).randbytes(40_000)  # noqa: S311  the same in every run
    soft = noise.translate(bytes(tone // 8 for tone in range(256)))
    grain = Image.frombytes("L", (200, 200), soft).resize(size)
    tones = Image.linear_gradient("L").resize(size), Image.radial_gradient("L").resize(size)
    return Image.merge("RGB", (*tones, grain)).convert(mode)


def drawing(width: int = 600, height: int = 400, mode: str = "RGB") -> Image.Image:
    """Return few colours and sharp edges; nothing is alike however it is turned."""
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 2, height // 4), fill="red")
    draw.rectangle((0, height // 2, width // 8, height), fill="blue")
    draw.line((0, 0, width, height), fill="black", width=5)
    return picture.convert(mode)


def film(form: str, frames: int = 3, size: int = 60, **options: Any) -> bytes:
    """Return a picture that moves."""
    pictures = [photo(size, size).rotate(20 * number) for number in range(frames)]
    return saved(pictures[0], form, save_all=True, append_images=pictures[1:], **options)


def whereabouts(turn: int = 1, *, position: bool = True) -> Image.Exif:
    """Return what a phone says of a photo: how it was held, and where."""
    exif = Image.Exif()
    exif[0x0112] = turn
    exif[0x010F] = POSITION.decode()
    if position:
        exif[GPS] = {1: "N", 2: (52.0, 30.0, 58.7), 3: "E", 4: (13.0, 22.0, 39.8)}
    return exif


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a part of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(png: bytes, kind: bytes, data: bytes) -> bytes:
    """Return a PNG with one more part after its header."""
    return png[:33] + chunk(kind, data) + png[33:]


def with_segment(jpeg: bytes, marker: int, data: bytes) -> bytes:
    """Return a JPEG with one more segment at its start."""
    return jpeg[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data + jpeg[2:]


def header_only(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and holds next to nothing."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


def profile_of(primaries_from: str) -> bytes:
    """Return an ICC profile: ``sRGB``, or ``LAB``."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(primaries_from)).tobytes()  # type: ignore[arg-type]


def ready(data: bytes, place: Place = PLACE) -> Ready:
    """Return a picture made ready; a refusal fails the test."""
    made = make_ready(data, place)
    assert isinstance(made, Ready), made
    return made


def refused(data: bytes, place: Place = PLACE) -> str:
    """Return why a file was refused; a picture fails the test."""
    made = make_ready(data, place)
    assert isinstance(made, Refusal), (made.suffix, made.kind)
    assert made.hint.endswith((".", "?"))
    return made.why
