"""A small mailing for tests of what carries mail."""

from collections.abc import Sequence

from newsletter.delivery.frozen import Envelope
from newsletter.delivery.provider import Recipient, RecipientColumns
from newsletter.rendering.message import RenderedMessage

MESSAGE = RenderedMessage(
    subject="Hello -nl.first_name-",
    preheader="",
    html='<p>Hello -nl.first_name.h- “you”</p><a href="-nl.unsubscribe_url.h-">Leave</a>',
    text="Hello -nl.first_name- “you”\nLeave: -nl.unsubscribe_url-",
    fields=(),
)
TAGS = "-nl.first_name-", "-nl.first_name.h-", "-nl.unsubscribe_url-", "-nl.unsubscribe_url.h-"
ENVELOPE = Envelope(
    message=MESSAGE,
    from_name="Dig In",
    from_email="news@example.org",
    reply_to="editors@example.org",
    list_id="<readers.example.org>",
    issue="2026-03-02-kilogram",
)


def columns(recipients: Sequence[Recipient]) -> RecipientColumns:
    """Return recipients as a request takes them."""
    if not recipients:
        return RecipientColumns((), (), (), (), ())
    readers, emails, names, values, urls = zip(*recipients, strict=True)
    return RecipientColumns(readers, emails, names, [*zip(*values, strict=True)], urls)


def reader(number: int, name: str = "Ada") -> Recipient:
    link = f"https://news.example.org/u/{number}?a=1&b=2"
    return Recipient(
        reader=number,
        email=f"reader{number}@example.org",
        name=name,
        values=(name, name, link, link.replace("&", "&amp;")),
        unsubscribe_url=link,
    )
