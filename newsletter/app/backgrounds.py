"""Living backgrounds: ``letter.backgrounds``."""

from typing import TYPE_CHECKING

from newsletter.app.opened import Opened

if TYPE_CHECKING:
    from newsletter.backgrounds.history import BackgroundRecord


class Backgrounds(Opened):
    """The texts that issues include by name: each as its file stands, and all that was mailed of it."""

    def all(self) -> list["BackgroundRecord"]:
        """Return every background by name, those too whose file is gone and that the ledger alone knows.

        A file with faults has them as findings; nothing is raised for it.
        """
        from newsletter.publish import background_records

        return background_records(self._wiring)

    def show(self, name: str) -> "BackgroundRecord":
        """Return one background with all its versions, by its name or one that it had before.

        Raises NewsletterError when there is none of that name, with the nearest.
        """
        from newsletter.publish import background_record

        return background_record(self._wiring, name)
