"""One message as its reader got it: a request's shared part and one personalization, put together."""

import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

# Senders that know SendGrid from when it split names at commas put such names between quotation marks.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')

# Python folds a long header with no spaces in it, as a signed link has none, into encoded words that mail
# programs do not undo in List-Unsubscribe: lines up to RFC 5322's limit are left alone.
_WRITTEN = SMTP.clone(max_line_length=998)

_KINDS = {"text/plain": "plain", "text/html": "html"}


@dataclass(frozen=True, slots=True)
class Person:
    """A name, which may be empty, and an address."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name else self.email


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came along."""

    filename: str
    media_type: str
    content: bytes
    inline: bool
    content_id: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message with every substitution made. ``received_at`` counts microseconds since 1970, UTC."""

    id: int
    message_id: str
    received_at: int
    email: str
    sender: Person
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    reply_to: tuple[Person, ...]
    subject: str
    contents: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    custom_args: Mapping[str, str]
    categories: tuple[str, ...]
    send_at: int | None
    attachments: tuple[Attachment, ...]

    @property
    def text(self) -> str:
        """Return the text part; empty when there is none."""
        return self._part("text/plain")

    @property
    def html(self) -> str:
        """Return the HTML part; empty when there is none."""
        return self._part("text/html")

    def _part(self, media_type: str) -> str:
        return next((value for kind, value in self.contents if kind.lower() == media_type), "")


def substitute(text: str, substitutions: Mapping[str, str]) -> str:
    """Return ``text`` with each tag replaced by its value, wherever it stands, as SendGrid does."""
    for tag, value in substitutions.items():
        text = text.replace(tag, value)
    return text


def subject_of(request: Mapping[str, Any], personalization: Mapping[str, Any]) -> str:
    """Return the subject one personalization gets."""
    subject = personalization.get("subject", request.get("subject", ""))
    return substitute(subject, personalization.get("substitutions", {}))


def personalise(
    request: Mapping[str, Any], position: int, *, row: int, email: str, message_id: str, received_at: int
) -> Message:
    """Return the message that the personalization at ``position`` of a valid request makes.

    Substitutions reach the subject, the reply address and the contents, never the headers. Headers and custom
    arguments of the two levels are merged, the personalization's winning.
    """
    own = request["personalizations"][position]
    tags = own.get("substitutions", {})
    # A section's tag stands in a substitution's value, and a section may hold tags itself.
    sections = {tag: substitute(text, tags) for tag, text in request.get("sections", {}).items()}
    tags = {**tags, **sections}
    replies = request.get("reply_to_list") or [each for each in [request.get("reply_to")] if each]
    return Message(
        id=row,
        message_id=message_id,
        received_at=received_at,
        email=email,
        sender=_person(own.get("from", request["from"]), {}),
        to=_people(own["to"]),
        cc=_people(own.get("cc", ())),
        reply_to=tuple(_person(each, tags) for each in replies),
        subject=subject_of(request, own),
        contents=tuple(
            (each["type"], substitute(each["value"], tags)) for each in request.get("content", ())
        ),
        headers={**request.get("headers", {}), **own.get("headers", {})},
        custom_args={**request.get("custom_args", {}), **own.get("custom_args", {})},
        categories=tuple(request.get("categories", ())),
        send_at=own.get("send_at", request.get("send_at")),
        attachments=tuple(_attachment(each) for each in request.get("attachments", ())),
    )


def recipients_of(personalization: Mapping[str, Any]) -> Iterator[str]:
    """Yield every address a personalization mails, as written: to, cc and bcc."""
    for kind in ("to", "cc", "bcc"):
        for each in personalization.get(kind, ()):
            yield each["email"]


def _people(entries: Iterable[Mapping[str, str]]) -> tuple[Person, ...]:
    return tuple(_person(each, {}) for each in entries)


def _person(entry: Mapping[str, str], tags: Mapping[str, str]) -> Person:
    return Person(_unquoted(substitute(entry.get("name", ""), tags)), substitute(entry["email"], tags))


def _unquoted(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if _QUOTED.fullmatch(name) else name


def _attachment(entry: Mapping[str, str]) -> Attachment:
    return Attachment(
        filename=entry["filename"],
        media_type=entry.get("type", "application/octet-stream"),
        content=binascii.a2b_base64(entry["content"]),
        inline=entry.get("disposition") == "inline",
        content_id=entry.get("content_id", ""),
    )


def as_email(message: Message) -> EmailMessage:
    """Return the message as RFC 5322 has it. The same message makes the same bytes each time."""
    mail = EmailMessage(policy=SMTP)
    for name, value in _headers(message):
        del mail[name]
        mail[name] = value
    _add_contents(mail, message)
    for each in message.attachments:
        _attach(mail, each)
    _settle_boundaries(mail, message)
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
            yield name, [_mailbox(each) for each in people]
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


def _settle_boundaries(mail: EmailMessage, message: Message) -> None:
    # Left alone, Python draws boundaries by lot; no text holds a digest of itself.
    digest = hashlib.sha256(repr(message).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    for depth, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{depth}_{digest}")
