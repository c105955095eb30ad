"""Fixtures of the faults: one nursery for all, a scene for each."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from conftest import Publication
from faults.nursery import Nursery
from faults.scene import StrictScene
from strict_reports import Reports
from strict_sendgrid import StrictSendGrid

MakeScene = Callable[..., StrictScene]


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """The process whose children send."""
    with Nursery() as nursery:
        yield nursery


@pytest.fixture
def database_url() -> str:
    """The ledger's database; a process that waits for it waits as long as it takes."""
    return "sqlite:///newsletter.db?timeout=600"


@pytest.fixture
def make_scene(publication: Publication, nursery: Nursery, database_url: str) -> Iterator[MakeScene]:
    """Make a scene of so many readers; what is not a setting is the server's behaviour."""
    with ExitStack() as stack:

        def make(readers: int, *, settings: dict[str, Any] | None = None, **behaviour: Any) -> StrictScene:
            reports = Reports(**behaviour.pop("reports", {}))
            server = stack.enter_context(StrictSendGrid(reports=reports, **behaviour))
            scene = StrictScene(publication, nursery, database_url, server, reports)
            scene.configure(**{"batch_size": 5, "threads": 2, "timeout": 3, **(settings or {})})
            scene.subscribe(readers)
            return scene

        yield make
