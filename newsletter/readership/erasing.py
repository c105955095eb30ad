"""Erasing a reader for good: what is kept goes, and a keyed hash keeps them from coming back unasked."""

import binascii
import mmap
import re
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from newsletter.contacts.address import normalise, on_the_wire
from newsletter.contacts.mentions import pattern
from newsletter.delivery.clock import Now
from newsletter.errors import AudienceError, NewsletterError, StoreError
from newsletter.files.readers import leftovers
from newsletter.files.readers.leftovers import Leftovers
from newsletter.store.database import compact, drop_log, overwrite, read, write
from newsletter.store.readers import erasures


@dataclass(slots=True)
class Erasure:
    """What was erased: ``known`` when a list or a suppression held the address.

    ``issues`` are those whose frozen mail or sender names it, and which stay as they went out. ``mails`` were
    taken out of the local SendGrid's file. ``problems`` are sentences about what could not be done.
    """

    email: str
    known: bool
    issues: list[str] = field(default_factory=list)
    files: Leftovers = field(default_factory=Leftovers)
    mails: int = 0
    problems: list[str] = field(default_factory=list)


def erase(
    engine: Engine, address: str, *, now: Now, key_if_new: bytes, folder: Path, sandbox: Path
) -> Erasure:
    """Erase all that is kept of an address, and never take it in again unasked.

    ``key_if_new`` is 32 random bytes, used when nobody was erased before. ``folder`` is gone through for
    files that commands left, ``sandbox`` is the local SendGrid's file. Doing it again is harmless and finds
    what came back since. Raises AudienceError for what is no address, StoreError when the database cannot
    take it: nothing is erased then.
    """
    email = normalise(address)
    with overwrite(engine) as connection:
        known = erasures.erase_address(connection, email, key_if_new=key_if_new, now=now())
        done = Erasure(email, known, erasures.still_mentioned(connection, email))
    _leave_no_remains(engine, email, done)
    done.files = leftovers.clean(folder, pattern(email))
    done.problems += [f"{path} could not be searched: {why}." for path, why in done.files.failed]
    _erase_local_mail(sandbox, email, done)
    return done


def _leave_no_remains(engine: Engine, email: str, done: Erasure) -> None:
    """See to it that the database's file does not hold the address in places that are no longer in use."""
    try:
        emptied = drop_log(engine)
        if _holds(engine, email):  # in pages that earlier versions freed without overwriting them
            compact(engine)
            emptied = drop_log(engine)
    except StoreError as error:
        done.problems.append(f"The database's file could not be rewritten: {error.message}")
        return
    if not emptied:
        done.problems.append(
            "Another program is reading the database, and its log still holds what was erased."
        )


def _holds(engine: Engine, email: str) -> bool:
    path = Path(engine.url.database or "")
    if engine.dialect.name != "sqlite" or not path.is_file() or not path.stat().st_size:
        return False
    wanted = b"|".join(re.escape(spelling.encode()) for spelling in (email, on_the_wire(email)))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        return re.search(wanted, held, re.IGNORECASE) is not None


def _erase_local_mail(sandbox: Path, email: str, done: Erasure) -> None:
    from newsletter.sandbox.file import erasing

    try:
        done.mails = erasing.erase(sandbox, email)
    except NewsletterError as error:
        done.problems.append(f"{sandbox} still holds mails to this address: {error.message}")


def erasure_key(engine: Engine) -> tuple[str, str]:
    """Return the key that erased addresses are hashed under, in hexadecimal digits, and its fingerprint.

    Raises AudienceError when nobody was erased yet.
    """
    with read(engine) as connection:
        key, known_by = erasures.key_of(connection), erasures.fingerprint(connection)
    if key is None or known_by is None:
        raise AudienceError("Nobody was erased here yet, so there is no key.")
    return key.hex(), known_by


def set_erasure_key(engine: Engine, text: str) -> str:
    """Take another publication's erasure key; return its fingerprint.

    Raises AudienceError for what is no key, and where readers were erased under another one.
    """
    try:
        key = binascii.unhexlify(text.strip())
    except (ValueError, binascii.Error):
        raise AudienceError(
            "That is no erasure key.",
            hint=f"It is {2 * erasures.KEY_BYTES} hexadecimal digits: newsletter subscribers erasure-key",
        ) from None
    with write(engine) as connection:
        erasures.set_key(connection, key)
        return erasures.fingerprint(connection) or ""
