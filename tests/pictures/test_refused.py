"""A file that cannot be shown is refused with its cause, whatever it is called, before it costs anything."""

import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from photos import (
    PLACE,
    chunk,
    drawing,
    film,
    header_only,
    opened,
    photo,
    ready,
    refused,
    saved,
    with_segment,
)
from PIL import Image

from newsletter.pictures import Ready, Refusal
from newsletter.pictures.ready import make_ready

pytestmark = pytest.mark.slow

EARLY = "the file ends too early (damaged)"
BOMB = "it claims more than 50 million pixels"


def box(kind: bytes, *brands: bytes) -> bytes:
    """Return the first box of a file of the HEIF family."""
    body = brands[0] + bytes(4) + b"".join(brands[1:])
    return struct.pack(">I", len(body) + 8) + kind + body


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (bytes(4096), "empty"),
        (b"A shopping list: eggs, milk\n", "text"),
        ("Прывітанне\n".encode(), "text"),
        (b"<!DOCTYPE html>\n<html><head><title>403", "web page"),
        (b"\xef\xbb\xbf\n  <html lang=en>", "web page"),
        (b'<?xml version="1.0"?>\n<!-- drawn by hand -->\n<svg xmlns="http://www.w3.org/2000/svg">', "SVG"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (box(b"ftyp", b"heic", b"mif1", b"heic"), "HEIC"),
        (box(b"ftyp", b"mif1", b"mif1", b"heic"), "HEIC"),
        (box(b"ftyp", b"msf1", b"hevc"), "HEIC"),
        (box(b"ftyp", b"crx ", b"crx ", b"isom"), "raw file"),
        (box(b"ftyp", b"qt  "), "film"),
        (box(b"ftyp", b"isom", b"mp42"), "film"),
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00" + bytes(100), "raw file"),
        (b"FUJIFILMCCD-RAW 0201" + bytes(100), "raw file"),
        (b"8BPS\x00\x01" + bytes(100), "Photoshop"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(100), "JPEG 2000"),
        (b"\xff\x0a" + bytes(100), "JPEG XL"),
        (b"PK\x03\x04" + bytes(100), "archive"),
        (b"\x00\x00\x01\x00\x01\x00" + bytes(100), "icon"),
        (b"\x7fELF" + bytes(range(256)), "no picture of a known kind"),
    ],
)
def test_what_is_no_picture_for_mail_is_called_by_its_name(data: bytes, words: str) -> None:
    assert words in refused(data)


WHOLE: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: saved(photo()),
    "a progressive JPEG": lambda: saved(photo(), progressive=True),
    "a grey JPEG": lambda: saved(photo(mode="L")),
    "PNG": lambda: saved(photo(), "PNG"),
    "GIF": lambda: saved(photo(), "GIF"),
    "an animated GIF": lambda: film("GIF", 6, 200),
    "WebP": lambda: saved(photo(), "WEBP"),
    "lossless WebP": lambda: saved(photo(), "WEBP", lossless=True),
    "an animated WebP": lambda: film("WEBP", 6, 200),
    "an animated PNG": lambda: film("PNG", 1, 200),
    "AVIF": lambda: saved(photo(), "AVIF"),
    "TIFF": lambda: saved(photo(), "TIFF"),
    "a packed TIFF": lambda: saved(photo(), "TIFF", compression="tiff_lzw"),
    "BMP": lambda: saved(photo(), "BMP"),
}


@pytest.mark.parametrize("name", WHOLE, ids=lambda name: name.replace(" ", "-"))
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_file_that_ends_too_early_says_so(name: str, part: float) -> None:
    data = WHOLE[name]()
    ready(data)
    why = refused(data[: int(len(data) * part)])
    # A packed TIFF has its table of contents at the end: what is left of it says less.
    assert why == EARLY or (name == "a packed TIFF" and "damaged" in why)


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_photo_filled_up_with_zeros_by_a_broken_copy_ends_too_early(part: float) -> None:
    data = saved(photo())
    half = data[: int(len(data) * part)] + bytes(200_000)
    assert opened(half).size == (600, 400)  # a decoder sees no fault in it, and paints the rest grey
    assert refused(half) == EARLY
    assert refused(half[: len(data)]) == EARLY


def test_a_picture_that_lacks_nothing_but_its_end_mark_is_a_picture() -> None:
    assert opened(ready(saved(drawing(), "PNG")[:-12]).content).size == (600, 400)
    assert opened(ready(saved(drawing(mode="P"), "GIF")[:-1]).content).size == (600, 400)


def test_bytes_that_changed_on_the_way_are_refused_as_damaged() -> None:
    data = saved(drawing(), "PNG")
    for at in range(data.find(b"IDAT") + 20, len(data) - 20, 97):
        spoiled = bytearray(data)
        spoiled[at] ^= 0xFF
        assert "damaged" in refused(bytes(spoiled))


BOMBS: dict[str, Callable[[], bytes]] = {
    "a PNG": lambda: header_only(50_000, 50_000),
    "a PNG of the largest size there is": lambda: header_only(2**31 - 1, 2**31 - 1),
    "a PNG just above": lambda: header_only(10_000, 5_001),
    "a real one": lambda: saved(Image.new("1", (10_000, 5_100)), "PNG"),
    "a JPEG": lambda: _resized(saved(Image.new("L", (8, 8))), b"\xff\xc0", 5),
    "a GIF": lambda: b"GIF89a" + struct.pack("<HHBBB", 60_000, 60_000, 0, 0, 0) + saved(
        Image.new("P", (9, 9)), "GIF"
    )[13:],
    "a BMP": lambda: saved(Image.new("L", (9, 9)), "BMP").replace(
        struct.pack("<II", 9, 9), struct.pack("<II", 60_000, 60_000), 1
    ),
    "a WebP": lambda: b"RIFF\x1e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\xfe\x3f\x00\xfe\x3f\x00"
    + bytes(8),
    "a lossless WebP": lambda: b"RIFF\x1e\x00\x00\x00WEBPVP8L\x0a\x00\x00\x00\x2f\xff\xff\xff\x0f" + bytes(9),
}  # fmt: skip


def _resized(jpeg: bytes, frame: bytes, offset: int) -> bytes:
    """Return a JPEG whose header claims 60,000 pixels either way."""
    at = jpeg.index(frame) + offset
    return jpeg[:at] + struct.pack(">HH", 60_000, 60_000) + jpeg[at + 4 :]


@pytest.mark.parametrize("name", BOMBS, ids=lambda name: name.replace(" ", "-"))
def test_a_picture_that_claims_too_many_pixels_is_refused_before_any_is_decoded(name: str) -> None:
    data = BOMBS[name]()
    refused(b"")  # what is imported once is no part of it
    tracemalloc.start()
    begun = time.thread_time()
    try:
        assert refused(data) == BOMB
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert time.thread_time() - begun < 2


def test_a_photo_of_a_phone_with_many_pixels_is_none_too_many() -> None:
    assert ready(saved(Image.new("L", (8160, 6120)), "JPEG")).width == 1152


def test_a_jpeg_drawn_in_a_thousand_passes_is_refused_before_it_is_decoded() -> None:
    data = saved(photo(), progressive=True)
    scan = data.index(b"\xff\xda", data.index(b"\xff\xc2"))
    following = data.index(b"\xff\xc4", scan + 2)
    assert "passes" in refused(data[:following] + data[scan:following] * 1000 + data[following:])


def test_a_text_that_unpacks_to_megabytes_costs_nothing() -> None:
    data = saved(drawing(), "PNG")
    text = b"Comment\x00\x00" + zlib.compress(bytes(50_000_000))
    made = make_ready(data[:33] + chunk(b"zTXt", text) + data[33:], PLACE)
    assert isinstance(made, Ready)


@pytest.mark.parametrize(
    ("size", "seen"),
    [
        ((1, 1), False),
        ((3, 3), False),
        ((7, 7), False),
        ((8, 8), True),
        ((30_000, 2), False),
        ((2, 30_000), False),
        ((1200, 4), True),
        ((2, 400), True),
        ((1, 400), True),
        ((5000, 10), True),
    ],
)
def test_a_picture_of_which_nothing_would_be_seen_is_refused(size: tuple[int, int], seen: bool) -> None:
    made = make_ready(saved(Image.new("RGB", size, "red"), "PNG"), PLACE)
    assert isinstance(made, Ready) is seen
    if isinstance(made, Refusal):
        assert f"{size[0]:,} × {size[1]:,}" in made.why


def test_an_animation_over_a_size_is_refused_and_says_its_size() -> None:
    data = film("GIF", 3, 200, duration=80)
    frames = data[data.index(b"!\xf9\x04") : -1]
    data = data[:-1] + frames * (8_000_000 // len(frames)) + b";"
    assert len(data) > 7_500_000
    assert f"animation of {len(data) / 1e6:.1f} MB" in refused(data)


def test_a_cameras_raw_file_is_known_though_it_is_a_tiff() -> None:
    thumbnail = saved(photo(160, 120), "TIFF", tiffinfo={254: 1})
    assert "raw file" in refused(thumbnail)
    assert "raw file" in refused(saved(photo(160, 120), "TIFF", tiffinfo={50706: b"\x01\x04\x00\x00"}))


def test_numbers_that_no_screen_shows_are_refused() -> None:
    for mode in ("F", "I"):
        assert "colours" in refused(saved(Image.new(mode, (50, 50)), "TIFF"))


_SEEDS = [
    saved(drawing(40, 30), "PNG"),
    saved(photo(40, 30), quality=70),
    saved(photo(40, 30), progressive=True),
    saved(drawing(40, 30, "P"), "GIF"),
    film("GIF", 3, 20),
    film("PNG", 3, 20),
    saved(photo(40, 30), "WEBP"),
    film("WEBP", 3, 20),
    saved(photo(40, 30), "AVIF"),
    saved(drawing(40, 30), "TIFF"),
    saved(drawing(40, 30), "TIFF", compression="tiff_lzw"),
    saved(drawing(40, 30), "BMP"),
    with_segment(saved(photo(40, 30)), 0xE2, b"ICC_PROFILE\x00\x01\x01" + bytes(300)),
    box(b"ftyp", b"avif"),
]


@st.composite
def _spoiled(draw: st.DrawFn) -> bytes:
    """Return a picture with some bytes changed, taken out, put in, or cut off."""
    data = bytearray(draw(st.sampled_from(_SEEDS)))
    for _change in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 4))] = draw(st.binary(max_size=4))
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


@given(_spoiled() | st.binary(max_size=300) | st.sampled_from(_SEEDS).flatmap(
    lambda seed: st.binary(max_size=200).map(lambda rest: seed[:16] + rest)
))  # fmt: skip
def test_any_bytes_become_a_sound_picture_or_a_refusal(data: bytes) -> None:
    made = make_ready(data, PLACE)
    if isinstance(made, Refusal):
        assert made.why
        assert made.hint
        return
    found = opened(made.content)
    assert found.format in ("JPEG", "PNG", "GIF")
    assert found.size == (made.width, made.height)
    assert made.width <= PLACE.width or made.suffix == ".gif"
