"""The rendered mail as files: it opens by itself, and a render never costs anybody else's file."""

import json
import os
import re
import struct
import zlib
from pathlib import Path

import pytest
from conftest import BRIEF, Publication

ALT = "![A steel cylinder under three jars](cylinder.png)"


def png(shade: int) -> bytes:
    """Return a sound picture of 640 by 360 pixels, in one shade of grey."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([shade]) * 640 for _ in range(360))
    head = struct.pack(">IIBBBBB", 640, 360, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.fixture
def pictured(publication: Publication) -> Publication:
    """A publication whose issue has a picture, a merge field and a link to leave by."""
    publication.brief("first", BRIEF + f"\n{ALT}\n")
    (publication.root / "issues" / "cylinder.png").write_bytes(png(90))
    return publication


def out(publication: Publication) -> Path:
    return publication.root / "out"


def files(publication: Publication) -> set[str]:
    return {str(path.relative_to(out(publication))) for path in out(publication).rglob("*") if path.is_file()}


def render(publication: Publication, *words: str) -> str:
    ran = publication.run("render", "first", "--out", "out", *words)
    assert ran.exit_code == 0, ran.stderr
    return (out(publication) / "everyone.html").read_text()


def test_the_html_has_its_pictures_next_to_it_and_a_sample_readers_values_in_it(
    pictured: Publication,
) -> None:
    html = render(pictured)

    (source,) = re.findall(r'<img[^>]* src="([^"]+)"', html)
    assert (out(pictured) / source).is_file()
    assert "Hello Ana." in html
    assert "-nl." not in html + (out(pictured) / "everyone.txt").read_text()
    assert "Hello Ana." in (out(pictured) / "everyone.txt").read_text()


def test_a_subscribers_own_values_are_filled_in_when_asked_for(pictured: Publication) -> None:
    pictured.run("subscribers", "add", "zoe@example.org", "--list", "readers", "--name", "Zoë Lund")

    assert "Hello Zoë." in render(pictured, "--reader", "zoe@example.org")


@pytest.mark.parametrize("known", [True, False], ids=["a database", "no database"])
def test_a_reader_nobody_knows_is_an_error(pictured: Publication, known: bool) -> None:
    if known:
        pictured.run("subscribers", "add", "zoe@example.org", "--list", "readers")
    ran = pictured.run("render", "first", "--out", "out", "--reader", "nobody@example.org")

    assert ran.exit_code == 1
    assert "nobody@example.org" in ran.stderr
    assert not out(pictured).exists()


def test_raw_leaves_tags_and_addresses_as_they_are_sent(pictured: Publication) -> None:
    html = render(pictured, "--raw")

    assert "-nl.1.h-" in html
    assert "https://news.example.org/u/-nl.U-" in html
    assert 'src="https://news.example.org/pictures/' in html
    assert (
        pictured.run("render", "first", "--out", "out", "--raw", "--reader", "a@example.org").exit_code == 2
    )


def test_rendering_again_replaces_what_a_render_wrote_and_leaves_no_stale_picture(
    pictured: Publication,
) -> None:
    render(pictured)
    before = files(pictured)
    (pictured.root / "issues" / "cylinder.png").write_bytes(png(200))
    render(pictured)
    other = files(pictured)
    pictured.brief("first")
    render(pictured)

    assert len(before) == len(other) == 5
    assert before != other
    assert files(pictured) == {"everyone.html", "everyone.txt", "everyone.mjml", "message.json"}
    assert not (out(pictured) / "pictures").exists()


@pytest.mark.parametrize("name", ["everyone.html", "everyone.txt", "message.json"])
def test_a_file_that_no_render_wrote_stays_unless_forced(pictured: Publication, name: str) -> None:
    out(pictured).mkdir()
    (out(pictured) / name).write_text("mine")
    ran = pictured.run("render", "first", "--out", "out")

    assert ran.exit_code == 1
    assert name in ran.stderr
    assert "--force" in ran.stderr
    assert files(pictured) == {name}
    assert (out(pictured) / name).read_text() == "mine"
    render(pictured, "--force")
    assert (out(pictured) / name).read_text() != "mine"


def test_a_render_that_was_edited_since_stays_unless_forced(pictured: Publication) -> None:
    page = out(pictured) / "everyone.html"
    render(pictured)
    page.write_text(page.read_text() + "<!-- mine -->")
    pictured.brief("first")

    assert pictured.run("render", "first", "--out", "out").exit_code == 1
    assert page.read_text().endswith("<!-- mine -->")
    assert "mine" not in render(pictured, "--force")


def test_other_files_in_the_folder_are_never_touched(pictured: Publication) -> None:
    render(pictured)
    (out(pictured) / "notes.txt").write_text("mine")
    (out(pictured) / "pictures" / "mine.png").write_bytes(b"mine")
    pictured.brief("first")
    render(pictured)

    assert {"notes.txt", "pictures/mine.png"} <= files(pictured)
    assert len(files(pictured)) == 6


def test_a_forged_list_of_files_takes_nothing_away(pictured: Publication) -> None:
    render(pictured)
    about = json.loads((out(pictured) / "message.json").read_text())
    (pictured.root / "victim.txt").write_text("mine")
    digest = about["files"]["everyone.txt"]
    (pictured.root / "copy.txt").write_bytes((out(pictured) / "everyone.txt").read_bytes())
    about["files"] |= {"../copy.txt": digest, "/etc/passwd": digest, "pictures/../../copy.txt": digest}
    (out(pictured) / "message.json").write_text(json.dumps(about))
    render(pictured)

    assert (pictured.root / "copy.txt").exists()


def test_a_render_broken_off_half_way_may_be_repeated(pictured: Publication) -> None:
    render(pictured)
    (out(pictured) / "message.json").unlink()

    render(pictured)
    assert len(files(pictured)) == 5


def test_a_mail_is_not_rendered_into_a_file(pictured: Publication) -> None:
    (pictured.root / "out").write_text("a file")
    ran = pictured.run("render", "first", "--out", "out")

    assert ran.exit_code == 1
    assert ran.stderr == "Error: out: This is a file, not a folder.\n  Name a folder with --out.\n"
    assert (pictured.root / "out").read_text() == "a file"


def test_the_same_issue_renders_to_the_same_bytes(pictured: Publication) -> None:
    render(pictured)
    first = {name: (out(pictured) / name).read_bytes() for name in files(pictured)}
    os.rename(out(pictured), pictured.root / "before")
    render(pictured)

    assert {name: (out(pictured) / name).read_bytes() for name in files(pictured)} == first


def test_the_mjml_says_that_it_is_not_the_letter(pictured: Publication) -> None:
    from newsletter.rendering.mjml.compile import compile_mjml

    render(pictured)
    source = (out(pictured) / "everyone.mjml").read_text()

    assert source.startswith("<!-- ")
    assert "everyone.html" in source.partition("-->")[0]
    assert "Planck" in compile_mjml(source)


@pytest.mark.browser
def test_the_html_opens_in_a_browser_with_every_picture_loaded(pictured: Publication) -> None:
    from browser import chromium

    render(pictured)
    with chromium() as browser:
        page = browser.new_page()
        page.goto((out(pictured) / "everyone.html").as_uri())
        widths = page.evaluate("[...document.images].map(image => image.complete && image.naturalWidth)")
    assert widths == [640]
