"""The key that signs readers' links: the environment's, or for mail that stays here one made and kept."""

from collections.abc import Callable

from newsletter.config import Settings
from newsletter.errors import SettingsError
from newsletter.files.keys import HOW_TO_MAKE_ONE, kept_key, signing_key


def secret_key(
    settings: Settings, *, links_are_out: Callable[[], bool], warn: Callable[[str], None]
) -> bytes:
    """Return the key as bytes.

    ``links_are_out`` says whether readers may have links already, and ``warn`` is told of a key that is too
    short for them. Raises SettingsError when mail would leave the machine and the environment has no key, or
    one too short for a publication that has mailed nobody yet.
    """
    given = settings.secret_key.get_secret_value()
    if given:
        return signing_key(given, links_are_out=links_are_out, warn=warn)
    if not settings.stays_here:
        raise SettingsError(
            "NEWSLETTER_SECRET_KEY is not set, and readers' links must be signed.", hint=HOW_TO_MAKE_ONE
        )
    return kept_key(settings.state_folder / "newsletter.key")
