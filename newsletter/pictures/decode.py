"""From a file's bytes to pixels, with a bound on their number before any is decoded."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from newsletter.pictures.anatomy import Anatomy
from newsletter.pictures.values import AGAIN, ENDS_EARLY, RefusedError

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

MAX_PIXELS = 50_000_000  # what a phone's camera takes at most; four bytes each while it is decoded
MAX_SCANS = 100  # of a progressive JPEG: usual are ten, and each one passes over all pixels

_EXPORT = "Export it as an ordinary JPEG or PNG file."
_ORIENTATION = 0x0112  # EXIF 2.32, 4.6.4 A
_REDUCED, _DNG, _TILE_WIDTH, _TILE_HEIGHT = 254, 50706, 322, 323  # TIFF 6.0 and DNG 1.6: tags of a page
_FORMATS = {"JPEG": "JPEG", "PNG": "PNG", "GIF": "GIF", "WebP": "WEBP", "AVIF": "AVIF", "TIFF": "TIFF"}
_BROKEN_OFF = ("truncat", "end of file", "eof", "not enough", "ended")  # in decoders' messages


@contextmanager
def as_refusals(anatomy: Anatomy) -> Iterator[None]:
    """Turn whatever a decoder raises into a refusal."""
    from PIL.Image import DecompressionBombError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd metadata, which nobody sees
            yield
    except RefusedError:
        raise
    except DecompressionBombError as error:
        raise _too_many() from error
    except Exception as error:
        raise _damaged(anatomy, str(error)) from error


def _damaged(anatomy: Anatomy, reason: str) -> RefusedError:
    if not anatomy.whole or any(words in reason.lower() for words in _BROKEN_OFF):
        return RefusedError(*ENDS_EARLY)
    return _unreadable()


def _unreadable() -> RefusedError:
    return RefusedError("it is damaged, or of a kind that cannot be read", AGAIN)


def _too_many() -> RefusedError:
    return RefusedError(
        f"it claims more than {MAX_PIXELS // 1_000_000} million pixels",
        "Save it 1,152 pixels wide: twice what the letter shows.",
    )


def read_header(kind: str, anatomy: Anatomy) -> "ImageFile":
    """Return a picture of which only the header was read. Raises RefusedError."""
    from PIL.Image import open as read  # it opens no file: it reads bytes

    if not anatomy.sound:
        raise _unreadable()
    if anatomy.scans > MAX_SCANS:
        raise RefusedError(f"it is drawn in more than {MAX_SCANS} passes", _EXPORT)
    picture = read(BytesIO(anatomy.read), formats=[_FORMATS.get(kind, kind)])
    _bound(*picture.size)
    if kind == "TIFF":
        _look_at_tags(picture)
    return picture


def _bound(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _too_many()


def _look_at_tags(picture: "ImageFile") -> None:
    """Refuse a camera's raw file, whose first page is a thumbnail, and tiles larger than any picture."""
    from newsletter.pictures.kinds import refusal_of

    tags = picture.getexif()
    if tags.get(_DNG) or int(tags.get(_REDUCED) or 0) & 1:
        raw = refusal_of("raw")
        raise RefusedError(raw.why, raw.hint)
    _bound(int(tags.get(_TILE_WIDTH) or 0), int(tags.get(_TILE_HEIGHT) or 0))


def turn_of(picture: "Image") -> int:
    """Return how the camera was held, 1 to 8; 1 is upright."""
    try:
        found = picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001  broken metadata fails in any way, and the photo is a photo all the same
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def plain(picture: "Image") -> "Image":
    """Return a picture in grey, RGB, either with alpha, CMYK or LAB, eight bits each. Raises RefusedError."""
    mode = picture.mode
    if mode.startswith("I;16"):
        return picture.point(lambda value: value / 256).convert("L")  # convert alone would cut off at 255
    if mode in ("P", "PA"):
        return picture.convert("RGBA" if mode == "PA" or "transparency" in picture.info else "RGB")
    if mode in ("1", "L", "RGB") and "transparency" in picture.info:
        return picture.convert("RGBA")
    wanted = {"1": "L", "La": "LA", "RGBa": "RGBA", "RGBX": "RGB", "YCbCr": "RGB", "HSV": "RGB"}.get(
        mode, mode
    )
    if wanted not in ("L", "LA", "RGB", "RGBA", "CMYK", "LAB"):
        raise RefusedError("its colours are numbers that no screen shows", _EXPORT)
    return picture if wanted == mode else picture.convert(wanted)
