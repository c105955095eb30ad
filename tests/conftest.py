"""What many tests stand on: a publication in a folder of its own, and the command an editor runs."""

import csv
import gc
import io
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from databases import contents, empty_database
from hypothesis import HealthCheck, settings
from pace import FOREVER, stretched
from typer.testing import CliRunner

# No test may fail because the machine was busy with something else.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("sample", settings.get_profile("any machine"), max_examples=20)
settings.load_profile("any machine")


# What tests write is in memory where there is room: else waiting for a disk is half of their time.
IN_MEMORY, ROOM = Path("/dev/shm"), 4 << 30  # noqa: S108
if IN_MEMORY.is_dir():
    _found = os.statvfs(IN_MEMORY)
    if _found.f_bavail * _found.f_frsize > ROOM and not _found.f_flag & os.ST_NOEXEC:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))


def pytest_collection_finish() -> None:
    """Keep Python from walking again and again through what stays: the tests, and all they imported."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


# Run under nohup, or in a script's background, a process ignores these, and so would every command it starts.
for _sign, _usual in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGQUIT, signal.SIG_DFL),
    (signal.SIGHUP, signal.SIG_DFL),
):
    if signal.getsignal(_sign) is signal.SIG_IGN:
        signal.signal(_sign, _usual)

BRIEF = """\
---
subject: The kilogram is gone
preheader: Plus, what replaced the metal cylinder in the vault outside Paris.
date: 2026-03-02
number: 7
---
# The last metal standard has left the building

**Some shit you should know before you dig in:** From 1889 to 2019 a kilogram was whatever one cylinder in
Sèvres weighed. [The metre convention](https://www.bipm.org/en/metre-convention) kept it under three jars.

**What’s going on now:** Hello {{ first_name or "reader" }}. Laboratories now weigh by the Planck constant.

Nobody’s kitchen scale has noticed.
"""

SETTINGS = """\
[publication]
name = "Dig In"
from_email = "news@example.org"
postal_address = "Dig In, 12 Example Street, Example City"
site_url = "https://news.example.org"

[delivery]
provider = "{provider}"
sendgrid_host = "{host}"
batch_size = {batch_size}
threads = {threads}
timeout_seconds = {timeout}
"""


_subscribed: dict[tuple[object, ...], bytes] = {}  # databases by who is on the list in them


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict[str, object]:
        """The document on stdout."""
        document = orjson.loads(self.stdout)
        assert isinstance(document, dict)
        return document

    @property
    def json_list(self) -> list[dict[str, Any]]:
        """The array of documents on stdout."""
        documents = orjson.loads(self.stdout)
        assert isinstance(documents, list)
        return documents


class Publication:
    """A publication in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "issues").mkdir(parents=True, exist_ok=True)
        self.brief("first")
        self.settings()

    def settings(
        self,
        *,
        host: str = "",
        provider: str = "sendgrid",
        batch_size: int = 10,
        threads: int = 2,
        timeout: float = 5,
        extra: str = "",
    ) -> None:
        """Write newsletter.toml. ``timeout`` is a request's, in seconds of an idle machine."""
        text = SETTINGS.format(
            host=host,
            provider=provider,
            batch_size=batch_size,
            threads=threads,
            timeout=min(stretched(timeout), FOREVER),
        )
        (self.root / "newsletter.toml").write_text(text + extra)

    def brief(self, issue: str, text: str = BRIEF) -> Path:
        path = self.root / "issues" / f"{issue}.md"
        path.write_text(text)
        return path

    def readers(self, count: int, **statuses: int) -> Path:
        """Write a CSV of ``count`` confirmed readers and as many of each other status as asked."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["email", "name", "status"])
        writer.writerows([f"reader{n}@example.org", f"Reader {n}", "confirmed"] for n in range(count))
        for status, extra in statuses.items():
            writer.writerows([f"{status}{n}@example.org", "", status] for n in range(extra))
        path = self.root / "readers.csv"
        path.write_text(out.getvalue())
        return path

    def run(self, *words: str, environment: Mapping[str, str] = {}) -> Ran:
        """Run a command in this process, in the publication's folder."""
        from newsletter.cli import app

        before = Path.cwd()
        os.chdir(self.root)
        try:
            secrets = {"SENDGRID_API_KEY": "SG.test.key"}
            result = CliRunner().invoke(app, list(words), env={**secrets, **environment})
        finally:
            os.chdir(before)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    def subscribe(self, count: int, **statuses: int) -> None:
        """Import that many readers into the list “readers”; for the same ones again, copy what came of it."""
        file, database = self.readers(count, **statuses), self.root / "newsletter.db"
        key = (count, *sorted(statuses.items()))
        if database.exists() or "[database]" in (self.root / "newsletter.toml").read_text():
            self._import(file)
        elif key in _subscribed:
            database.write_bytes(_subscribed[key])
        else:
            database.write_bytes(empty_database())
            self._import(file)
            _subscribed[key] = contents(database)

    def _import(self, file: Path) -> None:
        ran = self.run("subscribers", "import", str(file), "--list", "readers")
        assert ran.exit_code == 0, ran.stderr


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    """A publication with one issue, “first”."""
    return Publication(tmp_path / "publication")


@pytest.fixture
def make_publication(tmp_path: Path) -> Callable[[str], Publication]:
    """Make further publications."""
    return lambda name: Publication(tmp_path / name)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own environment out of the tests."""
    for name in [variable for variable in os.environ if variable.startswith(("NEWSLETTER_", "SENDGRID_API"))]:
        monkeypatch.delenv(name)


def rows(text: str) -> Sequence[Mapping[str, str]]:
    """Read CSV as a command printed it."""
    return list(csv.DictReader(io.StringIO(text)))
