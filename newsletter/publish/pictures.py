"""Pictures as a draft needs them: found in a folder by their names, made ready for their places."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from newsletter.editorial import Issue
from newsletter.errors import RenderError, SettingsError
from newsletter.files.pictures import FoundFile, PictureFile, PictureFolder
from newsletter.paths import SETTINGS_FILE
from newsletter.pictures import Place, Refusal
from newsletter.wiring import Wiring

_SECTION = "[publication] "
WORDMARK, WORDMARK_DARK = f"{_SECTION}wordmark", f"{_SECTION}wordmark_dark"  # no brief names a picture so

_ANY_PLACE = Place(1152, 1280)


@dataclass(frozen=True, slots=True)
class Pictures:
    """What became of each picture, by the name it was asked for.

    ``files`` has the digest of every file that was read, ``ready`` what readers get, ``refused`` why they
    get nothing.
    """

    files: Mapping[str, str]
    ready: Mapping[str, PictureFile]
    refused: Mapping[str, Refusal]


def pictures_in(wiring: Wiring, folder: Path, places: Mapping[str, Place]) -> Pictures:
    """Return the pictures that lie in a folder under some names, each made ready for its place."""
    lookup = PictureFolder(folder)
    found = {source: lookup.find(source) for source in places}
    files = {source: file for source, file in found.items() if isinstance(file, FoundFile)}
    made = {source: wiring.pictures.ready(file, places[source]) for source, file in files.items()}
    return Pictures(
        {source: file.digest for source, file in files.items()},
        {source: picture for source, picture in made.items() if isinstance(picture, PictureFile)},
        {source: why for source, why in {**found, **made}.items() if isinstance(why, Refusal)},
    )


def wordmarks(wiring: Wiring) -> Pictures:
    """Return the publication's name as pictures, by setting. Raises SettingsError for one nobody can see."""
    own = wiring.settings.publication
    sources = {WORDMARK: own.wordmark, WORDMARK_DARK: own.wordmark_dark}
    found = pictures_in(
        wiring, wiring.settings.root, dict.fromkeys(filter(None, sources.values()), _ANY_PLACE)
    )
    for setting, source in sources.items():
        if source in found.refused:
            refusal = found.refused[source]
            raise SettingsError(
                f"The {setting} “{source}” cannot be used: {refusal.why}.",
                file=SETTINGS_FILE,
                hint="Put the picture next to newsletter.toml, or correct its name there.",
            )
    given = {setting: source for setting, source in sources.items() if source}
    return Pictures(
        {setting: found.files[source] for setting, source in given.items()},
        {setting: found.ready[source] for setting, source in given.items()},
        {},
    )


def places_of(wiring: Wiring, issue: Issue) -> Mapping[str, Place]:
    """Return the place of each picture that is a file, by its ``src``."""
    sources = [picture.src for picture in issue.pictures if picture.src and not is_remote(picture.src)]
    if not sources:
        return {}
    from newsletter.rendering.render import picture_places

    try:
        places = picture_places(issue, wiring.templates, wiring.settings.publication.theme)
    except RenderError:
        places = {}  # the render that follows says what is wrong with the theme
    return {source: places.get(source, _ANY_PLACE) for source in sources}


def is_remote(source: str) -> bool:
    """Say whether a picture lies on another server."""
    return source.startswith(("https://", "http://"))
