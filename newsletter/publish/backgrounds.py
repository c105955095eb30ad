"""The living backgrounds of a publication: each as it stands, and all that was mailed of it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from newsletter.backgrounds.history import BackgroundRecord, names_of, versions_of
from newsletter.backgrounds.names import FOLDER, SUFFIX, same_name
from newsletter.editorial import KnownBackgrounds
from newsletter.editorial.names import suggestion
from newsletter.errors import Finding, NewsletterError
from newsletter.publish.living import all_backgrounds, mailed_uses
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.backgrounds.history import MailedUse


def background_records(wiring: Wiring) -> list[BackgroundRecord]:
    """Return every background by its name: those with a file, and those of which only the ledger knows."""
    known = all_backgrounds(wiring)
    uses = mailed_uses(wiring) if wiring.has_database else []
    claimed = {name for background in known.read.values() for name in names_of(background)} | set(known.names)
    gone = {use.background.name for use in uses} - claimed
    return [_record(name, known, uses) for name in sorted({*known.names, *gone})]


def background_record(wiring: Wiring, name: str) -> BackgroundRecord:
    """Return the background of a name, or that once had it; the path of its file will do.

    Raises NewsletterError when there is none.
    """
    records = background_records(wiring)
    name = same_name(name.removeprefix(f"{FOLDER}/").removesuffix(SUFFIX))
    for record in records:
        if record.name == name or (record.background and name in record.background.formerly):
            return record
    names = [record.name for record in records]
    raise NewsletterError(
        f"There is no background “{name}”.",
        hint=f"{suggestion(name, names)}See them all with: newsletter backgrounds",
    )


def _record(name: str, known: KnownBackgrounds, uses: "Sequence[MailedUse]") -> BackgroundRecord:
    background = known.read.get(name)
    names = names_of(background) if background else (name,)
    own = [use for use in uses if use.background.name in names]
    return BackgroundRecord(name, background, versions_of(own), tuple(_findings(name, known)))


def _findings(name: str, known: KnownBackgrounds) -> Iterator[Finding]:
    if name not in known.names:
        yield Finding(
            "background-gone",
            "warning",
            f"{FOLDER}/{name}{SUFFIX}",
            None,
            f"“{name}” was mailed, and its file is not there.",
            f"If it was renamed, write into the front matter of the new file: formerly: {name}",
        )
        return
    yield from known.unread.get(name, ())
    background = known.read.get(name)
    for former in background.formerly if background else ():
        line = background.front_lines["formerly"] if background else None
        others = [other.name for other in known.read.values() if former in other.formerly]
        if former in known.names or len(others) > 1:
            yield Finding(
                "background-formerly",
                "warning",
                background.file if background else "",
                line,
                f"“{former}” is the name of another file, too."
                if former in known.names
                else f"“{former}” is a former name of {' and of '.join(others)}.",
                "What was mailed under that name now counts for both. Let one of them have it.",
            )
