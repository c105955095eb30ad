"""A file is there whole or not at all, whatever happens while it is written."""

import os
import resource
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from newsletter.files.atomic import WholeFile, write_whole

WAYS = [{}, {"private": True}, {"durable": True}, {"private": True, "durable": True}]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("way", WAYS)
def test_it_replaces_a_file_and_leaves_nothing_else(tmp_path: Path, way: dict[str, bool]) -> None:
    path = tmp_path / "letter.html"
    for data in (b"first", b"", b"second, and longer\r\n\x00"):
        write_whole(path, data, **way)
        assert path.read_bytes() == data
        assert names(tmp_path) == {"letter.html"}


@settings(max_examples=examples(60))
@given(
    name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=80),
    pieces=st.lists(st.binary(max_size=20_000), max_size=4),
    fails=st.booleans(),
)
def test_any_name_holds_all_that_was_written_or_what_it_held_before(
    tmp_path_factory: pytest.TempPathFactory, name: str, pieces: list[bytes], fails: bool
) -> None:
    if name in {".", ".."} or len(name.encode()) > 255:
        return
    path = tmp_path_factory.mktemp("any") / name
    write_whole(path, b"before")
    whole = WholeFile(path)
    for piece in pieces:
        whole.file.write(piece)
    assert path.read_bytes() == b"before"
    whole.discard() if fails else whole.keep()
    assert path.read_bytes() == (b"before" if fails else b"".join(pieces))
    assert names(path.parent) == {name}


def test_a_block_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_whole(path, b"before")
    with pytest.raises(ZeroDivisionError), WholeFile(path) as file:
        file.write(b"%d" % (1 // 0))
    assert path.read_bytes() == b"before"
    assert names(tmp_path) == {"out.csv"}


def test_the_longest_name_a_folder_takes_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("é" * 127)
    write_whole(path, b"all of it")
    assert path.read_bytes() == b"all of it"


@pytest.mark.parametrize("new", [False, True])
def test_a_writer_killed_half_way_leaves_the_old_file_and_a_draft_that_the_next_one_removes(
    tmp_path: Path, new: bool
) -> None:
    path = tmp_path / "newsletter.key"
    if not new:
        path.write_bytes(b"before")
    script = (
        "import os, signal, sys; from pathlib import Path; from newsletter.files.atomic import WholeFile\n"
        f"with WholeFile(Path(sys.argv[1]), private=True, new={new}) as file:\n"
        "    file.write(b'half'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (path.read_bytes() if path.exists() else None) == (None if new else b"before")
    assert ".newsletter.key.part" in names(tmp_path)
    write_whole(path, b"after", private=True, new=new)
    assert path.read_bytes() == b"after"
    assert names(tmp_path) == {"newsletter.key"}


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file grow beyond ``size`` bytes, as on a disk that is full."""
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("new", [False, True])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, way: dict[str, bool], new: bool) -> None:
    path = tmp_path / "readers.csv"
    if not new:
        path.write_bytes(b"before")
    for size in (4_000, 100_000):  # what fails when the file is closed, and what fails while it is written
        with largest_file(3_000), pytest.raises(OSError, match="too large"):
            write_whole(path, bytes(size), new=new, **way)
    assert (path.read_bytes() if path.exists() else None) == (None if new else b"before")
    assert names(tmp_path) == (set() if new else {"readers.csv"})


@pytest.mark.parametrize("kind", ["file", "folder", "link", "dangling link"])
def test_what_is_new_replaces_nothing(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / "first.md", tmp_path / "other"
    if kind == "file":
        path.write_bytes(b"before")
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(other)
        if kind == "link":
            other.write_bytes(b"before")
    before = names(tmp_path)
    with pytest.raises(FileExistsError):
        write_whole(path, b"after", new=True)
    assert names(tmp_path) == before
    assert kind not in {"file", "link"} or path.read_bytes() == b"before"


def test_what_is_new_replaces_nothing_that_came_while_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "first.md"
    whole = WholeFile(path, new=True)
    whole.file.write(b"mine")
    path.write_bytes(b"theirs")
    with pytest.raises(FileExistsError):
        whole.keep()
    assert path.read_bytes() == b"theirs"
    assert names(tmp_path) == {"first.md"}


def test_a_link_is_replaced_and_what_it_points_to_stays(tmp_path: Path) -> None:
    path, other = tmp_path / "out.csv", tmp_path / "other"
    other.write_bytes(b"before")
    path.symlink_to(other)
    write_whole(path, b"after")
    assert not path.is_symlink()
    assert (path.read_bytes(), other.read_bytes()) == (b"after", b"before")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o177, 0o777])
def test_a_private_file_is_its_owners_alone_and_any_other_as_the_umask_says(
    tmp_path: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        for name in ("private", "common"):
            write_whole(tmp_path / name, b"", private=name == "private")
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"private": 0o600, "common": 0o666 & ~umask}


def test_a_draft_that_others_may_read_is_not_written_over(tmp_path: Path) -> None:
    path, draft = tmp_path / "out.csv", tmp_path / ".out.csv.part"
    draft.write_bytes(b"left")
    draft.chmod(0o666)
    with draft.open("rb") as spy:
        write_whole(path, b"ann@example.org", private=True)
        assert spy.read() == b"left"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_last_of_two_writers_to_finish_wins_and_neither_file_is_mixed(tmp_path: Path) -> None:
    path = tmp_path / "picture"
    first, second = WholeFile(path), WholeFile(path)
    for whole, data in ((first, b"first"), (second, b"second")):
        whole.file.write(data)
    second.keep()
    assert path.read_bytes() == b"second"
    first.keep()
    assert path.read_bytes() == b"first"
    assert names(tmp_path) == {"picture"}


def test_many_writers_at_once_each_write_all_of_it(tmp_path: Path) -> None:
    path, wrong = tmp_path / "picture", list[object]()
    contents = [bytes([number]) * 9_000 for number in range(8)]

    def write(data: bytes) -> None:
        try:
            for _ in range(25):
                write_whole(path, data)
                if path.read_bytes() not in contents:
                    wrong.append(data)
        except OSError as error:
            wrong.append(error)

    writers = [threading.Thread(target=write, args=[data]) for data in contents]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert wrong == []
    assert names(tmp_path) == {"picture"}


def test_of_many_writers_of_a_new_file_one_wins(tmp_path: Path) -> None:
    path, begin, won = tmp_path / "newsletter.key", threading.Barrier(8), list[bytes]()

    def write(data: bytes) -> None:
        begin.wait()
        try:
            write_whole(path, data, new=True)
            won.append(data)
        except FileExistsError:
            pass

    writers = [threading.Thread(target=write, args=[bytes([number])]) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [path.read_bytes()] == won
    assert names(tmp_path) == {"newsletter.key"}


@pytest.mark.parametrize("place", ["nowhere/first.md", "file/first.md", "folder"])
def test_where_nothing_can_be_written_it_is_said_and_nothing_is_left(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="Errno") as caught:
        write_whole(tmp_path / place, b"x")
    assert caught.value.strerror  # what a command says of it
    assert names(tmp_path) == {"file", "folder"}


def test_text_keeps_its_line_ends(tmp_path: Path) -> None:
    with WholeFile(tmp_path / "out.csv", encoding="utf-8-sig") as file:
        file.write("a\nb\r\né")
    assert (tmp_path / "out.csv").read_bytes() == b"\xef\xbb\xbfa\nb\r\n\xc3\xa9"
