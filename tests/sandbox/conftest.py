"""A local SendGrid to talk to."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from local_sendgrid import Site, running


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running(tmp_path / "sandbox.db") as site:
        yield site


@pytest.fixture
def make_site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Run further ones, with options."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(running(tmp_path / "made.db", **options))
