"""A picture made ready: turned upright, in sRGB, no larger than its place, and without metadata."""

from typing import TYPE_CHECKING

from newsletter.pictures.anatomy import Anatomy, anatomy
from newsletter.pictures.kinds import READ, SHOWN, kind_of, refusal_of
from newsletter.pictures.values import ENDS_EARLY, Place, Ready, Refusal, RefusedError

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

MAX_MOVING = 2_000_000  # bytes of an animation

_SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "GIF": ".gif"}
_COLOURS = {
    "1": 16,
    "P": 256,
    "PA": 256,
}  # that a PNG made of such a picture has: a resize makes shades of two
_LEAST = 64  # pixels on the page; with fewer there is nothing to be seen
_ZEROS = bytes(16)


def make_ready(data: bytes, place: Place) -> Ready | Refusal:
    """Return a picture as readers fetch it, or why its file cannot be shown; never raises for its bytes.

    The same bytes give the same picture on one machine.
    """
    kind = kind_of(data)
    if kind not in READ:
        return refusal_of(kind)
    try:
        return _made(kind, data, place)
    except RefusedError as error:
        return error.refusal


def _made(kind: str, data: bytes, place: Place) -> Ready:
    from newsletter.pictures.decode import as_refusals, read_header, turn_of

    built = anatomy(kind, data)
    with as_refusals(built):
        picture = read_header(kind, built)
        frames = max(built.frames, int(getattr(picture, "n_frames", 1)) if kind == "AVIF" else 1)
        if kind == "GIF" and frames > 1:
            return _moving(picture, built)
        turn = 1 if kind == "TIFF" else turn_of(picture)  # Pillow itself turns a TIFF
        size = _turned(picture.size, turn)
        fitting = fitted(size, place)
        _insist_visible(size, place)
        _insist_end(kind, data, built)
        suffix, content = _content(kind, picture, built, turn, _turned(fitting, turn))
    return Ready(suffix, content, *fitting, kind, *size, stilled=frames > 1)


def fitted(size: tuple[int, int], place: Place) -> tuple[int, int]:
    """Return a size no larger than a place, of the same shape."""
    scale = min(1.0, place.width / size[0], place.height / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _turned(size: tuple[int, int], turn: int) -> tuple[int, int]:
    return (size[1], size[0]) if turn >= 5 else size


def _content(
    kind: str, picture: "ImageFile", built: Anatomy, turn: int, size: tuple[int, int]
) -> tuple[str, bytes]:
    """Return suffix and bytes: the file's own without its metadata where nothing else is wrong with it."""
    from newsletter.pictures.colour import has_own_colours, in_srgb
    from newsletter.pictures.decode import plain
    from newsletter.pictures.encode import encoded, pays

    usual = kind in SHOWN and built.usual and turn == 1 and size == picture.size
    usual = usual and picture.mode not in ("CMYK", "YCCK", "LAB") and not has_own_colours(picture)
    pixels = _pixels(picture, size)
    if usual and kind == "GIF":
        return ".gif", built.bare
    colours = _COLOURS.get(picture.mode, 0)
    fitting = _upright(in_srgb(_resized(plain(pixels), size)), turn)
    found, content = encoded(fitting, photo=built.lossy, colours=colours)
    if usual and not pays(built.bare, found, content):
        return _SUFFIXES[kind], built.bare
    return found, content


def _pixels(picture: "ImageFile", size: tuple[int, int]) -> "Image":
    """Decode a picture; a JPEG much larger than wanted is not decoded at its full size."""
    if picture.size != size:
        picture.draft(None, (2 * size[0], 2 * size[1]))
    picture.load()
    return picture


def _resized(picture: "Image", size: tuple[int, int]) -> "Image":
    from PIL.Image import Resampling

    return picture if picture.size == size else picture.resize(size, Resampling.LANCZOS, reducing_gap=3)


def _upright(picture: "Image", turn: int) -> "Image":
    from PIL.Image import Transpose

    ways = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return picture.transpose(ways[turn]) if turn in ways else picture


def _moving(picture: "ImageFile", built: Anatomy) -> Ready:
    """Return an animated GIF as it is: only its comments and the like are gone."""
    if not built.whole:
        raise RefusedError(*ENDS_EARLY)
    if len(built.bare) > MAX_MOVING:
        raise RefusedError(
            f"it is an animation of {len(built.bare) / 1e6:.1f} MB; at most {MAX_MOVING / 1e6:.0f} MB go out",
            "Make it shorter or smaller, or put a still here and link it to the film.",
        )
    picture.load()
    return Ready(".gif", built.bare, *picture.size, "GIF", *picture.size)


def _insist_visible(size: tuple[int, int], place: Place) -> None:
    width, height = size
    scale = min(1.0, place.width / 2 / width, place.height / 2 / height)
    if width * height * scale * scale < _LEAST or min(size) * scale < 1:
        raise RefusedError(
            f"it is {width:,} × {height:,} pixels: nobody would see anything of it",
            "Is it the right file? Name the picture that readers should see.",
        )


def _insist_end(kind: str, data: bytes, built: Anatomy) -> None:
    """Refuse a JPEG that a broken copy filled with zeros, which decoders paint grey."""
    if kind == "JPEG" and not built.whole and data.endswith(_ZEROS):
        raise RefusedError(*ENDS_EARLY)
