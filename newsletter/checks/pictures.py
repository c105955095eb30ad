"""Pictures: that they are there, fit for a mail, and say in words what they show.

What is wrong with a file is said once, where it is first shown; what a picture lacks is said in one sentence.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from newsletter.checks.registry import CheckedIssue, PictureFacts, Remark, check
from newsletter.checks.visible.scan import compiled, words
from newsletter.editorial.issue import Picture

COLUMN = 576  # pixels that a picture takes at most on a wide screen
LETTER = (
    230  # square pixels that a letter of running text takes, its share of the space between lines included
)
MOSTLY = 8  # times the room of the text: filters take such a letter for one picture, to hide its words

_WORD = r"[^\W_]+"
_FILE_NAME = re.compile(r"\S*[^\s.]\.(jpe?g|png|gif|webp|heic|avif|tiff?|svg|bmp)", re.IGNORECASE)
_CAMERA = re.compile(
    r"(img|dsc[fn]?|pxl|image|photo|pic|picture|scan)[ _-]*[0-9][0-9 _-]*"
    r"|(screen ?shot|bildschirmfoto|capture d.écran|captura de (pantalla|ecrã|tela)|schermata"
    r"|schermafbeelding|skärmavbild|skærmbillede|skjermbilde|zrzut ekranu|снимок экрана)[ _-]*([0-9].*)?"
    r"|(untitled|unnamed|unbenannt|download)( design)?([ _-]*[0-9]+)?|[0-9 _-]+"
    r"|[\w.-]*_[\w.-]*"  # words as file names have them, with no space
    r"|.*\b\d{4}-\d{2}-\d{2}\D{1,6}\d{1,2}(?P<dot>[._-])\d{2}(?P=dot)\d{2}\b.*",  # a moment, to the second
    re.IGNORECASE,
)
_SAY = "Say between the brackets what it shows: ![A prison gate at dusk](gate.jpg)."
_CREDIT = 'Put the caption in quotes after the file: ![…](gate.jpg "The gate in May. Photo: Agency").'
# What says no more than that there is a picture, and words that add nothing to it.
_PICTURE = words(
    """
    alt banner chart cover diagram figure graph graphic header hero icon illustration image img logo map photo
    photograph pic picture placeholder screenshot thumbnail
    bild foto grafik abbildung symbolbild beispielbild imagen gráfico ilustración imagem ilustração
    immagine illustrazione graphique afbeelding plaatje obraz obrazek zdjęcie obrázek fotka billede bilde kuva
    kép fénykép resim görsel fotoğraf фото фотография картинка изображение зображення εικόνα φωτογραφία
    صورة תמונה
    写真 画像 图片 圖片 照片 사진 이미지
    """
)
_AROUND = words(
    """
    a an the of this that here my our with text de la el una un une le ein eine das die der von vom o um uma
    do da di uno il lo een het van z en et
    """
)


def _is_local(picture: Picture) -> bool:
    # A single letter is a drive's: C:\\photos is a place on the editor's own machine.
    return not re.match(r"[a-z][a-z0-9+.-]+:|//", picture.src, re.IGNORECASE)


def _files(checked: CheckedIssue) -> Iterator[Picture]:
    """Yield every picture's file once, where it is first shown."""
    yield from {picture.src: picture for picture in reversed(checked.pictures)}.values()


def _usable(checked: CheckedIssue) -> Iterator[tuple[Picture, PictureFacts]]:
    for picture in _files(checked):
        facts = checked.facts.pictures.get(picture.src)
        if facts and facts.exists:
            yield picture, facts


def _has_file(checked: CheckedIssue, picture: Picture) -> bool:
    """Say whether a picture's file can be used; one on another server is taken as it is."""
    facts = checked.facts.pictures.get(picture.src)
    return bool(picture.src) and (not _is_local(picture) or bool(facts and facts.exists))


def _named(picture: Picture) -> str:
    return f"The picture “{picture.src[:80]}”" if picture.src else "The picture"


def _is_name(alt: str, picture: Picture) -> bool:
    """Say whether a text is a file's name, or a machine's number for one, rather than words."""
    if _FILE_NAME.fullmatch(alt) or _CAMERA.fullmatch(alt):
        return True
    if alt == PurePosixPath(picture.src).stem and re.search(r"[_\d]|\w-\w", alt):
        return True
    return _is_hexadecimal(alt)


def _is_hexadecimal(alt: str) -> bool:
    """Say whether a text is a UUID or the like: groups of hexadecimal digits, some of them digits."""
    joined = re.sub(r"[\s_.-]", "", alt)
    return bool(re.fullmatch(r"[0-9a-fA-F]{12,}", joined)) and any(letter.isdigit() for letter in joined)


@check("alt-missing", "error")
def alt_missing(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a picture without alt text."""
    for picture in checked.pictures:
        if not picture.alt.strip() and _has_file(checked, picture):
            lacks = "no alt text" if picture.caption else "neither alt text nor caption"
            yield Remark(
                picture.line,
                f"{_named(picture)} has {lacks}: readers who cannot see it learn nothing of it.",
                _SAY + ("" if picture.caption else f" {_CREDIT}"),
            )


@check("alt-file-name", "error")
def alt_file_name(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a file name, a UUID or a camera's number in place of alt text."""
    for picture in checked.pictures:
        alt = picture.alt.strip()
        if alt and _is_name(alt, picture):
            yield Remark(
                picture.line,
                f"The alt text “{alt[:60]}” is a file's name, which a screen reader would read out.",
                "Say what the picture shows.",
            )


@check("alt-generic", "warning")
def alt_generic(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for alt texts that only say that there is a picture."""
    for picture in checked.pictures:
        if _is_generic(picture.alt) and not _is_name(picture.alt.strip(), picture):
            yield Remark(
                picture.line,
                f"The alt text “{picture.alt}” says that there is a picture, not what it shows.",
                "Describe it as you would on the telephone.",
            )


def _is_generic(alt: str) -> bool:
    said = {word for word in compiled(_WORD).findall(alt.casefold()) if not word.isdigit()}
    return not said.isdisjoint(_PICTURE) and said <= _PICTURE | _AROUND


@check("alt-long", "notice")
def alt_long(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for alt texts too long to listen to."""
    limit = checked.facts.limits.alt_characters
    for picture in checked.pictures:
        if len(picture.alt) > limit:
            yield Remark(
                picture.line,
                f"The alt text has {len(picture.alt)} characters; up to {limit} are easy to listen to.",
                "Say what matters for the story; details may go into the text.",
            )


@check("alt-repeats", "warning")
def alt_repeats(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for alt texts that are the caption again."""
    for picture in checked.pictures:
        if picture.alt and picture.alt.casefold().strip(" .") == picture.caption.casefold().strip(" ."):
            yield Remark(
                picture.line,
                "The alt text is the caption again, so that who listens hears it twice.",
                "Let the alt text say what is to be seen, the caption what it means and whose picture it is.",
            )


@check("caption-missing", "notice")
def caption_missing(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for pictures without a caption, and so without a credit."""
    for picture in checked.pictures:
        if not picture.caption and picture.alt.strip() and _has_file(checked, picture):
            yield Remark(picture.line, f"{_named(picture)} has no caption and no credit.", _CREDIT)


@check("picture-missing", "error")
def picture_missing(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a picture whose file cannot be used."""
    for picture in checked.pictures:
        if not picture.src:
            yield Remark(picture.line, "The picture names no file.", "Write ![what it shows](file.jpg).")
    for picture in _files(checked):
        if picture.src and not _has_file(checked, picture):
            facts = checked.facts.pictures.get(picture.src) or PictureFacts(False)
            why = facts.why or "there is no such file"
            wordless = not picture.alt.strip()
            yield Remark(
                picture.line,
                f"{_named(picture)} cannot be used: {why}."
                + (" It has no alt text, either." if wordless else ""),
                (facts.hint or "Put the picture next to the issue file, or correct its name.")
                + (f" {_SAY}" if wordless else ""),
            )


@check("picture-address", "error")
def picture_address(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for picture addresses that mail programs refuse to load."""
    for picture in _files(checked):
        if picture.src and not _is_local(picture) and not picture.src.startswith("https://"):
            yield Remark(
                picture.line,
                f"{_named(picture)} is neither a file nor an https address, so no mail program shows it.",
                "Put the file next to the issue and name it, or give an https:// address.",
            )


@check("picture-remote", "notice")
def picture_remote(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for pictures on servers of others, who may change or count them."""
    for picture in _files(checked):
        if picture.src.startswith("https://"):
            yield Remark(
                picture.line,
                f"{_named(picture)} lies on another server, which may change it and sees who opens the mail.",
                "If you may, put the file next to the issue.",
            )


@check("picture-heavy", "warning")
def picture_heavy(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for pictures that are slow on a phone, even as they were made ready."""
    limit = checked.facts.limits.picture_bytes
    for picture, facts in _usable(checked):
        if facts.bytes > limit:
            yield Remark(
                picture.line,
                f"{_named(picture)} has {facts.bytes:,} bytes; over {limit:,} it is slow on a phone.",
                "Save a photo as JPEG; make an animation shorter, or a drawing of fewer colours.",
            )


@check("picture-stilled", "warning")
def picture_stilled(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for animations of a kind that few mail programs play."""
    for picture, facts in _usable(checked):
        if facts.stilled:
            yield Remark(
                picture.line,
                f"{_named(picture)} is an animation as {facts.kind}, which few mail programs play: "
                "readers get its first picture.",
                "Save it as an animated GIF of at most 2 MB, if it has to move.",
            )


@check("picture-converted", "notice")
def picture_converted(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for pictures of a kind that not every mail program shows."""
    for picture, facts in _usable(checked):
        if facts.kind not in ("", "JPEG", "PNG", "GIF") and not facts.stilled:
            yield Remark(
                picture.line,
                f"{_named(picture)} is {facts.kind} inside, which not every mail program shows: "
                f"readers get it as {facts.form}.",
                "Nothing has to be done.",
            )


@check("picture-small", "notice")
def picture_small(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for pictures that do not fill the column."""
    for picture, facts in _usable(checked):
        if facts.width < COLUMN:
            yield Remark(
                picture.line,
                f"{_named(picture)} is {facts.width} pixels wide; the column has {COLUMN}.",
                f"Use a version {2 * COLUMN} pixels wide, if there is one.",
            )


@check("picture-mostly", "warning")
def picture_mostly(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a letter that is nearly all picture: who sees none has nothing to read."""
    shown = [checked.facts.pictures.get(picture.src) for picture in checked.pictures]
    area = sum(_area(facts) for facts in shown if facts and facts.exists)
    letters = sum(len(spoken.text) for spoken in checked.spoken if not spoken.passage.plain)
    if area > MOSTLY * LETTER * letters:
        share = area / (area + LETTER * letters)
        yield Remark(
            None,
            f"Pictures take {share:.0%} of the letter: who sees none, as many do until they allow it, has "
            "next to nothing to read, and filters distrust it.",
            "Say in words what the pictures say, or show fewer of them.",
        )


def _area(facts: PictureFacts) -> int:
    """Return how many square pixels a picture takes in the column."""
    width = min(facts.width, COLUMN)
    return width * (facts.height * width // facts.width) if facts.width else 0
