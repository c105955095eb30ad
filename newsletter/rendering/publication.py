"""What a render needs besides the issue: whose letter it is, its pictures, where templates come from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Direction = Literal["ltr", "rtl"]

#: Name to source, ``default/issue.mjml.j2`` to its text; None when there is no such template.
#: Hand in the same object for every render: what was compiled from it is kept.
Templates = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """Where a picture can be fetched, and its size in pixels."""

    url: str
    width: int
    height: int

    def within(self, width: int, height: int) -> tuple[int, int]:
        """Return the size at which it fits into so many pixels, as large as it goes but never enlarged."""
        shrink = max(1, self.width / width, self.height / height)
        return max(1, round(self.width / shrink)), max(1, round(self.height / shrink))


@dataclass(frozen=True, slots=True)
class Publication:
    """The named newsletter, as its readers meet it. ``language`` is a BCP 47 tag.

    ``wordmark`` is its name as a picture, ``wordmark_dark`` the one for a dark page; None shows the name.
    """

    name: str
    postal_address: str = ""
    site_url: str = ""
    language: str = "en"
    theme: str = "default"
    wordmark: PictureInfo | None = None
    wordmark_dark: PictureInfo | None = None


_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi"})


def direction(language: str) -> Direction:
    """Return ``rtl`` or ``ltr`` for a BCP 47 tag, a script subtag before all (``az-Arab``)."""
    subtags = language.lower().replace("_", "-").split("-")
    scripts = [tag for tag in subtags[1:] if len(tag) == 4 and tag.isalpha()]
    if scripts:
        return "rtl" if scripts[0] in {"arab", "hebr", "syrc", "thaa"} else "ltr"
    return "rtl" if subtags[0] in _RIGHT_TO_LEFT else "ltr"
