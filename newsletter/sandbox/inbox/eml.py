"""A message as a mail program takes it: RFC 5322, and the bytes of an .eml file."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from newsletter.sandbox.file.message import Attachment, Message, Person

# Python folds a long header with no spaces in it, as a signed link has none, into encoded words that mail
# programs do not undo in List-Unsubscribe: lines up to RFC 5322's limit are left alone.
_WRITTEN = SMTP.clone(max_line_length=998)

_KINDS = {"text/plain": "plain", "text/html": "html"}


def as_email(message: Message) -> EmailMessage:
    """Return the message as RFC 5322 has it. The same message makes the same bytes each time."""
    mail = EmailMessage(policy=SMTP)
    for name, value in _headers(message):
        del mail[name]
        mail[name] = value
    _add_contents(mail, message)
    for attachment in message.attachments:
        _attach(mail, attachment)
    _set_boundaries(mail, message)
    return mail


def as_eml(message: Message) -> bytes:
    """Return the message as the bytes of an .eml file."""
    return as_email(message).as_bytes(policy=_WRITTEN)


def _headers(message: Message) -> Iterator[tuple[str, Any]]:
    sent = message.received_at // 1_000_000 if message.send_at is None else message.send_at
    yield "Date", datetime.fromtimestamp(sent, UTC)
    yield "Message-ID", f"<{message.message_id}.{message.id}@sandbox.invalid>"
    yield "From", [_mailbox(message.sender)]
    for name, people in (("To", message.to), ("Cc", message.cc), ("Reply-To", message.reply_to)):
        if people:
            yield name, [_mailbox(person) for person in people]
    yield "Subject", _one_line(message.subject)
    for name, value in message.headers.items():
        if name.lower() not in {"mime-version", "date", "message-id"}:
            yield name, value


def _mailbox(person: Person) -> Address | str:
    local, _, domain = person.email.rpartition("@")
    return Address(_one_line(person.name), local, domain)


def _one_line(text: str) -> str:
    return " ".join(text.split()) if not text.isprintable() else text


def _add_contents(mail: EmailMessage, message: Message) -> None:
    parts = message.contents or (("text/plain", ""),)
    add: Callable[..., None] = mail.set_content
    for media_type, value in parts:
        # Quoted-printable keeps lines short and every character whole, whichever server passes it on.
        if media_type.lower() in _KINDS:
            add(value, subtype=_KINDS[media_type.lower()], cte="quoted-printable")
        else:
            main, _, sub = media_type.partition("/")
            add(value.encode(), main, sub, cte="base64")
        add = mail.add_alternative


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    written = _WRITTEN.header_factory("Content-Type", attachment.media_type)
    mail.add_attachment(
        attachment.content,
        written.maintype,
        written.subtype,
        params=dict(written.params),
        filename=attachment.filename,
        disposition="inline" if attachment.inline else "attachment",
        cid=f"<{attachment.content_id}>" if attachment.content_id else None,
    )


def _set_boundaries(mail: EmailMessage, message: Message) -> None:
    # Left alone, Python draws boundaries by lot; no text holds a digest of itself.
    digest = hashlib.sha256(repr(message).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    for depth, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{depth}_{digest}")
