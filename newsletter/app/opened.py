"""What every part of the public object stands on: an opened publication."""

from typing import TYPE_CHECKING

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
