"""The command: where it answers, what it watches, and how it ends."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from conftest import BRIEF, Publication
from pace import FOREVER, until
from previewing import Previewing, previewing

from newsletter.preview.server import HOST, PORT
from newsletter.preview.watching import Watcher


@contextmanager
def watched(root: Path, *others: Path) -> Iterator[list[Path]]:
    """Watch a publication, and yield what was reported so far."""
    reported: list[Path] = []
    begun = threading.Event()

    def saved(paths: frozenset[Path]) -> None:
        reported.extend(paths)
        begun.set()

    watcher = Watcher(root, lambda: others, saved)
    watcher.start()
    try:
        assert begun.wait(FOREVER)
        yield reported
    finally:
        watcher.stop()


@pytest.mark.slow
def test_what_an_editor_saves_is_reported_and_what_others_write_is_not(
    publication: Publication, tmp_path: Path
) -> None:
    root, outside = publication.root, tmp_path / "elsewhere" / "article.txt"
    outside.parent.mkdir()
    (root / "issues" / "second").mkdir()
    with watched(root, outside) as reported:
        for name in ("newsletter.db", "newsletter.requests.log", "issues/.first.md.swp", "issues/first.md~"):
            (root / name).write_text("not an editor's")
        (outside.parent / "other.txt").write_text("nobody's")
        saved = [
            root / "issues" / "first.md",
            root / "issues" / "second" / "issue.md",
            root / "newsletter.toml",
            outside,
        ]
        for path in saved:
            path.write_text("saved")
        until(lambda: set(saved) <= set(reported))
        # As editors save that write a new file and give it the old one's name.
        reported.clear()
        (root / "issues" / ".first.new").write_text("saved again")
        (root / "issues" / ".first.new").rename(saved[0])
        until(lambda: saved[0] in reported)
        assert {path.name for path in reported} <= {path.name for path in saved} | {"other.txt"}


@pytest.mark.slow
def test_a_folder_that_is_made_later_is_watched_from_then_on(publication: Publication) -> None:
    with watched(publication.root) as reported:
        folder = publication.root / "backgrounds"
        folder.mkdir()
        until(lambda: folder in reported)
        file = folder / "leap-second.md"

        def written() -> bool:
            file.write_text("A second now and then.")
            return file in reported

        until(written)


def test_a_save_reaches_every_open_page(preview: Previewing) -> None:
    with preview.client.stream("GET", "/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "id: 0"
        preview.publication.brief("first", BRIEF.replace("kilogram", "metre"))
        until(lambda: next(lines).startswith("id: "))
        until(lambda: preview.state()["letter"]["subject"] == "The metre is gone")  # type: ignore[index]


@pytest.mark.slow
def test_an_issue_that_is_a_link_follows_the_file_it_leads_to(preview: Previewing) -> None:
    root = preview.publication.root
    real = root / "elsewhere" / "real.md"
    real.parent.mkdir()
    real.write_text(BRIEF)
    (root / "issues" / "linked.md").symlink_to(real)
    assert preview.state("issues/linked")["letter"]

    for word in ("metre", "second"):  # the first may be seen when the watch begins

        def followed(word: str = word) -> bool:
            real.write_text(BRIEF.replace("kilogram", word))
            return preview.state("issues/linked")["letter"]["subject"] == f"The {word} is gone"  # type: ignore[index]

        until(followed)


def test_a_port_that_is_taken_is_said_and_the_next_is_taken_only_if_none_was_named(
    publication: Publication,
) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        ran = publication.run("preview", "first", "--port", str(port))
    assert ran.exit_code == 1
    assert f"The preview cannot listen on 127.0.0.1, port {port}" in ran.stderr
    assert "Choose another port" in ran.stderr


@pytest.mark.parametrize("issue", ["none", "none.txt"])
def test_an_issue_that_is_not_there_is_said_before_anything_runs(
    publication: Publication, issue: str
) -> None:
    ran = publication.run("preview", issue)
    assert ran.exit_code == 1
    assert f"There is no issue “{issue}”." in ran.stderr


@pytest.mark.slow
def test_it_ends_at_once_and_cleanly_with_pages_open(publication: Publication) -> None:
    text = publication.root / "article.txt"
    text.write_text(
        "The metre\n\nSome shit you should know before you dig in: A bar.\n\nWhat’s going on now: Light."
    )
    command = [sys.executable, "-m", "newsletter", "preview"]
    with subprocess.Popen(
        [*command, "article.txt"], cwd=publication.root, stderr=subprocess.PIPE, text=True, env=os.environ
    ) as running:
        assert running.stderr is not None
        said = running.stderr.readline()
        url = said.split("Preview: ")[1].split("  (Ctrl-C")[0]
        assert int(url.split(":")[2].split("/")[0]) >= PORT
        with (
            httpx.Client(timeout=FOREVER) as client,
            client.stream("GET", httpx.URL(url).join("/events")) as stream,
        ):
            lines = stream.iter_lines()
            assert next(lines).startswith("id: ")
            # Another one takes the next port, since nobody named any.
            with subprocess.Popen(
                command, cwd=publication.root, stderr=subprocess.PIPE, text=True, env=os.environ
            ) as second:
                assert second.stderr is not None
                assert second.stderr.readline().split("  ")[0] != said.split("  ")[0]
                second.send_signal(signal.SIGTERM)
                assert second.wait() == 0
            running.send_signal(signal.SIGINT)
            for _ in lines:
                pass
            assert running.wait() == 0
        assert running.stderr.read().strip() == ""
    assert not (publication.root / "newsletter.db").exists()


@pytest.mark.slow
def test_two_hundred_stories_are_shown_with_the_cut(publication: Publication) -> None:
    head, _, story = BRIEF.partition("# The")
    publication.brief("first", head + "\n".join([f"# The{story}"] * 200))
    with previewing(publication) as preview:
        shown = preview.state()["letter"]
        assert isinstance(shown, dict)
        assert shown["kept"] < shown["bytes"]
        assert preview.letter(scheme="inverted").count("The last metal standard") >= 200
