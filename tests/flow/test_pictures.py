"""Pictures from the editor's folder to what readers fetch."""

import contextlib
import re
import sqlite3
import unicodedata
from pathlib import Path

import pytest
from conftest import Publication
from photos import drawing, film, header_only, opened, photo, saved, whereabouts
from strict_sendgrid import StrictSendGrid

from newsletter.config import load_settings
from newsletter.errors import Finding
from newsletter.publish import check
from newsletter.wiring import Wiring

BRIEF = """\
---
subject: A plain subject line
preheader: Something that is said after the subject, at some length.
---
# A headline

**Background:** Background of 1999.

**What’s going on now:** Now it is here.

{picture}

More of it: the gate is where it was when the town had walls, and who came by the western road had to wait
there until the keeper had finished breakfast. The walls are gone, the keeper with them; the road goes round.
Still people wait at the gate, mostly for each other, and children measure how tall they are by its hinge.
"""


def brief(publication: Publication, picture: str, *files: tuple[str, bytes]) -> None:
    """Write an issue in a folder of its own, with its pictures next to it."""
    folder = publication.root / "issues" / "it"
    folder.mkdir(exist_ok=True)
    (folder / "issue.md").write_text(BRIEF.format(picture=picture))
    for name, data in files:
        (folder / name).write_bytes(data)


def remarks(publication: Publication) -> list[tuple[str, int | None, str]]:
    """Return code, line and message of what a check says of pictures."""
    return [(finding.code, finding.line, finding.message) for finding in findings(publication)]


def findings(publication: Publication) -> list[Finding]:
    """Return what a check finds that is about pictures."""
    found = check(Wiring(load_settings(publication.root / "newsletter.toml")), "it")
    return [finding for finding in found if finding.code.startswith(("picture", "alt", "caption"))]


def shown(publication: Publication) -> list[bytes]:
    """Return the pictures that the rendered letter shows, in order."""
    ran = publication.run("render", "it", "--out", "out")
    assert ran.exit_code == 0, ran.stderr
    out = publication.root / "out"
    names = re.findall(r"pictures/([0-9a-f]{64}\.\w+)", (out / "everyone.html").read_text())
    return [(out / "pictures" / name).read_bytes() for name in names]


DISC = '![A red disc on sand]({name} "Photo: own")'


def test_a_photo_with_a_position_is_published_upright_and_without_it(publication: Publication) -> None:
    brief(publication, DISC.format(name="p.jpg"), ("p.jpg", saved(photo(1600, 1200), exif=whereabouts(6))))
    assert remarks(publication) == []
    [content] = shown(publication)
    assert opened(content).size == (960, 1280)
    assert not opened(content).getexif()


def test_a_picture_under_anothers_name_is_shown_as_what_every_program_shows(publication: Publication) -> None:
    brief(publication, DISC.format(name="p.jpg"), ("p.jpg", saved(photo(1200, 800), "WEBP")))
    [(code, line, message)] = remarks(publication)
    assert (code, line) == ("picture-converted", 11)
    assert message == (
        "The picture “p.jpg” is WebP inside, which not every mail program shows: readers get it as JPEG."
    )
    assert opened(shown(publication)[0]).format == "JPEG"


def test_a_file_that_ends_too_early_is_named_once(publication: Publication) -> None:
    brief(publication, DISC.format(name="p.jpg"), ("p.jpg", saved(photo(1200, 800))[:7569]))
    message = "The picture “p.jpg” cannot be used: the file ends too early (damaged)."
    assert remarks(publication) == [("picture-missing", 11, message)]
    refused = publication.run("render", "it", "--out", "out")
    assert refused.exit_code == 1
    assert refused.stderr.count("ends too early") == 1
    assert not (publication.root / "out").exists()


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_with_an_accent_is_found_however_it_is_composed(publication: Publication, form: str) -> None:
    on_disk = unicodedata.normalize({"NFC": "NFD", "NFD": "NFC"}[form], "Café.jpg")
    written = unicodedata.normalize(form, "Café.jpg")
    brief(publication, DISC.format(name=written), (on_disk, saved(photo(1200, 800))))
    assert remarks(publication) == []
    assert len(shown(publication)) == 1


@pytest.mark.parametrize("written", ["my clock.jpg", "My%20Clock.JPG", "<my clock.jpg>", "  my clock.jpg  "])
def test_a_name_with_spaces_is_found_with_brackets_and_without(
    publication: Publication, written: str
) -> None:
    brief(publication, DISC.format(name=written), ("My clock.jpg", saved(photo(1200, 800))))
    assert remarks(publication) == []
    assert len(shown(publication)) == 1


def test_one_picture_that_lacks_everything_is_one_finding(publication: Publication) -> None:
    brief(publication, "![](gaet.jpg)", ("gate.jpg", saved(photo(1200, 800))))
    [(code, line, message)] = remarks(publication)
    assert (code, line) == ("picture-missing", 11)
    assert (
        message == "The picture “gaet.jpg” cannot be used: there is no such file. It has no alt text, either."
    )
    assert findings(publication)[0].hint.startswith("Did you mean gate.jpg?")


@pytest.mark.parametrize("written", ["C:\\Users\\Ana\\gate.jpg", "/home/ana/gate.jpg"])
def test_a_path_of_the_editors_own_machine_is_no_web_address(publication: Publication, written: str) -> None:
    brief(publication, DISC.format(name=written), ("gate.jpg", saved(photo(1200, 800))))
    [found] = findings(publication)
    assert found.code == "picture-missing"
    assert found.hint.startswith("Did you mean gate.jpg?")


def test_a_picture_without_words_is_one_finding(publication: Publication) -> None:
    brief(publication, "![](gate.jpg)", ("gate.jpg", saved(photo(1200, 800))))
    [(code, _line, message)] = remarks(publication)
    assert code == "alt-missing"
    assert "neither alt text nor caption" in message


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "picture-missing"),
        (saved(drawing(40, 30), "PNG"), "picture-small"),
        (saved(photo(1200, 800), "AVIF"), "picture-converted"),
        (film("WEBP", 3, 600), "picture-stilled"),
        (header_only(50_000, 50_000), "picture-missing"),
    ],
    ids=["empty", "small", "AVIF", "animation", "bomb"],
)
def test_a_file_shown_twice_is_spoken_of_once(publication: Publication, data: bytes, code: str) -> None:
    picture = DISC.format(name="p.jpg")
    brief(publication, f"{picture}\n\n{picture}", ("p.jpg", data))
    assert [(found, line) for found, line, _message in remarks(publication)] == [(code, 11)]


def test_a_picture_in_the_card_is_made_for_the_card(publication: Publication) -> None:
    folder = publication.root / "issues" / "it"
    folder.mkdir()
    (folder / "p.jpg").write_bytes(saved(photo(1600, 900)))
    text = BRIEF.format(picture="And on.").replace("1999.", f"1999.\n\n{DISC.format(name='p.jpg')}\n\nMore.")
    (folder / "issue.md").write_text(text)
    assert [opened(content).width for content in shown(publication)] == [1040]
    (folder / "issue.md").write_text(on_the_page(text))
    assert [opened(content).width for content in shown(publication)] == [1152, 1152]


def on_the_page(text: str) -> str:
    """Return a brief with a picture before its first section."""
    return text.replace("# A headline", f"# A headline\n\nIt begins.\n\n{DISC.format(name='p.jpg')}")


def test_a_theme_says_how_large_a_picture_is_made(publication: Publication) -> None:
    theme = publication.root / "templates" / "small"
    theme.mkdir(parents=True)
    (theme / "theme.toml").write_text("[layout]\npage_picture = 300\n")
    settings = publication.root / "newsletter.toml"
    settings.write_text(settings.read_text().replace("[publication]", '[publication]\ntheme = "small"'))
    brief(publication, "And on.", ("p.jpg", saved(photo(1600, 900))))
    issue = publication.root / "issues" / "it" / "issue.md"
    issue.write_text(on_the_page(issue.read_text()))
    assert [opened(content).width for content in shown(publication)] == [600]


def test_a_theme_that_cannot_be_read_is_named_as_before(publication: Publication) -> None:
    theme = publication.root / "templates" / "broken"
    theme.mkdir(parents=True)
    (theme / "theme.toml").write_text("[layout\n")
    settings = publication.root / "newsletter.toml"
    settings.write_text(settings.read_text().replace("[publication]", '[publication]\ntheme = "broken"'))
    brief(publication, DISC.format(name="p.jpg"), ("p.jpg", saved(photo(1600, 900))))
    found = check(Wiring(load_settings(settings)), "it")
    assert [finding.code for finding in found if finding.severity == "error"] == ["render-refused"]


def test_two_renders_are_the_same_and_the_second_decodes_nothing(publication: Publication) -> None:
    brief(publication, DISC.format(name="p.jpg"), ("p.jpg", saved(photo(1600, 1200))))
    first = shown(publication)
    kept = publication.root / ".newsletter-cache" / "pictures"
    written = {path.name: path.stat().st_mtime_ns for path in kept.iterdir()}
    assert shown(publication) == first
    assert {path.name: path.stat().st_mtime_ns for path in kept.iterdir()} == written
    for path in kept.iterdir():
        path.unlink()
    assert shown(publication) == first


def test_readers_fetch_what_was_made_ready(publication: Publication) -> None:
    brief(publication, DISC.format(name="p.jpg"), ("p.jpg", saved(photo(1600, 1200), exif=whereabouts(6))))
    [content] = shown(publication)
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        publication.subscribe(1)
        ran = publication.run("send", "it", "--yes", "--json")
    assert ran.exit_code == 0, ran.stderr
    stored = _stored_pictures(publication.root / "newsletter.db")
    assert stored == [("image/jpeg", content)]


def _stored_pictures(database: Path) -> list[tuple[str, bytes]]:
    import sqlite3

    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT media_type, content FROM picture").fetchall()
    connection.close()
    return rows


def test_a_changed_picture_stops_a_resume_though_readers_would_get_the_same(publication: Publication) -> None:
    data = saved(photo(), quality=70)
    brief(publication, DISC.format(name="p.jpg"), ("p.jpg", data))
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        publication.subscribe(1)
        assert publication.run("send", "it", "--yes", "--json").exit_code == 0
        assert publication.run("send", "it", "--yes", "--json").exit_code == 0
        (publication.root / "issues" / "it" / "p.jpg").write_bytes(data + b"behind its end")
        again = publication.run("send", "it", "--yes", "--json")
    assert again.exit_code == 1
    assert "was changed after sending began" in again.stderr


@pytest.mark.slow
def test_the_readers_of_a_test_get_its_pictures_too(publication: Publication) -> None:
    publication.settings(provider="sandbox")
    brief(publication, DISC.format(name="p.jpg"), ("p.jpg", saved(photo(1600, 1200))))
    (picture,) = shown(publication)
    ran = publication.run("send", "it", "--test", "desk@example.org")
    assert ran.exit_code == 0, ran.stderr
    with contextlib.closing(sqlite3.connect(publication.root / "newsletter.db")) as database:
        assert database.execute("SELECT content FROM picture").fetchall() == [(picture,)]
