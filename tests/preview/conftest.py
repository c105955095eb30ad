"""What the preview's tests stand on: a publication, what the preview holds of it, and its pages."""

from collections.abc import Iterator

import pytest
from conftest import Publication
from previewing import Asked, Previewing, previewing, workspace_of

from newsletter.preview.app import create_app
from newsletter.preview.workspace import Workspace


@pytest.fixture
def preview(publication: Publication) -> Iterator[Previewing]:
    """The preview of the publication's one issue, “first”, behind a real socket."""
    with previewing(publication) as running:
        yield running


@pytest.fixture
def workspace(publication: Publication) -> Iterator[Workspace]:
    """What the preview holds, without a server and without a watcher."""
    held = workspace_of(publication)
    yield held
    held.close()


@pytest.fixture
def client(workspace: Workspace) -> Asked:
    """A browser's requests, answered in this process."""
    return Asked(create_app(workspace))
