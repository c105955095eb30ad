"""Files of a rendered mail, written below a folder.

A render may be repeated into the same folder: it replaces what an earlier one wrote, known by its digest in
``message.json``, and takes away what no longer belongs there. A file of anybody else's stays.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import orjson

from newsletter.errors import NewsletterError
from newsletter.files.atomic import write_whole

ABOUT = "message.json"
_MAX_ABOUT = 1_000_000  # bytes of a message.json that is read
_OURS = re.compile(r"everyone\.(html|txt|mjml)|pictures/[0-9a-f]{64}\.[a-z]{3,4}")


def write_files(
    out: Path, files: Mapping[str, bytes], about: Mapping[str, object], *, force: bool
) -> dict[str, Path]:
    """Write the files, then what they are; take away what an earlier render wrote and this one did not.

    Return the paths by name, ``message.json`` among them, which holds ``about`` and the files' digests.
    Raises NewsletterError for a file in the way that no render wrote, unless ``force``.
    """
    if out.exists() and not out.is_dir():
        raise NewsletterError(
            "This is a file, not a folder.", file=str(out), hint="Name a folder with --out."
        )
    try:
        before = _written_before(out)
        if not force:
            _refuse_others(out, files, before)
        for name, data in files.items():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            write_whole(out / name, data)
        for name in before.keys() - files.keys():
            if _is_as_written(out / name, before[name]):
                (out / name).unlink()
        if (out / "pictures").is_dir() and not any((out / "pictures").iterdir()):
            (out / "pictures").rmdir()
        write_whole(out / ABOUT, _document(about, files))
    except OSError as error:
        raise NewsletterError(
            f"The rendered mail cannot be written: {error.strerror}.", file=str(out)
        ) from error
    return {name: out / name for name in (*files, ABOUT)}


def _document(about: Mapping[str, object], files: Mapping[str, bytes]) -> bytes:
    digests = {name: _digest(data) for name, data in sorted(files.items())}
    return orjson.dumps({**about, "files": digests}, option=orjson.OPT_INDENT_2) + b"\n"


def _written_before(out: Path) -> dict[str, str]:
    """Return the files that an earlier render says it wrote here, with their digests; its own names alone."""
    try:
        with (out / ABOUT).open("rb") as file:
            about = orjson.loads(file.read(_MAX_ABOUT))
        files = about["files"]
        return {name: str(digest) for name, digest in files.items() if _OURS.fullmatch(name)}
    except (
        FileNotFoundError,
        NotADirectoryError,
        orjson.JSONDecodeError,
        KeyError,
        TypeError,
        AttributeError,
    ):
        return {}


def _refuse_others(out: Path, files: Mapping[str, bytes], before: Mapping[str, str]) -> None:
    in_the_way = [
        name
        for name, data in files.items()
        if (out / name).exists() and not _is_as_written(out / name, before.get(name, ""), _digest(data))
    ]
    if (out / ABOUT).exists() and not before:
        in_the_way.append(ABOUT)
    if in_the_way:
        named = ", ".join(in_the_way[:5]) + (", …" if len(in_the_way) > 5 else "")
        raise NewsletterError(
            f"There are files that no render wrote, or that were changed since: {named}.",
            hint="Name another folder with --out, or write over them with --force.",
            file=str(out),
        )


def _is_as_written(path: Path, *digests: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() in digests


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
