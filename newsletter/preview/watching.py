"""The publication's files are watched: its briefs, backgrounds, templates, pictures and settings."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from newsletter.paths import SETTINGS_FILE

FOLDERS = ("issues", "backgrounds", "templates")
_MOST_FOLDERS = 2_000  # the system has a bound on how many are watched
_STEP, _LONGEST = 20, 60  # milliseconds without a change that end a batch of them, and the most it may take
_LOOK = 1_000  # milliseconds after which it looks for folders that were made or are gone
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})

Saved = Callable[[frozenset[Path]], None]


class Watcher(threading.Thread):
    """Call ``saved`` with the files of a publication that changed, until it is stopped.

    ``others`` are files that may lie anywhere. Folders are watched one by one, so that a publication may
    stand in one with anything else: a folder that is made later is found within a second.
    """

    def __init__(self, root: Path, others: Callable[[], Iterable[Path]], saved: Saved) -> None:
        super().__init__(name="watcher", daemon=True)
        self._root, self._others, self._saved = root, others, saved
        self._ended = threading.Event()

    def stop(self) -> None:
        """End it, and wait until it has."""
        self._ended.set()
        self.join()

    def run(self) -> None:
        while not self._ended.is_set():
            folders = self._folders()
            try:
                self._watch(folders)
            except FileNotFoundError:  # a folder went between the look at it and the watch
                self._ended.wait(_LOOK / 1000)

    def _watch(self, folders: frozenset[Path]) -> None:
        """Watch these folders for as long as they are the ones to be watched."""
        from watchfiles import watch

        changes = watch(
            *folders,
            watch_filter=None,
            debounce=_LONGEST,
            step=_STEP,
            rust_timeout=_LOOK,
            yield_on_timeout=True,
            stop_event=self._ended,
            raise_interrupt=False,
            recursive=False,
        )
        begun = False
        for batch in changes:
            files = {Path(path) for _, path in batch}
            wanted = frozenset(filter(self._matters, files))
            anew = self._folders() != folders
            if wanted or anew or not begun:  # what changed before it was watched, nobody reported
                self._saved(wanted)
            begun = True
            if anew:
                return

    def _folders(self) -> frozenset[Path]:
        below = (Path(place) for name in FOLDERS for place in _within(self._root / name))
        parents = (path.parent for path in self._others() if path.parent.is_dir())
        return frozenset({self._root, *islice(below, _MOST_FOLDERS), *parents})

    def _matters(self, path: Path) -> bool:
        """Say whether a file may be of the publication: databases and editors' own files are not."""
        name = path.name
        if name.startswith((".", "#")) or name.endswith(("~", ".part", ".tmp")):
            return False
        if path.parent == self._root:
            return (
                name in (SETTINGS_FILE, *FOLDERS) or path.suffix.lower() in _PICTURES or self._is_other(path)
            )
        return True

    def _is_other(self, path: Path) -> bool:
        return path in set(self._others())


def _within(folder: Path) -> Iterator[str]:
    """Yield a folder and those below it, hidden ones left out."""
    for place, names, _ in os.walk(folder):
        names[:] = [name for name in names if not name.startswith(".")]
        yield place
