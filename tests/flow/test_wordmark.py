"""A publication's wordmark on its way from newsletter.toml into the mail."""

import io
from pathlib import Path

import pytest
from conftest import Publication
from PIL import Image

DAY, NIGHT = "NEWSLETTER_PUBLICATION__WORDMARK", "NEWSLETTER_PUBLICATION__WORDMARK_DARK"


def picture(path: Path, colour: str) -> None:
    file = io.BytesIO()
    Image.new("RGB", (640, 96), colour).save(file, "PNG")
    path.write_bytes(file.getvalue())


def test_a_wordmark_next_to_the_settings_stands_in_the_mail_and_lies_among_its_pictures(
    publication: Publication,
) -> None:
    picture(publication.root / "day.png", "navy")
    picture(publication.root / "night.png", "white")
    environment = {DAY: "day.png", NIGHT: "night.png"}
    assert publication.run("render", "first", "--out", "out", environment=environment).exit_code == 0
    html = (publication.root / "out" / "everyone.html").read_text(encoding="utf-8")
    assert html.count('alt="Dig In"') == 2
    assert len(list((publication.root / "out" / "pictures").glob("*.png"))) == 2
    assert publication.run("check", "first", environment=environment).exit_code == 0


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("none.png", "there is no such file"),
        ("../day.png", "it lies outside"),
        ("day.svg", "“day.svg” cannot be used"),
        (".", ""),
    ],
)
def test_a_wordmark_that_cannot_be_used_is_named_with_its_setting(
    publication: Publication, name: str, cause: str
) -> None:
    picture(publication.root.parent / "day.png", "navy")
    (publication.root / "day.svg").write_text("<svg/>")
    ran = publication.run("render", "first", "--out", "out", environment={DAY: name})
    assert ran.exit_code == 1
    shown = " ".join(ran.stderr.split())
    assert "newsletter.toml: The [publication] wordmark" in shown
    assert cause in shown
    assert not (publication.root / "out").exists()
