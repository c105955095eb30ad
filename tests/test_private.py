"""Whatever holds readers is its owner's alone, however open the umask, and whatever was there before."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Publication

from newsletter.files.keys import kept_key
from newsletter.files.private import make_private
from newsletter.sandbox.behaviour.keys import private_key
from newsletter.sandbox.file.messages import MessageStore
from newsletter.store.database import open_database, read, write

pytestmark = pytest.mark.parametrize("umask", [0o000, 0o022, 0o177])


@pytest.fixture(autouse=True)
def _umask(umask: int, folder: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    if "publication" in request.fixturenames:
        request.getfixturevalue("publication")  # its folders are made before: a umask may close even those
    before = os.umask(umask)
    yield
    os.umask(before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is there before the umask is set."""
    return tmp_path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def loose(path: Path, content: bytes = b"") -> Path:
    path.write_bytes(content) if not path.exists() else None
    path.chmod(0o666)
    return path


def test_a_database_and_what_sqlite_puts_next_to_it(folder: Path) -> None:
    engine = open_database(f"sqlite:///{folder}/newsletter.db")
    with read(engine), write(engine):
        assert {path.name: mode(path) for path in folder.iterdir()} == {
            "newsletter.db": 0o600,
            "newsletter.db-wal": 0o600,
            "newsletter.db-shm": 0o600,
        }
    engine.dispose()


def test_a_database_that_was_open_to_others(folder: Path) -> None:
    path = folder / "newsletter.db"
    open_database(f"sqlite:///{path}").dispose()
    with sqlite3.connect(loose(path)) as other:  # an earlier version at work
        other.execute("CREATE TABLE more (n)")
        for suffix in ("-wal", "-shm"):
            loose(Path(f"{path}{suffix}"))
        open_database(f"sqlite:///{path}").dispose()
        assert {mode(path) for path in folder.iterdir()} == {0o600}
    other.close()


def test_the_local_sendgrids_file(folder: Path) -> None:
    loose(folder / "old.db")
    for name in ("old.db", "new.db"):
        with MessageStore(folder / name):
            assert {mode(path) for path in folder.glob(f"{name}*")} == {0o600}


def test_making_a_database_private_leaves_the_locks_of_this_process(folder: Path) -> None:
    path = folder / "newsletter.db"
    open_database(f"sqlite:///{path}?timeout=0").dispose()
    engine = open_database(f"sqlite:///{path}?timeout=0")
    with write(engine):
        make_private(path)
        # Closing any descriptor of a file drops all of a process's locks on it: another process asks.
        script = f"import sqlite3; sqlite3.connect({str(path)!r}, timeout=0).execute('BEGIN IMMEDIATE')"
        ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
        assert "database is locked" in ran.stderr
    engine.dispose()


def test_exports_and_refused_rows(publication: Publication) -> None:
    rows = publication.root / "more.csv"
    rows.write_text("email\nann@example.org\nnobody\n")
    rows.chmod(0o600)
    out, refused = publication.root / "out.csv", publication.root / "more.refused.csv"
    for path in (out, publication.root / ".out.csv.part"):
        loose(path)
    assert publication.run("subscribers", "import", "more.csv", "--list", "readers").exit_code == 0
    loose(publication.root / ".more.refused.csv.part", b"line,problem,email\n")
    loose(refused)
    assert publication.run("subscribers", "import", "more.csv", "--list", "readers").exit_code == 0
    exported = publication.run("subscribers", "export", "--output", "out.csv")
    assert exported.exit_code == 0, exported.stderr
    assert "ann@example.org" in out.read_text()
    assert "nobody" in refused.read_text()
    assert (mode(out), mode(refused), mode(publication.root / "newsletter.db")) == (0o600, 0o600, 0o600)


def test_the_keys_of_this_machine(folder: Path) -> None:
    key = kept_key(folder / "newsletter.key")
    private_key(folder / "sandbox.db")
    assert {mode(path) for path in folder.iterdir()} == {0o600}
    assert kept_key(loose(folder / "newsletter.key")) == key
    assert mode(folder / "newsletter.key") == 0o600
