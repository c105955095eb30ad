"""A local SendGrid to talk to."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from local_sendgrid import Site, Stage


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with Stage().running() as stage:
        yield stage


@pytest.fixture
def site(stage: Stage, tmp_path: Path) -> Iterator[Site]:
    with stage.site(tmp_path / "sandbox.db") as site:
        yield site


@pytest.fixture
def make_site(stage: Stage, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Make one with options, in place of the ordinary one."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(stage.site(tmp_path / "sandbox.db", **options))
