"""A send after an import from another platform reaches everyone who may be mailed, and nobody who left."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Publication, rows
from local_sendgrid import Site, Stage
from platforms.files import EXPORTS, Export

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage().running() as running:
        yield running


@pytest.fixture
def site(stage: Stage, tmp_path: Path) -> Iterator[Site]:
    with stage.site(tmp_path / "sandbox.db") as running:
        yield running


@pytest.mark.parametrize("export", EXPORTS.values(), ids=EXPORTS.keys())
def test_everyone_who_may_be_mailed_is_and_nobody_who_left(
    publication: Publication, site: Site, export: Export
) -> None:
    publication.settings(host=site.url)
    path = publication.root / export.name
    path.write_bytes(export.data)
    came = publication.run("subscribers", "import", str(path), "--list", "readers")
    assert came.exit_code == 0, came.stderr
    exported = rows(
        publication.run("subscribers", "export", "--list", "readers").stdout.removeprefix("\ufeff")
    )
    stands = {row["email"]: (row["status"], row["suppressed"] or None) for row in exported}
    assert stands == export.readers
    sent = publication.run("send", "first", "--list", "readers", "--yes", "--json")
    assert sent.exit_code == 0, sent.stderr
    assert sorted(message.email for message in site.store.everything()) == sorted(export.mailable)
    assert sent.json["accepted"] == len(export.mailable)
