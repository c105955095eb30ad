"""Nothing leaves but the picture: no position, no camera, no comment, no small copy."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from photos import (
    POSITION,
    chunk,
    drawing,
    film,
    opened,
    photo,
    ready,
    saved,
    whereabouts,
    with_chunk,
    with_segment,
)
from PIL import Image, PngImagePlugin

from newsletter.pictures import Place

pytestmark = pytest.mark.slow

XMP = b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>" + POSITION + b"</x:xmpmeta>"


def _texts() -> PngImagePlugin.PngInfo:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Location", POSITION.decode())
    texts.add_text("Description", POSITION.decode(), zip=True)
    texts.add_itxt("XML:com.adobe.xmp", POSITION.decode())
    return texts


def light(**options: Any) -> bytes:
    """Return a photo that is small enough as it is."""
    return saved(photo(), quality=70, **options)


def heavy(**options: Any) -> bytes:
    """Return a photo that is compressed again."""
    return saved(photo(900, 600), quality=100, **options)


FILES: dict[str, Callable[[], bytes]] = {
    "a JPEG with EXIF": lambda: light(exif=whereabouts()),
    "a JPEG with EXIF that is compressed again": lambda: heavy(exif=whereabouts()),
    "a JPEG with EXIF that is made smaller": lambda: saved(photo(3000, 2000), exif=whereabouts()),
    "a JPEG with EXIF that is turned": lambda: saved(photo(), exif=whereabouts(6)),
    "a JPEG with XMP": lambda: with_segment(light(), 0xE1, XMP),
    "a JPEG with IPTC": lambda: with_segment(light(), 0xED, b"Photoshop 3.0\x008BIM" + POSITION),
    "a JPEG with a comment": lambda: light(comment=POSITION),
    "a JPEG with a comment that is compressed again": lambda: heavy(comment=POSITION),
    "a JPEG with a small copy in its JFIF segment": lambda: with_segment(
        light(), 0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x01\x01" + POSITION
    ),
    "a JPEG with a maker's own segment": lambda: with_segment(light(), 0xEB, POSITION),
    "a JPEG with words between its segments": lambda: light()[:20] + POSITION + light()[20:],
    "a JPEG with a film behind it": lambda: light() + b"ftypmp42" + POSITION,
    "a progressive JPEG": lambda: light(progressive=True, exif=whereabouts(), comment=POSITION),
    "a grey JPEG": lambda: saved(photo(mode="L"), quality=70, exif=whereabouts()),
    "a CMYK JPEG": lambda: saved(photo(mode="CMYK"), exif=whereabouts(), comment=POSITION),
    "a PNG with EXIF": lambda: saved(drawing(), "PNG", exif=whereabouts()),
    "a PNG with texts": lambda: saved(drawing(), "PNG", pnginfo=_texts()),
    "a PNG with texts that is made smaller": lambda: saved(drawing(3000, 2000), "PNG", pnginfo=_texts()),
    "a PNG with an unknown part": lambda: with_chunk(saved(drawing(), "PNG"), b"prVt", POSITION),
    "a PNG with colours as a table": lambda: saved(drawing(mode="P"), "PNG", pnginfo=_texts()),
    "a PNG with bytes behind its end": lambda: saved(drawing(), "PNG") + chunk(b"tEXt", POSITION),
    "a GIF with a comment": lambda: saved(drawing(mode="P"), "GIF", comment=POSITION),
    "a GIF with a comment that shrinks": lambda: saved(drawing(2400, 900, "P"), "GIF", comment=POSITION),
    "an animated GIF with a comment": lambda: film("GIF", comment=POSITION),
    "a WebP with EXIF": lambda: saved(photo(), "WEBP", exif=whereabouts(), xmp=XMP),
    "an AVIF with EXIF": lambda: saved(photo(), "AVIF", exif=whereabouts()),
    "a TIFF with EXIF": lambda: saved(drawing(), "TIFF", exif=whereabouts(position=False)),
}  # fmt: skip


@cache
def file(name: str) -> bytes:
    """Return one of the files; each is made when a test asks for it."""
    return FILES[name]()


@pytest.mark.parametrize("name", FILES, ids=lambda name: name.replace(" ", "-"))
def test_only_the_picture_leaves(name: str) -> None:
    data = file(name)
    content = ready(data).content
    assert POSITION not in content
    assert b"Exif" not in content
    assert b"eXIf" not in content
    found = opened(content)
    assert not found.getexif()
    assert not {"comment", "exif", "xmp", "icc_profile", "photoshop", "Location"} & set(found.info)


@pytest.mark.parametrize(
    "data",
    [
        light(),
        light(progressive=True),
        saved(photo(mode="L"), quality=70),
        saved(drawing(), "PNG", optimize=True),
        saved(drawing(mode="P"), "PNG", optimize=True),
        saved(drawing(mode="P"), "GIF"),
        film("GIF"),
    ],
    ids=["JPEG", "progressive", "grey", "PNG", "table", "GIF", "animation"],
)
def test_a_picture_that_needs_nothing_keeps_every_pixel(data: bytes) -> None:
    made = ready(data)
    assert opened(made.content).convert("RGB").tobytes() == opened(data).convert("RGB").tobytes()
    assert len(made.content) <= len(data)


def test_a_photo_is_not_compressed_a_second_time_to_take_its_position_away() -> None:
    plain = light()
    assert (
        ready(saved(photo_of(plain), quality="keep", exif=whereabouts())).content
        == ready(saved(photo_of(plain), quality="keep")).content
    )


def photo_of(data: bytes) -> Image.Image:
    """Return a photo as Pillow read it, so that it can be written with the very same coefficients."""
    return opened(data)


def test_the_same_file_gives_the_same_bytes_and_what_was_made_ready_is_ready() -> None:
    for name in FILES:
        once = ready(file(name))
        assert ready(file(name)) == once
        twice = ready(once.content)
        assert (twice.width, twice.height) == (once.width, once.height)
        assert len(twice.content) <= len(once.content)


def test_a_smaller_place_gives_a_smaller_picture() -> None:
    data = saved(photo(3000, 2000))
    assert (ready(data, Place(1040, 1280)).width, ready(data).width) == (1040, 1152)
