"""A picture is made ready once; what is kept of it can be deleted, cut short or spoiled at any time."""

import hashlib
from pathlib import Path

import pytest
from photos import PLACE, photo, saved, whereabouts

from newsletter.files.pictures import FoundFile, PictureCache, PictureFile
from newsletter.pictures import Place, Refusal


def file_of(data: bytes) -> FoundFile:
    """Return a file as it was found."""
    return FoundFile(hashlib.sha256(data).hexdigest(), data)


LIGHT = saved(photo(), quality=70)
FILES = {
    "changed": saved(photo(1300, 900), exif=whereabouts()),
    "unchanged": LIGHT,
    "refused": LIGHT[:5000],
}


def kept(folder: Path) -> list[Path]:
    """Return the files of a cache."""
    return [path for path in folder.iterdir() if not path.name.startswith(".")]


@pytest.mark.parametrize("name", FILES)
def test_what_is_kept_is_what_was_made(tmp_path: Path, name: str) -> None:
    file = file_of(FILES[name])
    made = PictureCache(tmp_path / "cache").ready(file, PLACE)
    entry = kept(tmp_path / "cache")[0]
    written = entry.stat().st_mtime_ns
    assert PictureCache(tmp_path / "cache").ready(file, PLACE) == made
    assert entry.stat().st_mtime_ns == written  # it was read, not made again
    assert isinstance(made, Refusal) is (name == "refused")
    if isinstance(made, PictureFile):
        assert made.digest == hashlib.sha256(made.content).hexdigest()
        assert made.name == f"{made.digest}.jpg"


@pytest.mark.parametrize("name", FILES)
def test_a_kept_file_that_was_spoiled_is_made_again(tmp_path: Path, name: str) -> None:
    file = file_of(FILES[name])
    made = PictureCache(tmp_path).ready(file, PLACE)
    entry = kept(tmp_path)[0]
    whole = entry.read_bytes()
    odd = [b"", b"\n", b"{}\n", b"[]\n", b'{"why": 1, "x": 2}\n', bytes(300)]
    for data in [*odd, whole[:20], whole[:-1], whole + b"x"]:
        entry.write_bytes(data)
        assert PictureCache(tmp_path).ready(file, PLACE) == made


def test_another_place_gets_a_picture_of_its_own(tmp_path: Path) -> None:
    cache, file = PictureCache(tmp_path), file_of(FILES["changed"])
    found = [cache.ready(file, Place(width, 1280)) for width in (1152, 1040, 1152)]
    assert [file.ready.width for file in found if isinstance(file, PictureFile)] == [1152, 1040, 1152]


def test_a_folder_that_cannot_be_written_costs_time_alone(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert isinstance(PictureCache(tmp_path / "cache").ready(file_of(LIGHT), PLACE), PictureFile)


@pytest.mark.slow
def test_the_cache_keeps_itself_out_of_git_and_small(tmp_path: Path) -> None:
    cache = PictureCache(tmp_path)
    for number in range(510):
        cache.ready(file_of(b"text %d" % number), PLACE)
    assert len(kept(tmp_path)) == 500
    assert (tmp_path / ".gitignore").read_text().endswith("*\n")
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith(".")} == {".gitignore"}


def test_two_briefs_with_one_picture_share_what_was_made(tmp_path: Path) -> None:
    one, other = (PictureCache(tmp_path).ready(file_of(LIGHT), PLACE) for _brief in range(2))
    assert one == other
    assert len(kept(tmp_path)) == 1
