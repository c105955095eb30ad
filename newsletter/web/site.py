"""What the site is made of: values handed in, so that the room itself reads no setting and no clock."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from newsletter.delivery.reports import PauseAt
from newsletter.delivery.webhook import Endpoint

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.contacts.titles import Titles

Say = Callable[[str], None]


def _say_nothing(_sentence: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Imprint:
    """What pages say of the publication: its name, and how it can be reached."""

    name: str
    language: str = "en"  # of the publication, a BCP 47 tag
    postal_address: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """Everything the site needs from outside.

    ``keys`` sign readers' links: the first signs, any is good for following one. ``site_url`` is where the
    site stands for readers. ``now`` tells microseconds since 1970 in UTC. ``endpoints`` are where reports are
    taken, ``pause`` says when those stop a mailing. ``load`` returns a template's text by its path, or None.
    ``say`` takes sentences for the operator: never an address, token or key. ``patience`` is how many seconds
    a body may take to come in. ``titles`` says how a reader who is listed with one is greeted. ``rest`` waits
    so many seconds.
    """

    engine: "Engine"
    keys: Sequence[bytes]
    imprint: Imprint
    site_url: str
    now: Callable[[], int]
    load: Callable[[str], str | None]
    endpoints: Sequence[Endpoint] = ()
    pause: PauseAt = field(default_factory=PauseAt)
    say: Say = _say_nothing
    patience: float = 30.0
    titles: "Titles" = "drop"
    rest: Callable[[float], None] = time.sleep
