"""Who gives a command: the approver whose key is at hand, else the system's user."""

import os
from collections.abc import Mapping

from newsletter.errors import SettingsError


def system_user() -> str:
    """Name the user whose process this is."""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user without a name
        return f"user {os.getuid()}"


def approver_of(key: str, approvers: Mapping[str, str]) -> str:
    """Name the approver, of those by their public keys, whose private key this is; nothing without a key.

    Raises SettingsError when the key is none, or not of a named approver.
    """
    if not key:
        return ""
    from newsletter.delivery.manifest import public_of

    public = public_of(key)
    for name, known in approvers.items():
        if known == public:
            return name
    raise SettingsError(
        "NEWSLETTER_APPROVAL_KEY is not the key of any approver.",
        hint=f'Name its owner in newsletter.toml, under [approval.approvers]: name = "{public}"',
    )
