"""What a render needs beside the issue: whose letter it is, its pictures, where templates come from."""

from collections.abc import Callable
from dataclasses import dataclass

#: Name to source, ``default/issue.mjml.j2`` to its text; None when there is no such template.
#: Hand in the same object for every render: what was compiled from it is kept.
Templates = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Publication:
    """The named newsletter, as its readers meet it. ``language`` is a BCP 47 tag."""

    name: str
    postal_address: str = ""
    site_url: str = ""
    language: str = "en"
    theme: str = "default"


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """Where a picture can be fetched, and its size in pixels."""

    url: str
    width: int
    height: int


_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi"})


def direction(language: str) -> str:
    """Return ``rtl`` or ``ltr`` for a BCP 47 tag, a script subtag before all (``az-Arab``)."""
    subtags = language.lower().replace("_", "-").split("-")
    scripts = [tag for tag in subtags[1:] if len(tag) == 4 and tag.isalpha()]
    if scripts:
        return "rtl" if scripts[0] in {"arab", "hebr", "syrc", "thaa"} else "ltr"
    return "rtl" if subtags[0] in _RIGHT_TO_LEFT else "ltr"
