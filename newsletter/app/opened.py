"""What every part of the public object stands on: an opened publication."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.config import Settings
    from newsletter.wiring import Wiring


class Opened:
    """A publication that is open: its settings, and what is built from them when first needed."""

    def __init__(self, wiring: "Wiring") -> None:
        self._wiring = wiring

    @property
    def settings(self) -> "Settings":
        """Return the settings in force, frozen: newsletter.toml with the environment over it."""
        return self._wiring.settings


@contextmanager
def opened_to_write(out: IO[str] | Path | str) -> Iterator[IO[str]]:
    """Lend a text file as it is, or that of a path, which takes its name only when it is complete."""
    if not isinstance(out, Path | str):
        yield out
        return
    from newsletter.files.readers.exports import export_file

    with export_file(Path(out)) as file:
        yield file
