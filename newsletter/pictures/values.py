"""What a picture is asked to fit, and what became of it."""

from dataclasses import dataclass

# Of the pictures that readers fetch, by their names' suffixes.
MEDIA_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif"}

RECIPE = 1  # counts up whenever the same file would be made ready differently


@dataclass(frozen=True, slots=True)
class Place:
    """The most pixels that readers fetch: twice what the letter shows, for sharp screens."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Ready:
    """A picture as readers fetch it.

    ``width`` and ``height`` are of ``content``; ``file_width`` and ``file_height`` are of the editor's file,
    turned the way it is shown. ``kind`` is what the file holds, such as WebP; ``stilled`` says that it is
    an animation and this picture is not.
    """

    suffix: str
    content: bytes
    width: int
    height: int
    kind: str
    file_width: int
    file_height: int
    stilled: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file cannot be shown, as the end of a sentence, and what an editor can do about it."""

    why: str
    hint: str


AGAIN = "Copy or export it again from where it came from."
ENDS_EARLY = ("the file ends too early (damaged)", AGAIN)


class RefusedError(Exception):
    """Carry a refusal out of the middle of a decoder's work."""

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why)
        self.refusal = Refusal(why, hint)
