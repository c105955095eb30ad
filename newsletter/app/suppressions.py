"""Addresses that are never mailed: ``letter.suppressions``."""

from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from newsletter.app.opened import Opened, opened_to_write
from newsletter.delivery.states import SuppressionReason

if TYPE_CHECKING:
    from newsletter.store.readers.suppressions import Suppression


class Suppressions(Opened):
    """Addresses that are never mailed on any list, with the reason.

    A reason is bounce, complaint, unsubscribed, manual or invalid.
    """

    def add(self, addresses: Sequence[str], *, reason: str = SuppressionReason.MANUAL) -> list["Suppression"]:
        """Never mail these addresses again; return what holds for each: the first reason given stands.

        Raises AudienceError for what is no address or no reason, and then suppresses none.
        """
        from newsletter.readership import suppress

        wiring = self._wiring
        return suppress(wiring.engine, addresses, now=wiring.clock.now, reason=reason)

    def remove(self, address: str) -> str:
        """Let an address be mailed again, an erased one too; return it normalised.

        Raises AudienceError when it was not suppressed.
        """
        from newsletter.readership import unsuppress

        return unsuppress(self._wiring.engine, address, now=self._wiring.clock.now)

    def export(self, out: IO[str] | Path | str, *, reason: str | None = None, as_json: bool = False) -> int:
        """Write the addresses that are never mailed, or those of one reason; return how many.

        They are CSV or, with ``as_json``, a JSON array. ``out`` is an open text file, or a path, which takes
        its name once it is complete. Raises AudienceError for what is no reason, and when it cannot be
        written.
        """
        from newsletter.readership import export_suppressions

        with opened_to_write(out) as file:
            return export_suppressions(self._wiring.engine, file, reason=reason, as_json=as_json)
