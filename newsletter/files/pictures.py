"""The pictures of an issue: found by the names a brief gives them, read, made ready once and kept."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from newsletter.files.atomic import write_whole
from newsletter.pictures import MEDIA_TYPES, RECIPE, Place, Ready, Refusal
from newsletter.pictures.names import matching, offers, parts_of

MAX_PICTURE_BYTES = 10_000_000

_MAX_ENTRIES = 2_000  # of a folder that are looked through for a name
_OFFERS = 20  # missing pictures of one issue for which near names are searched
_SMALLER = "Save it 1,152 pixels wide: twice what the letter shows."
_KEPT = 500  # pictures in the cache, the newest ones
_MISPLACED = "Put the picture next to the issue file, or correct its name."
_IGNORED = "# Made by newsletter; anything here may be deleted at any time.\n*\n"


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture as readers fetch it. ``digest`` is the SHA-256 of ``ready.content``."""

    digest: str
    ready: Ready

    @property
    def content(self) -> bytes:
        """Return the bytes that readers fetch."""
        return self.ready.content

    @property
    def media_type(self) -> str:
        """Return its type by its suffix."""
        return MEDIA_TYPES[self.ready.suffix]

    @property
    def name(self) -> str:
        """Return the name it is served under: another picture has another name."""
        return f"{self.digest}{self.ready.suffix}"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that a brief names, as it is on disk. ``digest`` is the SHA-256 of its bytes."""

    digest: str
    content: bytes


class PictureFolder:
    """Where the pictures of an issue lie: its own folder. Only files there or below are read."""

    def __init__(self, folder: Path) -> None:
        self._home = Path(os.path.realpath(folder))  # Path.resolve raises for a loop of links
        self._listed: dict[Path, list[str]] = {}
        self._offers = _OFFERS

    def find(self, source: str) -> FoundFile | Refusal:
        """Return the file that a brief names, or why there is none to be had.

        A name in another spelling is followed when exactly one file has it.
        """
        path = self._followed(source)
        if path is None:
            return self._not_there(source)
        path = Path(os.path.realpath(path))
        if not path.is_relative_to(self._home):
            return Refusal("it lies outside the issue's folder", "Put the picture next to the issue file.")
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                # Reading a named pipe would wait for ever.
                return Refusal("it is no file", "Name the picture itself.")
            with path.open("rb") as file:
                content = file.read(MAX_PICTURE_BYTES + 1)
        except FileNotFoundError:
            return self._not_there(source)
        except OSError as error:
            return Refusal(str(error.strerror), _MISPLACED)
        if len(content) > MAX_PICTURE_BYTES:
            return Refusal(f"it is larger than {MAX_PICTURE_BYTES // 1_000_000} MB", _SMALLER)
        return FoundFile(hashlib.sha256(content).hexdigest(), content)

    def _followed(self, source: str) -> Path | None:
        """Return the path a name leads to, a step at a time, each by its only spelling on disk."""
        if "\0" in source:
            return None
        if not source.startswith("/") and os.path.lexists(self._home / source):
            return self._home / source
        path = self._home
        for part in parts_of(source):
            found = [".."] if part == ".." else matching(part, self._names(path))
            if len(found) != 1:
                return None
            path /= found[0]
            if not Path(os.path.realpath(path)).is_relative_to(self._home):
                return path  # no folder out there is looked into
        return path

    def _names(self, folder: Path) -> list[str]:
        if folder not in self._listed:
            self._listed[folder] = []
            with suppress(OSError), os.scandir(folder) as entries:  # one that is closed to us holds nothing
                self._listed[folder] = [entry.name for entry in islice(entries, _MAX_ENTRIES)]
        return self._listed[folder]

    def _not_there(self, source: str) -> Refusal:
        self._offers -= 1
        near = offers(source, self._paths) if self._offers >= 0 else []
        if not near:
            return Refusal("there is no such file", _MISPLACED)
        meant = " or ".join(f"<{path}>" if " " in path else path for path in near)
        return Refusal("there is no such file", f"Did you mean {meant}? Correct the name, or add the file.")

    @cached_property
    def _paths(self) -> list[str]:
        """Return the paths of what lies in the folder and right below it, as far as the bound goes."""
        return list(islice(self._below(), _MAX_ENTRIES))

    def _below(self) -> Iterator[str]:
        for name in self._names(self._home):
            yield name
            if os.path.isdir(self._home / name) and not os.path.islink(self._home / name):
                yield from (f"{name}/{below}" for below in self._names(self._home / name))


class PictureCache:
    """Make pictures ready, each once: what came of it is kept in a folder, a file each, written whole.

    A damaged or deleted file costs the time to make the picture ready again, and so does a folder that nobody
    can write to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ready(self, file: FoundFile, place: Place) -> PictureFile | Refusal:
        """Return a picture made ready for its place, or why it cannot be shown."""
        path = self._folder / f"{file.digest}-{place.width}x{place.height}-{RECIPE}"
        made = self._kept(path, file)
        if made is None:
            from newsletter.pictures.ready import make_ready

            made = make_ready(file.content, place)
            with suppress(OSError):  # a cache is a convenience
                self._keep(path, file, made)
        if isinstance(made, Refusal):
            return made
        return PictureFile(hashlib.sha256(made.content).hexdigest(), made)

    def _kept(self, path: Path, file: FoundFile) -> Ready | Refusal | None:
        import orjson

        try:
            about, _line, content = path.read_bytes().partition(b"\n")
            facts = orjson.loads(about)
            if "why" in facts:
                return Refusal(**facts)
            content = content or file.content  # the file itself, when it needed nothing
            digest = facts.pop("digest")
            return Ready(content=content, **facts) if hashlib.sha256(content).hexdigest() == digest else None
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _keep(self, path: Path, file: FoundFile, made: Ready | Refusal) -> None:
        import orjson

        facts, content = asdict(made), b""
        if isinstance(made, Ready):
            del facts["content"]
            facts["digest"] = hashlib.sha256(made.content).hexdigest()
            content = b"" if made.content == file.content else made.content
        self._folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._folder / ".gitignore", _IGNORED.encode(), private=True)
        write_whole(path, orjson.dumps(facts) + b"\n" + content, private=True)
        self._forget_old()

    def _forget_old(self) -> None:
        kept = [path for path in self._folder.iterdir() if not path.name.startswith(".")]
        if len(kept) > _KEPT:
            for path in sorted(kept, key=lambda path: path.stat().st_mtime)[:-_KEPT]:
                path.unlink(missing_ok=True)
