"""From pixels to the bytes that readers fetch: JPEG or PNG, with nothing in it but the picture."""

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

QUALITY = 82  # of a JPEG: above it files grow faster than what an eye can see
_PNG_EFFORT = 7  # of 9: beyond it the time doubles for one byte in fifty
_PHOTO = 100_000  # bytes; a PNG below this stays a PNG, so that its edges stay sharp
_PHOTO_SAVES = 3  # a JPEG this many times smaller than the PNG shows that it is a photo
_JPEG_SAVES, _PNG_SAVES = 0.75, 0.95  # of its bytes; compressing a JPEG again costs quality, so it has to pay


def encoded(picture: "Image", *, photo: bool, colours: int) -> tuple[str, bytes]:
    """Return a suffix and bytes. ``photo`` says that the file was of a kind for photos; others are looked at.

    What is transparent anywhere becomes a PNG, of ``colours`` colours where the file had no more; 0 is any.
    """
    picture = _opaque(picture)
    if picture.mode in ("LA", "RGBA"):
        return ".png", _as_png(picture, colours)
    as_jpeg = _as_jpeg(picture)
    if photo:
        return ".jpg", as_jpeg
    as_png = _as_png(picture, colours)
    is_photo = len(as_png) > _PHOTO and len(as_jpeg) * _PHOTO_SAVES < len(as_png)
    return (".jpg", as_jpeg) if is_photo else (".png", as_png)


def pays(before: bytes, suffix: str, after: bytes) -> bool:
    """Say whether a file is so much smaller that readers should get it in place of the one before."""
    return len(after) < len(before) * (_JPEG_SAVES if suffix == ".jpg" else _PNG_SAVES)


def _opaque(picture: "Image") -> "Image":
    """Return a picture without its alpha where that hides nothing."""
    if picture.mode not in ("LA", "RGBA") or picture.getchannel("A").getextrema()[0] != 255:
        return picture
    return picture.convert(picture.mode[:-1])


def _as_jpeg(picture: "Image") -> bytes:
    return _saved(picture, "JPEG", quality=QUALITY, optimize=True, progressive=True)


def _as_png(picture: "Image", colours: int) -> bytes:
    if colours:
        from PIL.Image import Dither, Quantize

        picture = picture.quantize(colours, Quantize.FASTOCTREE, dither=Dither.NONE)
        return _saved(picture, "PNG", optimize=True)
    return _saved(picture, "PNG", compress_level=_PNG_EFFORT)


def _saved(picture: "Image", form: str, **options: object) -> bytes:
    picture = picture.copy()
    picture.info.clear()  # Pillow would write comments and profiles from here
    written = BytesIO()
    picture.save(written, form, **options)
    return written.getvalue()
