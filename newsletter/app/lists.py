"""The lists: ``letter.lists``."""

from typing import TYPE_CHECKING

from newsletter.app.opened import Opened

if TYPE_CHECKING:
    from newsletter.store.readers.lists import ListCounts, ListName


class Lists(Opened):
    """The lists of a publication; none is ever deleted. Instants are microseconds since 1970, UTC.

    ``new_list`` insists on a name that is near another list's, which is refused otherwise: it may be a slip.
    """

    def counts(self, *, archived: bool = True) -> list["ListCounts"]:
        """Return every list, or those in use alone, with how many subscriptions of each status it has."""
        from newsletter.readership import list_counts

        return list_counts(self._wiring.engine, archived=archived)

    def names(self) -> list[str]:
        """Return the names of the lists in use, in order; none, where there is no database yet."""
        path = self.settings.sqlite_path
        if path is None:
            return sorted(found.name for found in self.counts(archived=False))
        from newsletter.store.readers.completion import list_names

        return list_names(path)

    def only(self) -> str:
        """Return the name of the one list in use. Raises AudienceError when there is none or another one."""
        from newsletter.store.readers.lists import resolve

        return resolve(self._wiring.engine, None).name

    def near(self, name: str, *, but: str | None = None) -> str | None:
        """Return the list that a new name is so like that it is probably meant, or None.

        A name that a list has is not new. ``but`` is a list whose name may be near.
        """
        from newsletter.readership import near_list

        return near_list(self._wiring.engine, name, but=but)

    def add(self, name: str, *, new_list: bool = False) -> bool:
        """Make an empty list; False when there is one of that name.

        Raises AudienceError for an archived one, for a name of no or over 100 characters and, without
        ``new_list``, for one near another list's.
        """
        from newsletter.readership import make_list

        wiring = self._wiring
        return make_list(wiring.engine, name, now=wiring.clock.now, new_list=new_list)

    def rename(self, name: str, new: str, *, new_list: bool = False) -> "ListName":
        """Call a list by another name; its readers, approvals and List-Id stay.

        Raises AudienceError when there is no such list, when another one has the new name or, without
        ``new_list``, nearly has.
        """
        from newsletter.readership import rename_list

        return rename_list(self._wiring.engine, name, new, new_list=new_list)

    def title(self, name: str, title: str) -> "ListName":
        """Say what readers' pages call a list; with an empty title they show the publication's name.

        Raises AudienceError for a title of over 100 characters, and when there is no such list.
        """
        from newsletter.readership import title_list

        return title_list(self._wiring.engine, name, title)

    def archive(self, name: str) -> bool:
        """Put a list away, with all it holds: nothing is sent or added to it. False when it was already.

        Raises AudienceError while an issue is being sent to it, and when there is no such list.
        """
        from newsletter.readership import archive_list

        return archive_list(self._wiring.engine, name, now=self._wiring.clock.now)

    def bring_back(self, name: str) -> bool:
        """Bring an archived list back as it was; False when it was not archived."""
        from newsletter.readership import bring_back_list

        return bring_back_list(self._wiring.engine, name)
