"""Make a reader's part of a request: merge values and signed links. The hot path of a send."""

from collections.abc import Callable

import orjson

from newsletter.contacts.address import on_the_wire
from newsletter.contacts.fields import reader_values
from newsletter.contacts.links import Signer
from newsletter.contacts.names import Titles, read_name
from newsletter.delivery.provider import Recipient
from newsletter.rendering.merge import Merger
from newsletter.rendering.message import RenderedMessage
from newsletter.store.ledger.transitions import Reader

LINK_FIELDS = ("unsubscribe_url", "view_url", "preferences_url")


def _attributes(text: str) -> dict[str, str]:
    """Read a reader's attributes; damaged ones cost them their attributes, never the mail."""
    if text == "{}":
        return {}
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(found, dict):
        return {}
    if set(map(type, found.values())) == {str}:
        return found
    return {name: str(value) for name, value in found.items()}


def recipient_maker(
    message: RenderedMessage, *, key: bytes, site_url: str, mailing: int, titles: Titles = "drop"
) -> Callable[[Reader], Recipient]:
    """Return the function that turns a reader into a recipient of this message.

    ``titles`` says how a reader who is listed with one is greeted. Paths are short and stable, since they
    stay in mailboxes for years: ``/u/`` unsubscribes, ``/v/`` shows the mail, ``/p/`` leads to the
    preferences.
    """
    merger = Merger(message)
    used = {field.name for field in message.fields}
    wants_view, wants_preferences = "view_url" in used, "preferences_url" in used
    wants_values = bool(used - set(LINK_FIELDS))

    leave, view, preferences = (
        Signer(key, purpose, mailing) for purpose in ("unsubscribe", "view", "preferences")
    )

    def make(reader: Reader) -> Recipient:
        number, email, name, attrs = reader
        unsubscribe = f"{site_url}/u/{leave(number)}"
        whole = "" if wants_values else read_name(name, titles).whole
        values = {} if whole else reader_values(email, name, _attributes(attrs), titles)
        name = whole or values["name"]
        values["unsubscribe_url"] = unsubscribe
        if wants_view:
            values["view_url"] = f"{site_url}/v/{view(number)}"
        if wants_preferences:
            values["preferences_url"] = f"{site_url}/p/{preferences(number)}"
        address = email if email.isascii() else on_the_wire(email)
        return Recipient(number, address, name, merger(values), unsubscribe)

    return make
