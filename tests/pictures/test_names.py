"""A picture is found by the name its editor gave it, however their system, or another one, spells that."""

import os
import unicodedata
from pathlib import Path

import pytest
from photos import drawing, saved

from newsletter.files.pictures import FoundFile, PictureFolder
from newsletter.pictures import Refusal

PICTURE = saved(drawing(40, 30), "PNG")


def folder(path: Path, *names: str) -> PictureFolder:
    """Return a folder with pictures of these names, each with its name behind its end."""
    for name in names:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(PICTURE + name.encode())
    return PictureFolder(path)


@pytest.mark.parametrize(
    ("written", "on_disk"),
    [
        ("gate.jpg", "gate.jpg"),
        ("gate.jpg", "Gate.JPG"),
        ("GATE.jpg", "gate.jpg"),
        ("Straße.png", "STRASSE.PNG"),
        ("Café.jpg", unicodedata.normalize("NFD", "Café.jpg")),
        (unicodedata.normalize("NFD", "Café.jpg"), "Café.jpg"),
        ("Việt Nam.jpg", unicodedata.normalize("NFD", "việt nam.jpg")),
        ("./gate.jpg", "gate.jpg"),
        ("/gate.jpg", "gate.jpg"),
        ("pictures/gate.jpg", "Pictures/Gate.jpg"),
        ("/pictures//gate.jpg", "pictures/gate.jpg"),
        (r"pictures\gate.jpg", "pictures/gate.jpg"),
        (r".\Pictures\gate.jpg", "pictures/gate.jpg"),
        ("my%20clock.jpg", "my clock.jpg"),
        ("my clock.jpg", "my%20clock.jpg"),
        ("my%20clock.jpg", "my%20clock.jpg"),
        ("Caf%C3%A9.jpg", unicodedata.normalize("NFD", "Café.jpg")),
        ("my  clock.jpg", "my clock.jpg"),
        ("Screenshot 9.41 AM.png", "Screenshot 9.41\u202fAM.png"),
        ("the\u00a0gate.jpg", "the gate.jpg"),
        ("ga\u200bte.jpg", "gate.jpg"),
        ("\ufeffgate.jpg", "gate.jpg"),
        ("Ana’s gate.jpg", "Ana's gate.jpg"),
        ("ﬁeld.jpg", "field.jpg"),
        ("100%.jpg", "100%.jpg"),
        ("a/../gate.jpg", "gate.jpg"),
    ],
)
def test_a_name_in_another_spelling_is_followed(tmp_path: Path, written: str, on_disk: str) -> None:
    pictures = folder(tmp_path, on_disk, "another.jpg")
    (tmp_path / "a").mkdir()
    found = pictures.find(written)
    assert isinstance(found, FoundFile), found
    assert found.content.endswith(on_disk.encode())


def test_the_very_name_comes_before_its_like(tmp_path: Path) -> None:
    pictures = folder(tmp_path, "gate.jpg", "Gate.jpg", "GATE.jpg")
    for name in ("gate.jpg", "Gate.jpg", "GATE.jpg"):
        found = pictures.find(name)
        assert isinstance(found, FoundFile)
        assert found.content.endswith(name.encode())


@pytest.mark.parametrize(
    ("written", "on_disk", "offered"),
    [
        ("gATE.jpg", ["Gate.jpg", "gate.jpg"], "Did you mean Gate.jpg or gate.jpg?"),
        ("gate.jpg", ["gate.png"], "Did you mean gate.png?"),
        ("gate.jpeg", ["Gate.JPG"], "Did you mean Gate.JPG?"),
        ("gate", ["gate.jpg"], "Did you mean gate.jpg?"),
        ("gate.jpg", ["pictures/gate.jpg"], "Did you mean pictures/gate.jpg?"),
        ("pictures/gate.jpg", ["gate.jpg"], "Did you mean gate.jpg?"),
        ("/home/ana/desk/gate.jpg", ["gate.jpg"], "Did you mean gate.jpg?"),
        ("C:\\Users\\Ana\\gate.jpg", ["gate.jpg"], "Did you mean gate.jpg?"),
        ("prison-gate.jpg", ["prison_gate.jpg"], "Did you mean prison_gate.jpg?"),
        ("prisongate.jpg", ["prison gate.jpg"], "Did you mean <prison gate.jpg>?"),
        ("prison-gaet.jpg", ["prison-gate.jpg", "harbour.jpg"], "Did you mean prison-gate.jpg?"),
    ],
)
def test_a_name_that_is_nearly_right_is_offered(
    tmp_path: Path, written: str, on_disk: list[str], offered: str
) -> None:
    found = folder(tmp_path, *on_disk).find(written)
    assert isinstance(found, Refusal)
    assert found.why == "there is no such file"
    assert found.hint.startswith(offered)


@pytest.mark.parametrize(
    "written", ["gate.jpg", "a\0b.jpg", "x" * 300 + ".jpg", "gone/gate.jpg", "%", "\\", " "]
)
def test_nothing_is_offered_where_nothing_is_near(tmp_path: Path, written: str) -> None:
    found = folder(tmp_path, "harbour.jpg", "notes.txt", "gate.md").find(written)
    assert isinstance(found, Refusal)
    assert "Did you mean" not in found.hint


@pytest.mark.parametrize(
    "written",
    ["../secret.jpg", "a/../../secret.jpg", "..\\SECRET.jpg", "out.jpg", "OUT.jpg", "way/secret.jpg"],
)
def test_no_spelling_leads_out_of_the_folder(tmp_path: Path, written: str) -> None:
    (tmp_path / "secret.jpg").write_bytes(PICTURE)
    pictures = folder(tmp_path / "issue", "gate.jpg")
    (tmp_path / "issue" / "a").mkdir()
    (tmp_path / "issue" / "out.jpg").symlink_to(tmp_path / "secret.jpg")
    (tmp_path / "issue" / "way").symlink_to(tmp_path)
    found = pictures.find(written)
    assert isinstance(found, Refusal)
    assert found.why == "it lies outside the issue's folder"
    absolute = pictures.find(str(tmp_path / "secret.jpg"))
    assert isinstance(absolute, Refusal)


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    pictures = folder(tmp_path, "pictures/gate.jpg")
    (tmp_path / "cover.jpg").symlink_to(tmp_path / "pictures" / "gate.jpg")
    assert isinstance(pictures.find("Cover.jpg"), FoundFile)


def test_what_is_no_file_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Pipe.jpg")
    (tmp_path / "Folder.jpg").mkdir()
    for written in ("pipe.jpg", "folder.jpg"):
        found = PictureFolder(tmp_path).find(written)
        assert isinstance(found, Refusal)
        assert found.why == "it is no file"


@pytest.mark.slow
def test_a_folder_of_thousands_is_looked_through_within_bounds(tmp_path: Path) -> None:
    pictures = folder(tmp_path, *(f"photo-{number:04}.jpg" for number in range(1000)))
    for number in range(100):
        assert isinstance(pictures.find(f"phto-{number}.jpg"), Refusal)
