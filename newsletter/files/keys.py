"""The keys of readers' links: the one that signs, those it took the place of, or one kept on this machine."""

import secrets
from collections.abc import Callable
from pathlib import Path

from newsletter.errors import SettingsError
from newsletter.files.atomic import write_whole
from newsletter.files.private import tighten

MIN_BYTES = 32  # as many as HMAC-SHA256 gives (RFC 2104, section 3)
HOW_TO_MAKE_ONE = 'Make one and keep it: python3 -c "import secrets; print(secrets.token_urlsafe(32))"'


def signing_key(given: str, *, links_are_out: Callable[[], bool], warn: Callable[[str], None]) -> bytes:
    """Return the key from the environment as bytes.

    Raises SettingsError for one of fewer than 32 bytes. Where readers have links under it already, it is
    warned of instead: refusing it would leave them no way to unsubscribe.
    """
    key = given.encode()
    if len(key) >= MIN_BYTES:
        return key
    short = f"NEWSLETTER_SECRET_KEY has fewer than {MIN_BYTES} bytes"
    if not links_are_out():
        raise SettingsError(f"{short}: readers' links could be forged.", hint=HOW_TO_MAKE_ONE)
    warn(
        f"{short}: anyone who guesses it can take readers off lists and read their mail. "
        "Links under it are in readers' mailboxes, so it still counts. Make a new key, and move this one "
        "to NEWSLETTER_SECRET_KEYS_OLD: see “Rotate keys” in docs/operations.md."
    )
    return key


def old_keys(given: str) -> tuple[bytes, ...]:
    """Return the keys, separated by commas, under which links are followed and none is signed."""
    keys = [key for part in given.split(",") if (key := part.strip())]
    # One old key may hold a comma itself, so all is tried as one key, too: it opens nothing to a stranger.
    whole = [given.strip()] if len(keys) > 1 else []
    return tuple(key.encode() for key in dict.fromkeys([*keys, *whole]))


def kept_key(path: Path) -> bytes:
    """Return the key in a file that only its owner can read, made when there is none.

    Raises SettingsError when it cannot be kept, or is damaged.
    """
    try:
        write_whole(path, secrets.token_urlsafe(32).encode(), private=True, new=True, durable=True)
    except FileExistsError:
        tighten(path)
    except OSError as error:
        raise SettingsError(f"No key can be kept here: {error.strerror}.", file=str(path)) from error
    key = path.read_bytes().strip()
    if len(key) < MIN_BYTES:
        raise SettingsError("The key file is damaged.", file=str(path), hint="Delete it to have one made.")
    return key
